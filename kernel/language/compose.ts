import type { Analysis } from "./analyse.ts";
import { aliasText } from "./cells.ts";
import type { Binding, Cells } from "./cells.ts";
import { variablesToAsk } from "./variables.ts";

/** A text with what it needs to see in front of it, in one line. */
export interface Composed {
  readonly text: string;
  /** How many UTF-16 units stand in front of the cell's text, the end of their line included. */
  readonly offset: number;
  /** The earlier names that the text sees. */
  readonly sees: ReadonlyMap<string, Binding>;
  /** The variables whose types `$types` returns, in this order. */
  readonly typed: readonly string[];
}

/** What {@link compose} may add. */
export interface ComposeOptions {
  /** Ask for the types of what the text declares. */
  readonly withTypes?: boolean;
  /** Names to see although the text does not mention them. */
  readonly isWanted?: (name: string) => boolean;
  /** Another line in front. */
  readonly extra?: string;
}

/**
 * The module that the server sees of a cell. What is added stands in front of the text, in a line of its own: so the
 * lines keep their columns, and text that breaks off in a string, a comment or a bracket does not swallow it.
 */
export function compose(analysis: Analysis, cells: Cells, options: ComposeOptions = {}): Composed {
  const sees = new Map<string, Binding>();
  for (const [name, binding] of cells.names) {
    const isSeen = analysis.words.has(name) || options.isWanted?.(name) === true;
    if (isSeen && !analysis.declared.has(name)) sees.set(name, binding);
  }
  const typed = options.withTypes === true ? variablesToAsk(analysis) : [];
  const head = [
    ...Array.from(sees, ([name, binding]) => aliasText(name, binding)),
    ...(options.withTypes === true ? [moduleAliases(analysis, cells), questions(analysis, typed)] : []),
    options.extra ?? "",
    "export {};",
  ].join("");
  return { text: `${head}\n${analysis.text}`, offset: head.length + 1, sees, typed };
}

// Types can be written down when the module that they come from has a name.
function moduleAliases({ imports }: Analysis, cells: Cells): string {
  const fresh = new Set(imports.map(({ specifier }) => specifier).filter((one) => !cells.hasModule(one)));
  const first = cells.moduleCount;
  return [...fresh]
    .map((specifier, index) => `import * as $m${first + index} from ${JSON.stringify(specifier)};`)
    .join("");
}

/**
 * With `isolatedDeclarations`, what is exported without a written type is an error, and the fix for it writes the type.
 * A function that is declared (and not an arrow) sees variables with the types that they have, not with those to which
 * the flow of the cell has narrowed them.
 */
function questions({ callables, exported }: Analysis, typed: readonly string[]): string {
  const names = [...new Set(callables)].filter((name) => !exported.has(name));
  const types = typed.length === 0 ? "" : `export function $types() { return [${typed.join(", ")}] as const; }`;
  return `export { ${names.join(", ")} };${types}`;
}
