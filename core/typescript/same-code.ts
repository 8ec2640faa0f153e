/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of nodes than have types in them */

import type { Node, Program } from "oxc-parser";
import { children, isErased, isTypeSpecifier } from "./erased.ts";

/** Whether a parsed text is what another one is without its types: node by node, names and values at the same places. */
export function isSameCode(typed: Program, plain: Program): boolean {
  const expected = outline(typed);
  const found = outline(plain);
  return expected.length === found.length && expected.every((one, index) => one === found[index]);
}

function outline(program: Program): string[] {
  const lines: string[] = [];
  addOutline(program, 0, lines);
  return lines;
}

function addOutline(node: Node, depth: number, lines: string[]): void {
  if (node.type === "EmptyStatement" || isErased(node)) return;
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
      return addOutline(node.expression, depth, lines);
    case "ImportSpecifier":
    case "ExportSpecifier":
      if (isTypeSpecifier(node)) return;
      break;
    case "Identifier":
      if (node.name !== "this") lines.push(`${depth} ${node.name} ${node.start}`);
      return addChildren(node, depth, lines);
    case "Literal":
      lines.push(`${depth} literal ${node.start} ${node.end}`);
      return;
    default:
      if (node.type.startsWith("TS")) return;
  }
  lines.push(`${depth} ${node.type}`);
  addChildren(node, depth, lines);
}

function addChildren(node: Node, depth: number, lines: string[]): void {
  for (const child of children(node)) addOutline(child, depth + 1, lines);
}
