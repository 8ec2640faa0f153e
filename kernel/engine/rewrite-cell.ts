import type { Class, Function } from "oxc-parser";
import { boundNames } from "./ast.ts";
import type { Node } from "./ast.ts";
import { isNamedDeclaration } from "./code.ts";
import type { Code } from "./code.ts";
import { Edits } from "./edits.ts";
import type { Range } from "./edits.ts";
import { checkAssignments } from "./constants.ts";
import { addedName, hidden } from "./hidden.ts";
import { Lines, nowhere } from "./lines.ts";
import type { Position } from "./lines.ts";
import { renameKeptApart } from "./rename.ts";
import { checkAwaited, rewriteBodies, waitingStatements } from "./rewrite.ts";
import type { SessionNames } from "./session-names.ts";
import { rewriteVars } from "./vars.ts";

/** One import or re-export of a cell. */
export interface CellImport {
  readonly specifier: string;
  /** What is bound: the name in the cell, and the exported name (`*` for the namespace). */
  readonly names: readonly { readonly local: string; readonly imported: string }[];
  /** Where the specifier stands in the cell as typed, line counted within the text. */
  readonly at: Position;
}

/** A cell as V8 is to run it, in this order: imports, `fresh` names, `functions`, `body`. */
export interface CellCode {
  readonly imports: readonly CellImport[];
  /** Names that `var`, enums and namespaces declare: to be bound to undefined, `var` only where the name is new. */
  readonly fresh: readonly { readonly name: string; readonly isKept: boolean }[];
  /** Declares the functions, which are there before the first statement runs. */
  readonly functions: string | undefined;
  readonly body: string;
  /** Whether the last statement is an expression; its value is then put into the cell's slot. */
  readonly hasValue: boolean;
  /** Where it awaits, line counted within the text. The slot says by its index in this list where it was last. */
  readonly waits: readonly Position[];
  /** Names that no later cell may assign to. */
  readonly constants: ReadonlySet<string>;
  /** Where a position of `functions` or `body` was typed, line counted within the text. */
  readonly toTyped: (position: Position) => Position;
}

/** What {@link rewriteCell} has to know besides the code. */
export interface CellContext {
  readonly names: SessionNames;
  /** The number of the slot that takes the value. */
  readonly slot: number;
  /** The name of the cell in errors, and the line at which the text begins in it. */
  readonly unit: string;
  readonly line: number;
}

// Cells are strict, as modules are. It stands on the first line: lines must stay where they are.
const prologue = '"use strict";';

/**
 * Rewrites a cell for V8's REPL mode, so that any name may be declared again by any kind of declaration.
 *
 * V8 lets `let` and `class` follow each other across cells, and refuses every other pairing. So all declarations become
 * `let`: `const` in place (assignments to it are found here), functions and `var` in a script that runs first.
 *
 * @throws CodeSyntaxError `syntax` for an assignment to a constant.
 */
export function rewriteCell(code: Code, context: CellContext): CellCode {
  const edits = new Edits(code.plain);
  const cell = new CellRewriting(code, edits, context.names);
  rewriteBodies(code.program, edits);
  checkAwaited(code.program, edits);
  const waits = markWaits(code, edits, context.slot);
  cell.rewriteStatements(context.slot);
  renameKeptApart(code, edits, { names: context.names, added: cell.added, blanks: cell.blanks });
  const constants = new Set(cell.constants);
  checkAssignments(code, { ...context, constants });
  const { inside, outside } = edits.renderApart(cell.functions);
  const body = prologue + outside.text;
  const rendered = new Lines(body);
  const plain = new Lines(code.plain);
  return {
    imports: cell.imports,
    fresh: cell.fresh,
    functions: cell.functions.length > 0 ? prologue + inside : undefined,
    body,
    hasValue: cell.hasValue,
    constants,
    waits,
    toTyped: (position) =>
      code.toTyped(plain.positionAt(outside.toOriginal(rendered.offsetAt(position) - prologue.length))),
  };
}

