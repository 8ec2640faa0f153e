/* oxlint-disable typescript/switch-exhaustiveness-check -- a syntax tree has more kinds of nodes than a cell is asked about */

import type { Comment, ImportDeclaration, Node, Statement } from "oxc-parser";
import { installedSpecifier } from "../../core/typescript/registry-specifier.ts";
import { boundNames, children, parse, wordsOf } from "./syntax.ts";
import type { Syntax } from "./syntax.ts";

/** A name that a cell imports. */
export interface ImportedName {
  /** Its name in the cell. */
  readonly local: string;
  /** What it is in the module: a name, `*` for the module itself, `=` for `import x = require()`. */
  readonly imported: string;
  /** The module. */
  readonly specifier: string;
}

/** What a name stands for. `variable`: a value that can be assigned to. `fixed`: anything else. */
export type DeclaredKind = "variable" | "fixed";

/** What declares a name, as completion calls it. */
export type DeclaredAs =
  | "class"
  | "constant"
  | "enum"
  | "function"
  | "interface"
  | "module"
  | "type"
  | "variable";

/** A name of the top level. */
export interface DeclaredName {
  readonly kind: DeclaredKind;
  /** The offset of its declaration. */
  readonly at: number;
  /** Nothing for what is imported. */
  readonly as?: DeclaredAs;
}

/** What is to be known of a cell before the compiler sees it. */
export interface Analysis {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  /** Whether the text is no TypeScript; then what is said of it is a guess. */
  readonly isBroken: boolean;
  /** Whether the text has elements in it (TSX). */
  readonly hasElements: boolean;
  /** Whether the text, which begins with a brace, is an object and no block. */
  readonly isObject: boolean;
  /** What is declared at the top level, imports included. */
  readonly declared: ReadonlyMap<string, DeclaredName>;
  /** Variables of the top level, the names that patterns bind included. */
  readonly variables: readonly string[];
  /** Functions and classes of the top level. */
  readonly callables: readonly string[];
  readonly imports: readonly ImportedName[];
  /** Names that the text exports by itself. */
  readonly exported: ReadonlySet<string>;
  /** All words of the text that may be names. */
  readonly words: ReadonlySet<string>;
}

type Declared = Map<string, DeclaredName>;

interface Found {
  readonly declared: Declared;
  readonly variables: string[];
  readonly callables: string[];
  readonly imports: ImportedName[];
  readonly exported: Set<string>;
}

/** Reads what a cell declares, imports and mentions. Never fails: broken code is read as far as it goes. */
export function analyse(typed: string): Analysis {
  const text = withInstalled(typed);
  const object = parseObject(text);
  const isObject = object !== undefined;
  const { statements, comments, isBroken, hasElements } = object ?? parse(text);
  const found: Found = {
    declared: new Map(),
    variables: [],
    callables: [],
    imports: [],
    exported: new Set(),
  };
  for (const statement of statements) readStatement(statement, found);
  if (isBroken) guessDeclarations(text, found.declared);
  return { text, statements, comments, isBroken, hasElements, isObject, words: wordsOf(text), ...found };
}

