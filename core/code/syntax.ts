import { createRequire } from "node:module";
import type * as oxc from "oxc-parser";

/**
 * The canonical text of a piece of TypeScript: what it says as a program, without how it is written down.
 *
 * Comments, layout, types, the kind of quotes and redundant parentheses leave no trace; everything that can change what the
 * program does, does. `code` may be a module, an expression, a function in any form that `Function.prototype.toString` gives
 * (also the short forms of methods), or a class.
 *
 * Returns undefined when `code` is none of these; the caller knows what to call it in an error.
 */
export function canonicalSyntax(code: string): string | undefined {
  const parsed = parseCode(code);
  return parsed && JSON.stringify(withoutWrapping(withImportsFirst(statements(parsed.body))));
}

/** A piece of code, taken apart. Positions are those of its text with something put around it. */
export interface ParsedCode {
  readonly body: readonly unknown[];
  readonly comments: readonly { readonly start: number; readonly end: number }[];
  /** How long that is which was put in front of the code. */
  readonly offset: number;
}

/** Parses a piece of code in whatever form it is (see `canonicalSyntax`); undefined when it is none. */
export function parseCode(code: string): ParsedCode | undefined {
  // Modules go late: a method's short form with its brace on the next line would also pass as a call and a block.
  const forms = [
    ["(", ")"],
    ["({", "})"],
    ["", ""],
    ["(class extends Object {", "})"],
  ] as const;
  for (const [before, after] of forms) {
    // Each part of the answer is only brought over from the parser when it is asked for.
    const parsed = parse(before === "" ? code : `${before}${code}\n${after}`);
    if (parsed.errors.length > 0) continue;
    return {
      body: parsed.program.body,
      get comments() {
        return parsed.comments;
      },
      offset: before.length,
    };
  }
  return undefined;
}

/** A node of a syntax tree. */
export type Node = { readonly type: string } & Readonly<Record<string, unknown>>;
type Canonical = null | boolean | number | string | Canonical[] | { [field: string]: Canonical };

// What has no part in what a program does. `optional` is dealt with apart, as `a?.b` is no type.
const IGNORED: ReadonlySet<string> = new Set(
  (
    "type start end range loc raw parent typeAnnotation typeParameters typeArguments returnType superTypeArguments " +
    "implements accessibility readonly override declare definite abstract importKind exportKind optional"
  ).split(" "),
);

/** Fields of a node that hold types. */
export const TYPE_FIELDS: ReadonlySet<string> = new Set(
  "typeAnnotation typeParameters typeArguments returnType superTypeArguments implements".split(" "),
);

const TYPE_ONLY: ReadonlySet<string> = new Set(
  (
    "TSTypeAliasDeclaration TSInterfaceDeclaration TSDeclareFunction TSEmptyBodyFunctionExpression TSIndexSignature " +
    "TSAbstractMethodDefinition TSAbstractPropertyDefinition TSAbstractAccessorProperty TSNamespaceExportDeclaration"
  ).split(" "),
);

// What is nothing but its content: `export interface X {}`, an overload of a method.
const CARRIED: Readonly<Record<string, string>> = {
  MethodDefinition: "value",
  ExportNamedDeclaration: "declaration",
  ExportDefaultDeclaration: "declaration",
};

/** What is nothing but an expression with a type. */
export const TYPE_WRAPPERS: ReadonlySet<string> = new Set(
  (
    "TSAsExpression TSSatisfiesExpression TSNonNullExpression TSTypeAssertion TSInstantiationExpression " +
    "ParenthesizedExpression"
  ).split(" "),
);

const parserOptions: oxc.ParserOptions = { lang: "ts", sourceType: "module", preserveParens: false };
let parser: typeof oxc | undefined;

function parse(code: string): oxc.ParseResult {
  // The parser is a native library: 20 ms that whoever only reads a store does not pay.
  parser ??= createRequire(import.meta.url)("oxc-parser") as typeof oxc;
  return parser.parseSync("stage.ts", code, parserOptions);
}

/** A lone function or class as a statement says the same as the expression. */
function withoutWrapping(body: Canonical[]): Canonical {
  const [only] = body;
  if (body.length !== 1 || !isFields(only)) return body;
  if (only["type"] === "ExpressionStatement" && only["directive"] === undefined)
    return only["expression"] ?? null;
  if (only["type"] === "FunctionDeclaration") return { ...only, type: "FunctionExpression" };
  if (only["type"] === "ClassDeclaration") return { ...only, type: "ClassExpression" };
  return body;
}

