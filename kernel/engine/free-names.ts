import { boundNames } from "./ast.ts";
import type { Node } from "./ast.ts";
import { readCode } from "./code.ts";
import { exportedName } from "./rewrite-cell.ts";
import { analyseScopes, usesWithin } from "./scope.ts";

/** Which names a text uses from outside of it. */
export interface FreeNames {
  /** Names that the text uses and does not declare; not those that it asks only `typeof` of. */
  readonly all: ReadonlySet<string>;
  /**
   * For each name that the text declares or exports at its top level (`default` among them): the names that this
   * declaration uses from outside of itself, be they declared elsewhere in the text or not at all.
   */
  readonly of: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Finds the names that a TypeScript text uses from outside of it. Types do not count, globals of JavaScript and Node do.
 *
 * @throws CodeSyntaxError `syntax`
 */
export function freeNames(text: string): FreeNames {
  const { program } = readCode(text, { unit: "text" });
  const scopes = analyseScopes(program);
  const of = new Map<string, ReadonlySet<string>>();
  for (const statement of program.body) {
    for (const [name, node] of declaredBy(statement)) of.set(name, without(usesWithin(scopes, node), name));
  }
  return { all: new Set(scopes.free.filter(({ isTypeof }) => !isTypeof).map(({ name }) => name)), of };
}

function* declaredBy(node: Node): Generator<readonly [string, Node]> {
  if (node.type === "ExportNamedDeclaration") {
    if (node.declaration !== null) yield* declaredBy(node.declaration);
    for (const { exported } of node.specifiers) yield [exportedName(exported), node];
  } else if (node.type === "ExportDefaultDeclaration") {
    yield ["default", node.declaration];
    yield* declaredBy(node.declaration);
  } else if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
    if (node.id !== null) yield [node.id.name, node];
  } else if (node.type === "VariableDeclaration") {
    for (const one of node.declarations) {
      for (const name of boundNames(one.id)) yield [name, one];
    }
  }
}

function without(names: Set<string>, name: string): Set<string> {
  names.delete(name);
  return names;
}
