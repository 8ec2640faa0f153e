import type { Node, Statement } from "oxc-parser";

/** The names that a top-level statement declares in its module. */
export function declaredBy(node: Statement): string[] {
  if (node.type === "ImportDeclaration") return node.specifiers.map(({ local }) => local.name);
  if (node.type === "ExportNamedDeclaration")
    return node.declaration === null ? [] : declaredBy(node.declaration);
  if (node.type === "ExportDefaultDeclaration") return defaultName(node.declaration);
  if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
    return node.id === null ? [] : [node.id.name];
  }
  if (node.type === "VariableDeclaration") return node.declarations.flatMap(({ id }) => patternNames(id));
  return [];
}

function defaultName(declaration: Node): string[] {
  const isNamed = declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration";
  return isNamed && declaration.id !== null ? [declaration.id.name] : [];
}

function patternNames(pattern: Node | null): string[] {
  if (pattern === null) return [];
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "AssignmentPattern") return patternNames(pattern.left);
  if (pattern.type === "RestElement") return patternNames(pattern.argument);
  if (pattern.type === "ArrayPattern") return pattern.elements.flatMap((element) => patternNames(element));
  if (pattern.type !== "ObjectPattern") return [];
  return pattern.properties.flatMap((property) =>
    patternNames(property.type === "RestElement" ? property.argument : property.value),
  );
}

/** Where the operands of `typeof name` begin: such a use is safe for a name that nobody defines. */
export function typeofOperands(node: Node): Set<number> {
  const starts = new Set<number>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (typeof value !== "object" || value === null || !("type" in value)) return;
    const one = value as Node;
    if (one.type === "UnaryExpression" && one.operator === "typeof" && one.argument.type === "Identifier") {
      starts.add(one.argument.start);
    }
    Object.values(one).forEach(visit);
  };
  visit(node);
  return starts;
}
