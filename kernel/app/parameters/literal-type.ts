import type { Node } from "../../engine/ast.ts";

/** The type that a variable has by its initial value, for values that are written out; nothing for all others. */
export function literalType(node: Node): string | undefined {
  if (node.type === "Literal") return node.value === null ? undefined : primitive(typeof node.value);
  if (node.type === "TemplateLiteral") return "string";
  if (node.type === "ArrayExpression") return arrayType(node.elements);
  if (node.type === "ObjectExpression") return objectType(node.properties);
  const isSigned = node.type === "UnaryExpression" && (node.operator === "-" || node.operator === "+");
  return isSigned ? literalType(node.argument) : undefined;
}

function primitive(type: string): string | undefined {
  return ["string", "number", "boolean", "bigint"].includes(type) ? type : undefined;
}

function arrayType(elements: readonly (Node | null)[]): string | undefined {
  const types = new Set(elements.map((element) => (element === null ? undefined : literalType(element))));
  if (types.size === 0 || types.has(undefined)) return undefined;
  return types.size === 1 ? `${[...types].join("")}[]` : `(${[...types].join(" | ")})[]`;
}

function objectType(properties: readonly Node[]): string | undefined {
  const fields = properties.map((property) => {
    if (property.type !== "Property" || property.computed) return undefined;
    const { key, value } = property;
    const name =
      key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : undefined;
    const type = literalType(value);
    return name === undefined || type === undefined ? undefined : `${keyText(name)}: ${type}`;
  });
  return fields.includes(undefined) ? undefined : `{ ${fields.join("; ")} }`;
}

function keyText(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}
