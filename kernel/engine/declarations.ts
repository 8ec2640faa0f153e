import { boundNames } from "./ast.ts";
import type { Node, Program } from "./ast.ts";
import type { DeclarationKind } from "./session-names.ts";

/** A name that a text declares at its top level. */
export interface Declared {
  readonly name: string;
  readonly kind: DeclarationKind;
  /** The declaration as typed; of `const a = 1, b = 2`, what declares the name. */
  readonly text: string;
  /** Of an import: the imports of the same text that bind no name, which are there for what they do. */
  readonly beside?: readonly string[];
}

/** The names that a text declares at its top level, types not among them. The tree may hold TypeScript. */
export function declarationsOf(code: string, program: Program): Declared[] {
  const beside = program.body.filter(bindsNothing).map(({ start, end }) => code.slice(start, end));
  const declared = program.body.flatMap((statement) => declaredBy(code, statement));
  if (beside.length === 0) return declared;
  return declared.map((one) => (one.kind === "import" ? { ...one, beside } : one));
}

function bindsNothing(node: Node): boolean {
  return node.type === "ImportDeclaration" && node.importKind !== "type" && node.specifiers.length === 0;
}

function declaredBy(code: string, node: Node): Declared[] {
  const text = code.slice(node.start, node.end);
  if (node.type === "ExportNamedDeclaration")
    return node.declaration === null ? [] : declaredBy(code, node.declaration);
  if (node.type === "ExportDefaultDeclaration") return declaredBy(code, node.declaration);
  if (node.type === "ImportDeclaration") return imported(node, text);
  if (node.type === "VariableDeclaration") return node.declare === true ? [] : variables(code, node);
  const kind = kindOf(node);
  if (kind === undefined || !("id" in node) || node.id?.type !== "Identifier") return [];
  return "declare" in node && node.declare ? [] : [{ name: node.id.name, kind, text }];
}

function kindOf({ type }: Node): DeclarationKind | undefined {
  if (type === "FunctionDeclaration") return "function";
  if (type === "ClassDeclaration") return "class";
  if (type === "TSImportEqualsDeclaration") return "import";
  return type === "TSEnumDeclaration" || type === "TSModuleDeclaration" ? "other" : undefined;
}

function imported(node: Extract<Node, { type: "ImportDeclaration" }>, text: string): Declared[] {
  if (node.importKind === "type") return [];
  return node.specifiers
    .filter((one) => one.type !== "ImportSpecifier" || one.importKind !== "type")
    .map(({ local }) => ({ name: local.name, kind: "import", text }));
}

function variables(code: string, node: Extract<Node, { type: "VariableDeclaration" }>): Declared[] {
  const isAlone = node.declarations.length === 1;
  return node.declarations.flatMap((one) => {
    const text = isAlone
      ? code.slice(node.start, node.end)
      : `${node.kind} ${code.slice(one.start, one.end)};`;
    return boundNames(one.id).map((name) => ({ name, kind: "variable" as const, text }));
  });
}
