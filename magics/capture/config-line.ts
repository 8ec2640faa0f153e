import type { Node, ObjectExpression } from "oxc-parser";
import { initialiserOf } from "../../core/code/units.ts";
import type { ModuleUnits } from "../../core/code/units.ts";

/**
 * The line of the cell, from 1, on which the field of its config stands that a path such as `config.layers[2].size`
 * names: that of the nearest enclosing field that is written out. Nothing when the config is not written as an object.
 */
export function lineOfConfigPath(module: ModuleUnits, path: string): number | undefined {
  const local = module.exports.get("config");
  const unit = module.units.find(({ declares }) => local !== undefined && declares.includes(local));
  const init = unit && local !== undefined ? initialiserOf(unit, local) : undefined;
  if (init === undefined || !module.plain.keepsPlaces) return undefined;
  let node: Node = init;
  for (const step of steps(path)) {
    const next: Node | undefined = inner(node, step);
    if (next === undefined) break;
    node = next;
  }
  return module.plain.code.slice(0, node.start).split(/\r\n|[\n\r\u2028\u2029]/u).length;
}

function steps(path: string): string[] {
  return [...path.matchAll(/\.([\p{L}\p{N}_$]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/gu)].map(
    ([, field, index, quoted]) => field ?? index ?? (JSON.parse(quoted ?? '""') as string),
  );
}

function inner(node: Node, step: string): Node | undefined {
  if (node.type === "ObjectExpression") return fieldOf(node, step);
  if (node.type === "ArrayExpression") return node.elements[Number(step)] ?? undefined;
  return undefined;
}

function fieldOf(node: ObjectExpression, name: string): Node | undefined {
  for (const property of node.properties) {
    if (property.type !== "Property" || property.computed) continue;
    const { key } = property;
    const field =
      key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : undefined;
    if (field === name) return property.value;
  }
  return undefined;
}