/** Where imports stand among other statements says nothing, nor their order, unless one of them is there for its effect. */
function withImportsFirst(body: Canonical[]): Canonical[] {
  const imports = body.filter(isImport);
  if (imports.some((one) => one["specifiers"] === undefined)) return body;
  const sorted = imports
    .map((one) => [JSON.stringify(one), one] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [...sorted.map(([, one]) => one), ...body.filter((one) => !isImport(one))];
}

function isImport(statement: Canonical): statement is { [field: string]: Canonical } {
  return isFields(statement) && statement["type"] === "ImportDeclaration";
}

function statements(body: unknown): Canonical[] {
  return (body as Node[])
    .filter((node) => node.type !== "EmptyStatement" && !isTypeOnly(node))
    .map((node) => canonical(node));
}

function canonical(value: unknown): Canonical {
  if (Array.isArray(value)) return canonicalList(value);
  if (!isNode(value)) return canonicalData(value);
  if (TYPE_WRAPPERS.has(value.type)) return canonical(value["expression"]);
  switch (value.type) {
    case "Literal":
      return canonicalLiteral(value);
    case "TemplateLiteral":
      return canonicalTemplate(value, "cooked");
    case "TaggedTemplateExpression":
      return { ...fields(value, "quasi"), quasi: canonicalTemplate(value["quasi"] as Node, "raw") };
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
    case "TSModuleBlock":
      return { type: value.type, body: statements(value["body"]) };
    default:
      return fields(value);
  }
}

function canonicalList(list: readonly unknown[]): Canonical[] {
  return list.filter((item) => !isNode(item) || !isTypeOnly(item)).map((item) => canonical(item));
}

function fields(node: Node, except?: string): { [field: string]: Canonical } {
  const result: { [field: string]: Canonical } = { type: node.type };
  for (const [field, value] of Object.entries(node)) {
    if (IGNORED.has(field) || field === except) continue;
    const said = field === "key" ? canonicalKey(node) : canonical(value);
    if (!isAbsent(said)) result[field] = said;
  }
  if (node["optional"] === true && isChainLink(node)) result["optional"] = true;
  return result;
}

/** `{ "a": 1 }` and `{ a: 1 }` are one thing, `{ [a]: 1 }` is another. */
function canonicalKey(node: Node): Canonical {
  const key = node["key"] as Node;
  if (node["computed"] === true || (key.type !== "Identifier" && key.type !== "Literal"))
    return canonical(key);
  return ["key", String(key.type === "Identifier" ? key["name"] : (key["bigint"] ?? key["value"]))];
}

function canonicalLiteral(node: Node): Canonical {
  const { bigint, regex, value } = node;
  if (typeof bigint === "string") return ["bigint", bigint];
  if (typeof regex === "object" && regex !== null) return ["regex", canonicalData(regex)];
  // As texts, because JSON has no infinity and `1e999` is one.
  return [value === null ? "null" : typeof value, String(value)];
}

/** Only a tag can tell `\n` from a line break. */
function canonicalTemplate(node: Node, form: "raw" | "cooked"): Canonical {
  const quasis = node["quasis"] as { value: { raw: string; cooked: string | null } }[];
  const texts = quasis.map(({ value }) => (form === "raw" ? [value.raw, value.cooked] : value.cooked));
  return { type: node.type, texts, expressions: canonical(node["expressions"]) };
}

function canonicalData(value: unknown): Canonical {
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, canonical(inner)]));
  }
  return typeof value === "boolean" || typeof value === "number" || typeof value === "string" ? value : null;
}

/** Whether a node has no part in what a program does. */
export function isTypeOnly(node: Node): boolean {
  if (TYPE_ONLY.has(node.type) || node["declare"] === true) return true;
  if (node["importKind"] === "type" || node["exportKind"] === "type") return true;
  if (node.type === "Identifier") return node["name"] === "this";
  const carried = node[CARRIED[node.type] ?? ""];
  return isNode(carried) && isTypeOnly(carried);
}

function isAbsent(value: Canonical): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}

function isChainLink({ type }: Node): boolean {
  return type === "CallExpression" || type === "MemberExpression";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function isFields(value: Canonical | undefined): value is { [field: string]: Canonical } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