// As the engine runs it. What could be both is left to be a block: its labels do no harm.
function parseObject(text: string): Syntax | undefined {
  if (!/^(?:\s|\/\/.*$|\/\*[^]*?\*\/)*\{/mu.test(text) || !parse(text).isBroken) return undefined;
  const read = parse(`(${text}\n)`);
  return read.isBroken || read.statements.length !== 1 ? undefined : { ...read, statements: [] };
}

// The compiler knows nothing of registries, but much of what is installed. What looks like an import in a string or a comment does no harm here.
function withInstalled(text: string): string {
  return text.replaceAll(
    /\b((?:from|import|import\(|require\()\s*)(["'])((?:npm|jsr):[^"'\n]+)\2/g,
    (whole: string, before: string, quote: string, specifier: string) =>
      `${before}${quote}${installedSpecifier(specifier)}${quote}`.padEnd(whole.length),
  );
}

/** Whether a cell is nothing but expressions: no question is asked, and no document changes, for one that only looks at something. */
export function leavesNothing({
  isBroken,
  hasElements,
  statements,
}: Pick<Analysis, "isBroken" | "hasElements" | "statements">): boolean {
  return !isBroken && !hasElements && statements.every(({ type }) => type === "ExpressionStatement");
}

function readStatement(statement: Node, found: Found): void {
  switch (statement.type) {
    case "ImportDeclaration":
      readImport(statement, found);
      return;
    case "TSImportEqualsDeclaration":
      declare(found, statement.id.name, { at: statement.start, as: "module" });
      if (statement.moduleReference.type === "TSExternalModuleReference") {
        const specifier = statement.moduleReference.expression.value;
        found.imports.push({ local: statement.id.name, imported: "=", specifier });
      }
      return;
    case "ExportNamedDeclaration":
      for (const { exported } of statement.specifiers) {
        found.exported.add("name" in exported ? exported.name : exported.value);
      }
      if (statement.declaration !== null) readExported(statement.declaration, found);
      return;
    case "ExportDefaultDeclaration":
      found.exported.add("default");
      readDeclaration(statement.declaration, found);
      return;
    default:
      readDeclaration(statement, found);
  }
}

function readExported(declaration: Node, found: Found): void {
  const before = new Set(found.declared.keys());
  readDeclaration(declaration, found);
  for (const name of found.declared.keys()) {
    if (!before.has(name)) found.exported.add(name);
  }
}

function readDeclaration(node: Node, found: Found): void {
  switch (node.type) {
    case "VariableDeclaration":
      for (const { id } of node.declarations) {
        const isVariable = node.kind === "let" || node.kind === "var";
        for (const name of boundNames(id)) declareVariable(found, name, { at: node.start, isVariable });
      }
      return;
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
      if (node.id === null) return;
      declare(found, node.id.name, {
        at: node.start,
        as: node.type === "ClassDeclaration" ? "class" : "function",
      });
      if (!node.declare) found.callables.push(node.id.name);
      return;
    case "TSInterfaceDeclaration":
      declare(found, node.id.name, { at: node.start, as: "interface" });
      return;
    case "TSTypeAliasDeclaration":
      declare(found, node.id.name, { at: node.start, as: "type" });
      return;
    case "TSEnumDeclaration":
      declare(found, node.id.name, { at: node.start, as: "enum" });
      return;
    case "TSModuleDeclaration":
      if (node.id.type === "Identifier" && node.kind !== "global")
        declare(found, node.id.name, { at: node.start, as: "module" });
      return;
    default:
      readHoisted(node, found);
  }
}

function readImport(statement: ImportDeclaration, found: Found): void {
  const specifier = statement.source.value;
  for (const one of statement.specifiers) {
    const local = one.local.name;
    const imported = importedName(one);
    declare(found, local, { at: statement.start, ...(imported === "*" ? { as: "module" } : {}) });
    found.imports.push({ local, imported, specifier });
  }
}

function importedName(specifier: ImportDeclaration["specifiers"][number]): string {
  switch (specifier.type) {
    case "ImportDefaultSpecifier":
      return "default";
    case "ImportNamespaceSpecifier":
      return "*";
    default:
      return "name" in specifier.imported ? specifier.imported.name : specifier.imported.value;
  }
}

// `var` in a block of the top level is a variable of the top level.
function readHoisted(node: Node, found: Found): void {
  for (const child of children(node)) {
    if (child.type === "VariableDeclaration") {
      if (child.kind === "var") readDeclaration(child, found);
    } else if (isBlockLike(child)) {
      readHoisted(child, found);
    }
  }
}

function isBlockLike(node: Node): boolean {
  return (
    (node.type.endsWith("Statement") && node.type !== "ExpressionStatement") ||
    node.type === "SwitchCase" ||
    node.type === "CatchClause"
  );
}

// A name that is declared twice, as a class and a namespace, is what comes first.
function declare(found: Found, name: string, given: Pick<DeclaredName, "at" | "as">): void {
  found.declared.set(name, { ...given, ...found.declared.get(name), kind: "fixed" });
}

function declareVariable(
  found: Found,
  name: string,
  { at, isVariable }: { at: number; isVariable: boolean },
): void {
  const earlier = found.declared.get(name);
  // A name that is a type as well has to be passed on whole.
  const kind = isVariable && earlier?.kind !== "fixed" ? "variable" : "fixed";
  found.declared.set(name, { at, as: isVariable ? "variable" : "constant", ...earlier, kind });
  if (!found.variables.includes(name)) found.variables.push(name);
}

const declaration =
  /\b(?<word>const|let|var|function\*?|class|interface|type|enum|namespace)\s+(?<name>[\p{ID_Start}$_][\p{ID_Continue}$]*)/gu;

function guessDeclarations(text: string, declared: Declared): void {
  for (const match of text.matchAll(declaration)) {
    const { word = "", name = "" } = match.groups ?? {};
    const kind = word === "let" || word === "var" ? "variable" : "fixed";
    if (!declared.has(name)) declared.set(name, { kind, at: match.index });
  }
}

/** The text of the statement at an offset in UTF-16 units; empty where none stands. */
export function statementAt({ statements, text }: Analysis, at: number): string {
  const statement = statements.find(({ start, end }) => start <= at && at < end);
  return statement === undefined ? "" : text.slice(statement.start, statement.end);
}
