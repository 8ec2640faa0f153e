/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of nodes than have a left operand */

import type { Node, Statement } from "oxc-parser";
import type { Insertion } from "../../core/typescript/insertions.ts";
import { walk } from "./syntax.ts";

/**
 * Where parentheses go around left operands, `this.side * 2` as `(this.side) * 2`: opening and closing ones, in order.
 *
 * The server looks for the declaration of the first name of a left operand when it has a type to ask for; where none stands
 * at its beginning (`this`, a call, a literal) it panics, and the whole cell would go unchecked. Parentheses mean the same, and
 * it looks no further than them.
 */
export function guardPoints(statements: readonly Statement[]): Guard[] {
  const guards: Guard[] = [];
  // There, behind a line without a semicolon, a parenthesis would be a call. Nobody asks for the type of a statement.
  const beginnings = new Set<number>();
  for (const statement of statements) {
    walk(statement, (node) => {
      if (node.type === "ExpressionStatement") beginnings.add(node.start);
      const left = leftOperand(node);
      if (left === undefined || beginnings.has(left.start) || !isNamelessAccess(left)) return;
      guards.push({ at: left.start, text: "(" }, { at: left.end, text: ")" });
    });
  }
  return guards.toSorted((a, b) => a.at - b.at);
}

/** A character that the server sees and nobody typed. */
export interface Guard extends Insertion {
  readonly text: "(" | ")";
}

/** Turns an offset of the text with parentheses into one of the text without. */
export function withoutGuards(offset: number, guards: readonly Guard[]): number {
  const before = guards.findIndex(({ at }, index) => at + index >= offset);
  return offset - (before === -1 ? guards.length : before);
}

function leftOperand(node: Node): Node | undefined {
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression":
      return node.left;
    case "SequenceExpression":
      return node.expressions[0];
    default:
      return undefined;
  }
}

// `a.b.c` is what the server knows to take apart.
function isNamelessAccess(node: Node): boolean {
  const access = node.type === "ChainExpression" ? node.expression : node;
  if (access.type !== "MemberExpression" || access.computed) return false;
  let at: Node = access;
  while (at.type === "MemberExpression" && !at.computed) at = at.object;
  return at.type !== "Identifier";
}
