import { withInsertions } from "../../core/typescript/insertions.ts";
import type { Analysis } from "./analyse.ts";
import { aliasText } from "./cells.ts";
import type { Binding, Cells } from "./cells.ts";
import { guardPoints, withoutGuards } from "./guard-operands.ts";
import type { Guard } from "./guard-operands.ts";
import { variablesToAsk } from "./variables.ts";

/** A text with what it needs to see in front of it, in one line. */
export interface Composed {
  readonly text: string;
  /** How many UTF-16 units stand in front of the cell's text, the end of their line included. */
  readonly offset: number;
  /** What stands in the midst of the cell's text without being of it. */
  readonly guards: readonly Guard[];
  /** The earlier names that the text sees. */
  readonly sees: ReadonlyMap<string, Binding>;
  /** The variables whose types `$types` returns, in this order. */
  readonly typed: readonly string[];
  /** All modules that the text refers to, in the order in which the server meets them. */
  readonly modules: readonly string[];
}

/** What {@link compose} may add. */
export interface ComposeOptions {
  /** Ask for the types of what the text declares. */
  readonly withTypes?: boolean;
  /** Names to see although the text does not mention them. */
  readonly isWanted?: (name: string) => boolean;
  /** The names by which elements are made, which a text with elements uses without a word. */
  readonly factories?: readonly string[];
  /** The modules of the document's last text. */
  readonly lastModules?: readonly string[];
  /** A module that does not exist, so that the server looks again for those that were missing. */
  readonly retry?: string | undefined;
}

/**
 * The module that the server sees of a cell. What is added stands in front of the text, in a line of its own: so the
 * lines keep their columns, and text that breaks off in a string, a comment or a bracket does not swallow it.
 */
export function compose(analysis: Analysis, cells: Cells, options: ComposeOptions = {}): Composed {
  const sees = new Map<string, Binding>();
  for (const [name, binding] of cells.names) {
    const isMaker = analysis.hasElements && options.factories?.includes(name) === true;
    const isSeen = analysis.words.has(name) || isMaker || options.isWanted?.(name) === true;
    if (isSeen && !analysis.declared.has(name)) sees.set(name, binding);
  }
  const typed = options.withTypes === true ? variablesToAsk(analysis) : [];
  const named = options.withTypes === true ? modulesToName(analysis, cells) : [];
  const own = [...named, ...requestedModules(analysis.text)];
  const kept = options.retry === undefined ? modulesToKeep(options.lastModules ?? [], own) : [options.retry];
  const head = [
    pragmasOf(analysis),
    ...kept.map((module) => `import {} from ${JSON.stringify(module)};`),
    ...named.map(
      (module, index) => `import * as $m${cells.moduleCount + index} from ${JSON.stringify(module)};`,
    ),
    ...Array.from(sees, ([name, binding]) => aliasText(name, binding)),
    options.withTypes === true ? questions(analysis, typed) : "",
    "export {};",
    analysis.isObject ? "void (" : "",
  ].join("");
  // Behind the first line of a file, a line for the shell is no comment.
  const guards = options.withTypes === true ? guardPoints(analysis.statements) : [];
  const text = `${head}\n${withInsertions(analysis.text, guards).replace(/^#!/, "//")}${analysis.isObject ? "\n);" : ""}`;
  return { text, offset: head.length + 1, guards, sees, typed, modules: [...kept, ...own] };
}

/** Where an offset of the composed text lies in the cell's own; negative in what stands in front of it. */
export function offsetInCell({ offset, guards }: Pick<Composed, "offset" | "guards">, at: number): number {
  return withoutGuards(at - offset, guards);
}

/**
 * The comments of a text with elements that say what these are (`@jsxImportSource` and others): the compiler looks for them at
 * the very beginning. Who names a factory means to call it.
 */
export function pragmasOf({ hasElements, comments }: Analysis): string {
  if (!hasElements) return "";
  const pragmas = comments.filter(({ type, value }) => type === "Block" && /@jsx/.test(value));
  const texts = pragmas.map(({ value }) => `/**${value.replaceAll(/\s+/g, " ")}*/`);
  const isClassic = pragmas.some(({ value }) => /@jsx\s/.test(value));
  return [...(isClassic ? ["/** @jsxRuntime classic */"] : []), ...texts].join("");
}

// Types can be written down when the module that they come from has a name.
function modulesToName({ imports }: Analysis, cells: Cells): string[] {
  return [...new Set(imports.map(({ specifier }) => specifier))].filter((one) => !cells.hasModule(one));
}

/**
 * The server takes a new text in at once when it refers to the same modules in the same order as the last one; else it
 * goes through all files of the program. So a cell without imports keeps those of the cell before.
 */
function modulesToKeep(last: readonly string[], own: readonly string[]): readonly string[] {
  const kept = last.slice(0, Math.max(last.length - own.length, 0));
  return own.every((module, index) => module === last[kept.length + index]) ? kept : [];
}

/** The modules that a text asks for; what looks like an import in a string or a comment does no harm here. */
export function requestedModules(text: string): string[] {
  const statements = text.matchAll(/\b(?:from|import|require\()\s*(["'])(?<module>[^"'\n]+)\1/g);
  const calls = text.matchAll(/\bimport\(\s*(["'`])(?<module>[^"'`\n]+)\1/g);
  return [...statements, ...calls].map(({ groups }) => groups?.["module"] ?? "");
}

/**
 * With `isolatedDeclarations`, what is exported without a written type is an error, and the fix for it writes the type.
 * A function that is declared (and not an arrow) sees variables with the types that they have, not with those to which
 * the flow of the cell has narrowed them.
 */
function questions({ callables, exported }: Analysis, typed: readonly string[]): string {
  const names = [...new Set(callables)].filter((name) => !exported.has(name));
  const types =
    typed.length === 0 ? "" : `export function $types() { return [${typed.join(", ")}] as const; }`;
  return `export { ${names.join(", ")} };${types}`;
}
