import type { CodeAction, TextEdit } from "vscode-languageserver-protocol";
import { offsetInCell } from "./compose.ts";
import type { Composed } from "./compose.ts";
import { LineIndex } from "./cursor.ts";
import { parse, walk } from "./syntax.ts";

/** The types that the compiler has written down for what a cell declares. */
export interface Annotations {
  /** The types of variables by their names. */
  readonly variables: ReadonlyMap<string, string>;
  /** Annotations, such as `: number`, and the offsets of the cell's text at which they belong. */
  readonly insertions: ReadonlyMap<number, string>;
}

/** No types at all. */
export const noAnnotations: Annotations = { variables: new Map(), insertions: new Map() };

/** The edits of the fix that writes down all types at once; when there is but one to write, of the fix for that. */
export function annotationEdits(actions: readonly CodeAction[]): TextEdit[] {
  const action = actions.find(({ title }) => title === "Add all missing type annotations") ?? actions[0];
  return Object.values(action?.edit?.changes ?? {}).flat();
}

/** Reads types out of the edits by which the compiler would add them to a composed cell. */
export function readAnnotations(edits: readonly TextEdit[], composed: Composed): Annotations {
  const index = new LineIndex(composed.text);
  const insertions = new Map<number, string>();
  let variables: ReadonlyMap<string, string> = new Map();
  for (const { range, newText } of edits) {
    const at = index.offsetAt(range.start);
    if (index.offsetAt(range.end) !== at) continue;
    if (at < composed.offset) variables = readTuple(newText, composed.typed);
    else insertions.set(offsetInCell(composed, at), newText);
  }
  return { variables, insertions };
}

// `: readonly [A, B]`, the type of what `$types` returns.
function readTuple(annotation: string, names: readonly string[]): Map<string, string> {
  const text = `type T = ${annotation.replace(/^\s*:/, "")};`;
  const types = new Map<string, string>();
  for (const statement of parse(text).statements) {
    walk(statement, (node) => {
      if (node.type !== "TSTupleType") return true;
      for (const [index, { start, end }] of node.elementTypes.entries()) {
        const name = names[index];
        if (name !== undefined) types.set(name, text.slice(start, end));
      }
      return false;
    });
  }
  return types;
}

/** The names, besides its own type parameters, that a type refers to; nothing when it is no type. */
export function namesInType(type: string): string[] | undefined {
  // As the answer of a function it may be a predicate.
  const { statements, isBroken } = parse(`type T = (value: never) => ${type};`);
  if (isBroken) return undefined;
  const names = new Set<string>();
  const own = new Set<string>();
  for (const statement of statements) {
    walk(statement, (node) => {
      if (node.type === "TSTypeParameter") own.add(node.name.name);
      if (node.type === "TSTypeReference") names.add(rootName(node.typeName));
      if (node.type === "TSTypeQuery" && node.exprName.type !== "TSImportType")
        names.add(rootName(node.exprName));
    });
  }
  return [...names].filter((name) => !own.has(name));
}

/** Whether a type is made of literals alone, so that a value of it may widen. */
export function isLiteralType(type: string): boolean {
  const [statement] = parse(`type T = ${type};`).statements;
  if (statement?.type !== "TSTypeAliasDeclaration") return false;
  const { typeAnnotation } = statement;
  const parts = typeAnnotation.type === "TSUnionType" ? typeAnnotation.types : [typeAnnotation];
  return parts.every(({ type: kind }) => literalKinds.has(kind));
}

const literalKinds: ReadonlySet<string> = new Set(["TSLiteralType", "TSNullKeyword", "TSUndefinedKeyword"]);

type EntityName = { readonly type: string; readonly name?: string; readonly left?: EntityName };

function rootName(entity: EntityName): string {
  return entity.left === undefined ? (entity.name ?? "this") : rootName(entity.left);
}
