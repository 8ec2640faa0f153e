import { boundNames } from "./ast.ts";
import type { Node, Program } from "./ast.ts";
import type { DeclarationKind } from "./session-names.ts";

/** A name that a text declares at its top level. */
export interface Declared {
  readonly name: string;
  readonly kind: DeclarationKind;
  /** The declaration as typed; of `const a = 1, b = 2`, what declares the name. */
  readonly text: string;
}

/** The names that a text declares at its top level, types not among them. The tree may hold TypeScript. */
export function declarationsOf(code: string, program: Program): Declared[] {
  return program.body.flatMap((statement) => declaredBy(code, statement));
}

function declaredBy(code: string, node: Node): Declared[] {
  const text = code.slice(node.start, node.end);
  switch (node.type) {
    case "ExportNamedDeclaration":
      return node.declaration === null ? [] : declaredBy(code, node.declaration);
    case "ExportDefaultDeclaration":
      return declaredBy(code, node.declaration);
    case "ImportDeclaration":
      if (node.importKind === "type") return [];
      return node.specifiers
        .filter((one) => one.type !== "ImportSpecifier" || one.importKind !== "type")
        .map(({ local }) => ({ name: local.name, kind: "import", text }));
    case "FunctionDeclaration":
      return node.id === null ? [] : [{ name: node.id.name, kind: "function", text }];
    case "ClassDeclaration":
      return node.id === null || node.declare === true ? [] : [{ name: node.id.name, kind: "class", text }];
    case "TSEnumDeclaration":
      return node.declare ? [] : [{ name: node.id.name, kind: "other", text }];
    case "TSImportEqualsDeclaration":
      return [{ name: node.id.name, kind: "import", text }];
    case "TSModuleDeclaration":
      return node.declare || node.id.type !== "Identifier" ? [] : [{ name: node.id.name, kind: "other", text }];
    case "VariableDeclaration":
      return node.declare === true ? [] : variables(code, node);
    default:
      return [];
  }
}

function variables(code: string, node: Extract<Node, { type: "VariableDeclaration" }>): Declared[] {
  const isAlone = node.declarations.length === 1;
  return node.declarations.flatMap((one) => {
    const text = isAlone ? code.slice(node.start, node.end) : `${node.kind} ${code.slice(one.start, one.end)};`;
    return boundNames(one.id).map((name) => ({ name, kind: "variable" as const, text }));
  });
}