// What stands around an expression whose value is put into a slot.
function keeping(slot: number): readonly [before: string, after: string] {
  return [`void(${hidden.cell}[${slot}].value=(`, "))"];
}

/** The script that puts the value of an expression on one line, in which nothing is to be rewritten, into a slot; and where its positions were typed. */
export function valueScript(
  expression: string,
  slot: number,
): { readonly script: string } & Pick<CellCode, "toTyped"> {
  const [before, after] = keeping(slot);
  const offset = prologue.length + before.length;
  return {
    script: prologue + before + expression + after,
    toTyped: ({ column }) => ({ line: 1, column: Math.max(1, Math.min(column - offset, expression.length)) }),
  };
}

// What is interrupted while it awaits has no frame that would tell where: so it is written down before. Functions are left alone,
// their text is the user's.
function markWaits({ program, plain, toTyped }: Code, edits: Edits, slot: number): Position[] {
  const lines = new Lines(plain);
  return waitingStatements(program).map(({ statement, at }, index) => {
    edits.insert(statement.start, `${hidden.cell}.wait(${slot},${index});`);
    return toTyped(lines.positionAt(at));
  });
}

let addedSerial = 0;

type Variables = Extract<Node, { type: "VariableDeclaration" }>;

class CellRewriting {
  readonly imports: CellImport[] = [];
  readonly constants: string[] = [];
  readonly functions: Range[] = [];
  readonly blanks: Range[] = [];
  /** New names for what the compiler has added. */
  readonly added: ReadonlyMap<string, string>;
  hasValue = false;
  readonly #fresh = new Map<string, boolean>();
  readonly #code: Code;
  readonly #edits: Edits;
  readonly #names: SessionNames;

  constructor(code: Code, edits: Edits, names: SessionNames) {
    this.#code = code;
    this.#edits = edits;
    this.#names = names;
    this.added = new Map([...code.added].map((name) => [name, addedName(name, (addedSerial += 1))]));
    for (const name of code.merging) this.#fresh.set(name, false);
  }

  get fresh(): CellCode["fresh"] {
    return [...this.#fresh].map(([name, isKept]) => ({ name, isKept }));
  }

  rewriteStatements(slot: number): void {
    const { program } = this.#code;
    for (const statement of program.body) this.#rewriteStatement(statement);
    rewriteVars(program, this.#edits, (declared) => {
      const name = this.#nameOf(declared);
      this.#fresh.set(name, this.#fresh.get(name) ?? true);
    });
    const last = lastExpression(this.#code);
    if (last !== undefined) this.#keepValue(last, slot);
  }

  #rewriteStatement(node: Node): void {
    if (node.type === "ExportNamedDeclaration" && node.declaration !== null) {
      this.#rewriteExported(node, node.declaration);
    } else if (isRequest(node)) this.#takeImport(node);
    else if (node.type === "ExportDefaultDeclaration") this.#rewriteDefault(node);
    else if (node.type === "FunctionDeclaration") this.#rewriteFunction(node);
    else if (node.type === "ClassDeclaration") this.#rewriteClass(node);
    else if (node.type === "VariableDeclaration") this.#rewriteVariables(node);
  }

