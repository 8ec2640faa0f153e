import type { Node } from "oxc-parser";
import { partialText } from "./reached-text.ts";
import type { ModuleUnits, Unit } from "./units.ts";

/** What of a module is to be kept, around its realizer. */
export interface RealizerParts {
  readonly module: ModuleUnits;
  /** The statements that the realizer and the matcher reach, imports apart. */
  readonly units: ReadonlySet<Unit>;
  /** The names that they import. */
  readonly imported: ReadonlySet<string>;
  /** Where the realizer stands, and an expression for it. */
  readonly realizer: { readonly node: Node; readonly expression: string };
  /** An expression for the matcher, in which names of Lightnix begin with `lightnix$`. */
  readonly matcher: { readonly text: string; readonly calls: ReadonlySet<string> };
}

/** The text of a module that exports `realize` and `matcher`, with every statement in the line in which it was written. */
export function realizerText({ module, units, imported, realizer, matcher }: RealizerParts): string {
  const { node, expression } = realizer;
  const isName = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(expression);
  // Traces call a function that has no name of its own by that of its field.
  const opening = isName ? "const lightnix$realize = " : "const lightnix$realize = ({ realize: ";
  const statement = `${opening}${expression}${isName ? "" : " }).realize"};`;
  const unit: Unit = {
    kind: "declaration",
    text: statement,
    declares: [],
    uses: new Set(),
    writes: new Set(),
    node: node as Unit["node"],
  };
  const all = isName ? module.units : [...module.units, unit].sort((a, b) => a.node.start - b.node.start);
  const imports = [...matcher.calls].map((call) => `${call} as lightnix$${call}`);
  const text = partialText({ ...module, units: all }, { units: new Set([...units, unit]), imported });
  return [
    isName ? text : inItsColumn(text, { opening: `${opening}${expression}`, code: module.plain.code, node }),
    ...(imports.length === 0 ? [] : [`import { ${imports.join(", ")} } from "lightnix";`]),
    // What a name stands for may be declared further down.
    ...(isName ? [statement] : []),
    `const lightnix$matcher = ${matcher.text};`,
    "export { lightnix$realize as realize, lightnix$matcher as matcher };",
    "",
  ].join("\n");
}

interface Opening {
  /** What the statement begins with, the realizer in it. */
  readonly opening: string;
  readonly code: string;
  readonly node: Node;
}

/** The text with what goes before the realizer in the line above, so that it is in the column in which it was written. */
function inItsColumn(text: string, { opening, code, node }: Opening): string {
  const before = opening.slice(0, opening.indexOf(code.slice(node.start, node.end)));
  const column = node.start - (code.lastIndexOf("\n", node.start - 1) + 1);
  return text.replace(`\n${before}`, () => `${before.trimEnd()}\n${" ".repeat(column)}`);
}
