import { parseTyped, walk } from "../engine/ast.ts";
import { Lines } from "../engine/lines.ts";

/** The lines of a TypeScript text on which statements begin, sorted: there the program can pause. None when it is no TypeScript. */
export function statementLines(text: string): number[] {
  const { program, errors } = parseTyped(text);
  if (errors.length > 0) return [];
  const lines = new Lines(text);
  const found = new Set<number>();
  walk(program, {
    enter: (node) => {
      if (/^(?:TS|Import)/u.test(node.type)) return "skip";
      const isPlace = node.type.endsWith("Statement") && node.type !== "BlockStatement";
      if (isPlace || node.type === "VariableDeclaration" || node.type === "FunctionDeclaration")
        found.add(lines.positionAt(node.start).line);
      return undefined;
    },
  });
  return [...found].sort((a, b) => a - b);
}
