import { boundNames, isFunction, walk } from "./ast.ts";
import type { Node, Program } from "./ast.ts";
import type { Edits } from "./edits.ts";

/**
 * Makes assignments of the `var` declarations of a cell, also of those in its blocks; `declare` is told their names.
 *
 * `var x = 1` becomes `x = 1`; where it was a statement of its own, a pattern needs brackets and a `;` before them.
 */
export function rewriteVars(program: Program, edits: Edits, declare: (name: string) => void): void {
  walk(program, {
    enter: (node, parent) => {
      if (isFunction(node)) return "skip";
      if (node.type !== "VariableDeclaration" || node.kind !== "var") return undefined;
      for (const { id } of node.declarations) boundNames(id).forEach(declare);
      const keyword = { start: node.start, end: node.start + "var".length };
      const isPattern = node.declarations[0]?.id.type !== "Identifier";
      if (!isPattern || isLoopHead(node, parent)) edits.replace(keyword, "   ");
      else {
        edits.replace(keyword, isListed(parent) ? " ;(" : "  (");
        edits.insert(node.declarations.at(-1)?.end ?? node.end, ")");
      }
      return undefined;
    },
  });
}

function isLoopHead(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === "ForStatement") return parent.init === node;
  return (parent?.type === "ForInStatement" || parent?.type === "ForOfStatement") && parent.left === node;
}

// Behind `if (x)` a `;` would be the statement; there no line before it can run on into the bracket either.
function isListed(parent: Node | undefined): boolean {
  return parent?.type === "Program" || parent?.type === "BlockStatement" || parent?.type === "SwitchCase";
}
