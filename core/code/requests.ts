import type { Node } from "oxc-parser";

/** What a piece of code asks of the world outside of its text, besides its import statements. */
export interface Requests {
  /** What it imports or requires while it runs. */
  readonly specifiers: readonly { readonly specifier: string; readonly use: "import" | "require" }[];
  /** Imports of what only the run will know, as they are written. */
  readonly unknown: readonly string[];
  /** Whether it asks where its own file is. */
  readonly asksWhere: boolean;
}

/** Looks through a tree for `import()`, `require()` and `import.meta`. */
export function requestsOf(node: Node, code: string): Requests {
  const specifiers: { specifier: string; use: "import" | "require" }[] = [];
  const unknown: string[] = [];
  let asksWhere = false;
  const request = (use: "import" | "require", source: Node | undefined, whole: Node): void => {
    const specifier = source && literal(source);
    if (specifier === undefined) unknown.push(code.slice(whole.start, whole.end));
    else specifiers.push({ specifier, use });
  };
  visit(node, (one) => {
    if (one.type === "ImportExpression") request("import", one.source, one);
    if (one.type === "CallExpression" && one.callee.type === "Identifier" && one.callee.name === "require")
      request("require", one.arguments[0], one);
    if (one.type === "MetaProperty" && one.meta.name === "import") asksWhere = true;
  });
  return { specifiers, unknown, asksWhere };
}

/** Calls `enter` for a node and all within it, in the order of the text. */
export function visit(value: unknown, enter: (node: Node) => void): void {
  if (Array.isArray(value)) for (const one of value) visit(one, enter);
  if (typeof value !== "object" || value === null || !("type" in value)) return;
  enter(value as Node);
  for (const inner of Object.values(value)) if (typeof inner === "object") visit(inner, enter);
}

function literal(node: Node): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  const [only] = node.type === "TemplateLiteral" && node.expressions.length === 0 ? node.quasis : [];
  return only?.value.cooked ?? undefined;
}
