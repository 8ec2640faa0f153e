import { importOf, type ModuleUnits, type Unit } from "./units.ts";
import type { ReachedModule } from "./reach.ts";

/** Which parts of a module are wanted. */
export interface WantedParts {
  /** Statements other than imports. */
  readonly units: ReadonlySet<Unit>;
  /** Names that are imported, each of which gets an import of its own. */
  readonly imported: ReadonlySet<string>;
}

/**
 * The text of a module with nothing in it but what is wanted, without types. Every statement stands in the line in which it
 * was written, so that traces of it are right.
 */
export function partialText(module: ModuleUnits, { units, imported }: WantedParts): string {
  const { code } = module.plain;
  const lines = new LineCount(code);
  let text = "";
  let line = 1;
  for (const unit of module.units) {
    const statement = wantedText(unit, units, imported);
    if (statement === "") continue;
    const start = lines.at(unit.node.start);
    text += start > line ? "\n".repeat(start - line) : text === "" ? "" : " ";
    // Without it, what stood apart might run together with what comes next.
    text += statement.endsWith(";") ? statement : `${statement};`;
    line = Math.max(line, start) + new LineCount(statement).at(statement.length) - 1;
  }
  return text;
}

/** The text of a local module as far as it is reached, with the exports that are reached. */
export function reachedText({ file, units, imported, exported }: ReachedModule): string {
  if (file.kind !== "module") return file.text;
  const own: string[] = [];
  const from: string[] = [];
  for (const [name, one] of [...exported].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (one.from !== undefined) from.push(reexport(name, one));
    else if (one.local !== "*" && one.local !== "default")
      own.push(one.local === name ? name : `${one.local} as ${quoted(name)}`);
  }
  const exports = own.length === 0 ? [] : [`export { ${own.join(", ")} };`];
  return [partialText(file.units, { units, imported }), ...from, ...exports]
    .filter((text) => text !== "")
    .join("\n");
}

function reexport(
  name: string,
  { imported, from }: { readonly imported: string; readonly from: string },
): string {
  const source = JSON.stringify(from);
  if (imported === "*") return `export * as ${quoted(name)} from ${source};`;
  return `export { ${imported === name ? quoted(name) : `${quoted(imported)} as ${quoted(name)}`} } from ${source};`;
}

// Exported names may be any text; a name that is one stands for itself.
function quoted(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

function wantedText(unit: Unit, units: ReadonlySet<Unit>, imported: ReadonlySet<string>): string {
  const { node } = unit;
  if (node.type !== "ImportDeclaration" || unit.kind === "effect") return units.has(unit) ? unit.text : "";
  return unit.declares
    .filter((name) => imported.has(name))
    .flatMap((name) => importOf(name, node) ?? [])
    .join(" ");
}

// Counts on from where it was asked last.
class LineCount {
  readonly #text: string;
  #offset = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The line of an offset that is not before the last one, from 1. */
  at(offset: number): number {
    this.#line += this.#text.slice(this.#offset, offset).split(/\r\n|[\n\r\u2028\u2029]/u).length - 1;
    this.#offset = Math.max(this.#offset, offset);
    return this.#line;
  }
}
