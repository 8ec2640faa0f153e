/* oxlint-disable typescript/switch-exhaustiveness-check, typescript/no-unsafe-type-assertion -- a syntax tree has more kinds of nodes than a cell is asked about, and lists the fields of each by name */

import { parseSync, visitorKeys } from "oxc-parser";
import type { Comment, Node, ParseResult, Statement } from "oxc-parser";

/** A text as syntax. */
export interface Syntax {
  /** The statements; where the text is broken, those that could be made out, if any. */
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  /** Whether the text is no TypeScript. */
  readonly isBroken: boolean;
  /** Whether the text has elements in it (TSX), so that `<T>x` is one as well. */
  readonly hasElements: boolean;
}

/**
 * Parses TypeScript as a module, in which `await` may stand at the top level. A text that is none is read as TSX; when it is neither,
 * that reading counts which got further.
 */
export function parse(text: string): Syntax {
  const plain = parseAs("ts", text);
  if (plain.errors.length === 0 || !/<(?:[\p{ID_Start}$_>]|$)/u.test(text)) return syntaxOf(plain, false);
  const tsx = parseAs("tsx", text);
  const lead = tsx.errors.length === 0 ? 1 : Math.sign(firstError(tsx) - firstError(plain));
  // A tag that is being typed could be a type as well, for which one `<` is seldom typed.
  const hasElements = lead > 0 || (!(lead < 0) && /<[\p{ID_Start}$_][\p{ID_Continue}$.]*\s*$/u.test(text));
  return syntaxOf(hasElements ? tsx : plain, hasElements);
}

function parseAs(lang: "ts" | "tsx", text: string): ParseResult {
  return parseSync(`cell.${lang}`, text, { lang, sourceType: "module" });
}

function syntaxOf(parsed: ParseResult, hasElements: boolean): Syntax {
  const { comments, errors } = parsed;
  return { statements: statementsOf(parsed), comments, isBroken: errors.length > 0, hasElements };
}

// Of some broken texts, such as `<a\b/>`, the parser gives a tree that cannot be read.
function statementsOf(parsed: ParseResult): Statement[] {
  try {
    return parsed.program.body.filter(isStatement);
  } catch (error) {
    if (parsed.errors.length === 0) throw error;
    return [];
  }
}

function firstError({ errors }: ParseResult): number {
  return Math.min(...errors.map(({ labels }) => labels[0]?.start ?? Infinity));
}

/** The nodes directly below a node, in the order of the text. */
export function children(node: Node): Node[] {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  return (visitorKeys[node.type] ?? []).flatMap((key) => {
    const value = fields[key];
    return (Array.isArray(value) ? value : [value]).filter(isNode);
  });
}

/** Visits a node and what is below it; a visit that answers `false` leaves out what is below. */
export function walk(node: Node, visit: (node: Node) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of children(node)) walk(child, visit);
}

/** The names that a pattern binds. */
export function boundNames(pattern: Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    case "TSParameterProperty":
      return boundNames(pattern.parameter);
    default:
      return [];
  }
}

/** The names of all type parameters of functions, classes and types in some statements. */
export function typeParametersIn(statements: readonly Node[]): Set<string> {
  const names = new Set<string>();
  for (const statement of statements) {
    walk(statement, (node) => {
      if (node.type === "TSTypeParameter") names.add(node.name.name);
    });
  }
  return names;
}

// Every word that could be a name, also in strings and comments: more is harmless, less is not.
const word = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;

/** All words of a text that could be names. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.match(word));
}

function isStatement(node: Node): node is Statement {
  return node.type !== "TSNamespaceExportDeclaration" && node.type !== "TSExportAssignment";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
