/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of nodes than have types in them */

import type { Node } from "oxc-parser";

/** The nodes directly below a node. */
export function children(node: Node): Node[] {
  return Object.values(node).flatMap((value: unknown) =>
    (Array.isArray(value) ? value : [value]).filter(isNode),
  );
}

/** Whether nothing of a statement or a member of a class is left when the types are gone. */
export function isErased(node: Node): boolean {
  switch (node.type) {
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSDeclareFunction":
    case "TSNamespaceExportDeclaration":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
    case "TSAbstractAccessorProperty":
    case "TSIndexSignature":
      return true;
    case "ImportDeclaration":
      return node.importKind === "type";
    case "ExportAllDeclaration":
      return node.exportKind === "type";
    case "ExportNamedDeclaration":
      return node.exportKind === "type" || (node.declaration !== null && isErased(node.declaration));
    case "ExportDefaultDeclaration":
      return isErased(node.declaration);
    case "TSImportEqualsDeclaration":
      return node.importKind === "type";
    case "TSModuleDeclaration":
      return node.declare || isTypesOnly(node);
    case "MethodDefinition":
      return node.value.body === null;
    case "PropertyDefinition":
    case "TSEnumDeclaration":
    case "ClassDeclaration":
    case "FunctionDeclaration":
    case "VariableDeclaration":
      return node.declare === true;
    default:
      return false;
  }
}

/** Whether a name that is imported or exported is said to be a type's. */
export function isTypeSpecifier(
  node: Extract<Node, { type: "ImportSpecifier" | "ExportSpecifier" }>,
): boolean {
  return node.type === "ImportSpecifier" ? node.importKind === "type" : node.exportKind === "type";
}

// A namespace of which only types are left is none at run time.
function isTypesOnly({ body }: Extract<Node, { type: "TSModuleDeclaration" }>): boolean {
  if (body === null || body === undefined) return true;
  const statements: readonly Node[] = body.type === "TSModuleBlock" ? body.body : [body];
  return statements.every(isErased);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
