import { parseSync, visitorKeys } from "oxc-parser";
import type { Node, OxcError, ParseResult, Program } from "oxc-parser";

export type { Node, Program } from "oxc-parser";

/** The dialects that a text may be written in. */
export type Dialect = "ts" | "tsx" | "js";

/** A text as syntax. */
export interface Parsed {
  /** The tree. Only meaningful when there are no errors. */
  readonly program: Program;
  /** What breaks the rules, in the parser's words; offsets in UTF-16 units. */
  readonly errors: readonly OxcError[];
  /** Whether `import`, `export` or `import.meta` occur. */
  readonly hasModuleSyntax: boolean;
}

/** Parses a text as a module (strict, top-level await allowed). Parentheses leave no nodes. */
export function parse(text: string, dialect: Dialect): Parsed {
  const result = parseSync(`text.${dialect}`, text, {
    lang: dialect,
    sourceType: "module",
    range: true,
    preserveParens: false,
    showSemanticErrors: true,
  });
  return { program: treeOf(result), errors: result.errors, hasModuleSyntax: result.module.hasModuleSyntax };
}

// Of some texts that break the rules, such as `<a\b/>`, the parser gives a tree that cannot be read.
function treeOf(result: ParseResult): Program {
  try {
    return result.program;
  } catch (error) {
    if (result.errors.length === 0) throw error;
    return parseSync("text.ts", "").program;
  }
}

/** A text as syntax, and the dialect that it turned out to be. */
export interface Typed extends Parsed {
  readonly dialect: Dialect;
}

/**
 * Parses a text as TypeScript, or as TSX when it is no TypeScript: `<T>(x)` stays what it is there, and a text needs no mark to
 * have elements in it.
 */
export function parseTyped(text: string): Typed {
  const plain = parse(text, "ts");
  if (plain.errors.length === 0 || !mayHaveElements(text)) return { ...plain, dialect: "ts" };
  const tsx = parse(text, "tsx");
  // When it is neither, that reading counts which got further.
  const isTsx = tsx.errors.length === 0 || firstError(tsx) > firstError(plain);
  return isTsx ? { ...tsx, dialect: "tsx" } : { ...plain, dialect: "ts" };
}

/** Whether a text may be TSX: `<` begins an element or a fragment only in front of a name, `>` or nothing. */
export function mayHaveElements(text: string): boolean {
  return /<(?:[\p{ID_Start}$_>]|$)/u.test(text);
}

function firstError({ errors }: Parsed): number {
  return Math.min(...errors.map(({ labels }) => labels[0]?.start ?? Infinity));
}

/** What {@link walk} calls. */
export interface Visitor {
  /** Called before the children; answering `"skip"` leaves them out. */
  enter(node: Node, parent: Node | undefined): "skip" | void;
  /** Called after the children, also of a node whose children were left out. */
  leave?(node: Node, parent: Node | undefined): void;
}

/** Visits a tree in the order of the text. */
export function walk(node: Node, visitor: Visitor, parent?: Node): void {
  if (visitor.enter(node, parent) !== "skip") {
    for (const child of children(node)) walk(child, visitor, node);
  }
  visitor.leave?.(node, parent);
}

/** The nodes directly below a node, in the order of the text. */
function children(node: Node): Node[] {
  const found: Node[] = [];
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (const key of visitorKeys[node.type] ?? []) {
    const value = fields[key];
    if (Array.isArray(value)) found.push(...value.filter(isNode));
    else if (isNode(value)) found.push(value);
  }
  return found;
}

/** Whether a node begins a body of its own for `await`, `return` and `var`. */
export function isFunction(node: Node): boolean {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression" ||
    node.type === "StaticBlock"
  );
}

/** The names that a pattern binds. */
export function boundNames(pattern: Node): string[] {
  const names: string[] = [];
  walk(pattern, {
    enter: (node, parent) => {
      if (node.type === "Identifier" && isBinding(node, parent)) names.push(node.name);
      return node.type === "Identifier" || isPattern(node) ? undefined : "skip";
    },
  });
  return names;
}

function isPattern({ type }: Node): boolean {
  return (
    type === "ObjectPattern" ||
    type === "ArrayPattern" ||
    type === "Property" ||
    type === "RestElement" ||
    type === "AssignmentPattern"
  );
}

// `a` in `{ a: b }` is a key, `c` in `{ x = c }` a default.
function isBinding(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === "Property") return parent.value === node;
  if (parent?.type === "AssignmentPattern") return parent.left === node;
  return true;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}