  #rewriteFunction(node: Function): void {
    this.#edits.insert(node.start, `let ${this.#names.bindingOf(node.id?.name ?? "")}=`);
    this.#edits.insert(node.end, ";");
    this.functions.push(node);
  }

  #rewriteExported(node: Node, declaration: Node): void {
    this.#blank({ start: node.start, end: declaration.start });
    this.#rewriteStatement(declaration);
  }

  // The class expression gives the class its name; the binding has one of its own.
  #rewriteClass(node: Class): void {
    if (node.id === null || !this.#names.isKeptApart(node.id.name)) return;
    this.#edits.insert(node.start, `let ${this.#names.bindingOf(node.id.name)}=`);
    this.#edits.insert(node.end, ";");
  }

  #rewriteVariables(node: Variables): void {
    if (node.kind !== "const") return;
    this.#edits.replace({ start: node.start, end: node.start + "const".length }, "let  ");
    this.constants.push(...node.declarations.flatMap(({ id }) => boundNames(id)));
  }

  #takeImport(node: Request): void {
    this.#blank(node);
    if (node.source === null) return;
    const names = importedNames(node).map((one) => ({ ...one, local: this.#nameOf(one.local) }));
    this.constants.push(...names.map(({ local }) => local));
    const typed = this.#code.toTyped(new Lines(this.#code.plain).positionAt(node.source.start));
    // What the compiler imports for elements belongs to the whole cell.
    const at = typed === nowhere ? { line: 1, column: 1 } : typed;
    this.imports.push({ specifier: node.source.value, names, at });
  }

  // `export default x` is the expression `x` to a cell.
  #rewriteDefault(node: Extract<Node, { type: "ExportDefaultDeclaration" }>): void {
    if (isNamedDeclaration(node.declaration)) return this.#rewriteExported(node, node.declaration);
    this.#blank(this.#defaultKeywords(node));
    if (node !== lastExpression(this.#code)) this.#wrap(this.#expressionOf(node), ";(", ")");
  }

  #keepValue(last: Node, slot: number): void {
    const isDefault = last.type === "ExportDefaultDeclaration" && !isNamedDeclaration(last.declaration);
    if (last.type !== "ExpressionStatement" && !isDefault) return;
    this.#wrap(isDefault ? this.#expressionOf(last) : last, ...keeping(slot));
    this.hasValue = true;
  }

  #defaultKeywords({ start }: Node): Range {
    const keywords = /^export\s+default/u.exec(this.#code.plain.slice(start));
    return { start, end: start + (keywords?.[0].length ?? 0) };
  }

  #expressionOf(node: Node): Range {
    return { start: this.#defaultKeywords(node).end, end: node.end };
  }

  #wrap({ start, end }: Range, before: string, after: string): void {
    this.#edits.insert(start, before);
    this.#edits.insert(this.#code.plain[end - 1] === ";" ? end - 1 : end, after);
  }

  #nameOf(declared: string): string {
    return this.added.get(declared) ?? declared;
  }

  #blank(range: Range): void {
    this.#edits.blank(range);
    this.blanks.push(range);
  }
}

// The statement that gives the cell its value. For a `using`, the compiler puts all the cell's statements in a block.
function lastExpression({ program, endsInExpression }: Code): Node | undefined {
  if (!endsInExpression) return undefined;
  const last = (statements: readonly Node[]): Node | undefined =>
    statements.findLast(({ type }) => type !== "EmptyStatement");
  const found = last(program.body);
  return found?.type === "TryStatement" ? last(found.block.body) : found;
}

type Request = Extract<
  Node,
  { type: "ImportDeclaration" | "ExportAllDeclaration" | "ExportNamedDeclaration" }
>;

function isRequest(node: Node): node is Request {
  return (
    node.type === "ImportDeclaration" ||
    node.type === "ExportAllDeclaration" ||
    node.type === "ExportNamedDeclaration"
  );
}

function importedNames(node: Request): CellImport["names"] {
  switch (node.type) {
    case "ImportDeclaration":
      return node.specifiers.map((one) => ({ local: one.local.name, imported: importedName(one) }));
    case "ExportAllDeclaration":
      return node.exported === null ? [] : [{ local: exportedName(node.exported), imported: "*" }];
    case "ExportNamedDeclaration":
      return node.specifiers
        .map(({ local, exported }) => ({ local: exportedName(exported), imported: exportedName(local) }))
        .filter(({ local }) => local !== "default");
  }
}

/** The exported name that an import specifier asks for; `*` for the namespace. */
export function importedName(
  specifier: Extract<Node, { type: "ImportDeclaration" }>["specifiers"][number],
): string {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  return specifier.type === "ImportSpecifier" ? exportedName(specifier.imported) : "*";
}

/** A name of an export, which may be written as a string. */
export function exportedName(node: { readonly name: string } | { readonly value: string }): string {
  return "name" in node ? node.name : node.value;
}
