import type { Variable } from "eslint-scope";
import type { Node } from "oxc-parser";
import { canonicalSyntax } from "./syntax.ts";
import { visit } from "./requests.ts";
import { scopesOf, type ModuleUnits } from "./units.ts";

/** Where in a module a function stands. */
export interface FunctionSite {
  /** The function, or the expression that stands for it. */
  readonly node: Node;
  /** The text of it as an expression. */
  readonly expression: string;
  /** Names of the module that it uses. */
  readonly names: ReadonlySet<string>;
  /** What it uses that belongs to a function or block around it: name and what it is. */
  readonly around: ReadonlyMap<string, string>;
}

/**
 * Finds the function with a text in a module: by the text as it is; as the realizer of the only stage with the name `stage`
 * that is written out; or by what the text says. Of several, the first one that closes over something.
 */
export function functionSite(module: ModuleUnits, text: string, stage?: string): FunctionSite | undefined {
  const { plain } = module;
  const exact: Node[] = [];
  const functions: Node[] = [];
  const realizers: Node[] = [];
  visit(plain.program, (node) => {
    if (isFunction(node)) functions.push(node);
    if (isFunction(node) && plain.code.slice(node.start, node.end) === text) exact.push(node);
    if (isMethod(node) && plain.code.slice(node.start, node.end) === text) exact.push(node);
    if (stage !== undefined) realizers.push(...realizerOf(node, stage));
  });
  const candidates = [exact, realizers.length === 1 ? realizers : []].find((nodes) => nodes.length > 0);
  const nodes = candidates ?? sameSyntax(functions, text, plain.code);
  const sites = nodes.map((node) => siteOf(module, node));
  return sites.find(({ around }) => around.size > 0) ?? sites[0];
}

function sameSyntax(functions: readonly Node[], text: string, code: string): Node[] {
  const wanted = canonicalSyntax(text);
  return functions.filter((node) => canonicalSyntax(code.slice(node.start, node.end)) === wanted);
}

function siteOf(module: ModuleUnits, node: Node): FunctionSite {
  const manager = scopesOf(module.plain);
  const top = manager.globalScope?.childScopes[0];
  const names = new Set<string>();
  const around = new Map<string, string>();
  for (const { identifier, resolved } of manager.scopes.flatMap((scope) => scope.references)) {
    const { start, name } = identifier as unknown as { readonly start: number; readonly name: string };
    if (start < node.start || start >= node.end || resolved === null) continue;
    if (resolved.scope === top) names.add(name);
    else if (!isInside(resolved, node)) around.set(name, kindOf(resolved));
  }
  return { node, names, around, expression: expressionOf(module, node) };
}

function isInside({ scope }: Variable, { start, end }: Node): boolean {
  const block = scope.block as unknown as { readonly start: number; readonly end: number };
  return block.start >= start && block.end <= end;
}

function kindOf({ defs }: Variable): string {
  const [first] = defs;
  if (first?.type === "Parameter") return "a parameter of the function around it";
  if (first?.type === "FunctionName" || first?.type === "ClassName")
    return "declared inside of the function around it";
  return "a variable of the function or block around it";
}

function expressionOf({ plain }: ModuleUnits, node: Node): string {
  const text = plain.code.slice(node.start, node.end);
  if (node.type === "FunctionDeclaration" && node.id !== null) return node.id.name;
  return isMethod(node) ? `Object.values({ ${text} })[0]` : text;
}

function isFunction({ type }: Node): boolean {
  return (
    type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression"
  );
}

/** A method in an object, with its name, which belongs to the text that it gives of itself. */
function isMethod(node: Node): boolean {
  return node.type === "Property" && node.method;
}

/** The realizer in `{ name: "...", realize: ... }`. */
function realizerOf(node: Node, stage: string): Node[] {
  if (node.type !== "ObjectExpression") return [];
  const field = (name: string): Node | undefined =>
    node.properties.find(
      (one) =>
        one.type === "Property" && !one.computed && one.key.type === "Identifier" && one.key.name === name,
    );
  const [name, realizer] = [field("name"), field("realize")];
  const isNamed = name?.type === "Property" && name.value.type === "Literal" && name.value.value === stage;
  if (!isNamed || realizer?.type !== "Property") return [];
  return [isMethod(realizer) ? realizer : realizer.value];
}
