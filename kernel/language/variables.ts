/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of nodes than a cell is asked about */

import type { Expression, VariableDeclaration, VariableDeclarator } from "oxc-parser";
import type { Analysis } from "./analyse.ts";
import { boundNames } from "./syntax.ts";

/**
 * How later cells get the type of a declared variable. `written`: from its annotation. `initial`: from its initializer,
 * which is either quick to infer again or has a type that cannot be written down without loss. `ask`: the compiler
 * writes it down. `any` and `any[]`: it has no type of its own but takes that of what it is given, cell by cell.
 */
export type TypeSource = "written" | "initial" | "ask" | "any" | "any[]";

/** How later cells get the types of the variables of a declarator. */
export function typeSource({ id, init }: VariableDeclarator): TypeSource {
  if ("typeAnnotation" in id && id.typeAnnotation !== null && id.typeAnnotation !== undefined)
    return "written";
  if (id.type !== "Identifier") return "ask";
  if (init === null || isNothing(init)) return "any";
  if (init.type === "ArrayExpression" && init.elements.length === 0) return "any[]";
  return isSimple(init) ? "initial" : "ask";
}

/** The variables of a cell whose types the compiler is to write down. */
export function variablesToAsk({ statements }: Analysis): string[] {
  const names = new Set<string>();
  for (const statement of statements) {
    for (const declarator of variableDeclaration(statement)?.declarations ?? []) {
      if (typeSource(declarator) === "ask") for (const name of boundNames(declarator.id)) names.add(name);
    }
  }
  return [...names];
}

/** The variables that a statement of the top level declares, exported or not; those of `declare` have their types. */
function variableDeclaration(statement: Analysis["statements"][number]): VariableDeclaration | undefined {
  const inner = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  return inner?.type === "VariableDeclaration" && !inner.declare ? inner : undefined;
}

function isNothing(init: Expression): boolean {
  return (
    (init.type === "Literal" && init.value === null) ||
    (init.type === "Identifier" && init.name === "undefined")
  );
}

/**
 * Literals widen when they are handed on (`const n = 5; let m = n;` makes a number) and unique symbols are lost when
 * their type is written at another place, so such initializers are kept. Names and classes are quick to look up.
 */
function isSimple(init: Expression): boolean {
  switch (init.type) {
    case "Literal":
    case "ClassExpression":
    case "Identifier":
      return true;
    case "TemplateLiteral":
      return init.expressions.length === 0;
    case "UnaryExpression":
      return isSimple(init.argument);
    case "MemberExpression":
      return !init.computed && init.object.type !== "Super" && isSimple(init.object);
    case "CallExpression":
      return init.callee.type === "Identifier" && init.callee.name === "Symbol";
    default:
      return false;
  }
}
