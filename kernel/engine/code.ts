import { boundNames, parse, parseTyped } from "./ast.ts";
import type { Dialect, Node, Parsed, Program } from "./ast.ts";
import { declarationsOf } from "./declarations.ts";
import type { Declared } from "./declarations.ts";
import { CodeSyntaxError } from "./errors.ts";
import type { SyntaxProblem } from "./errors.ts";
import { Lines, nowhere } from "./lines.ts";
import type { Position } from "./lines.ts";
import { lower } from "./lower.ts";
import type { Lowered, LowerProblem, Lowering } from "./lower.ts";

/** A text that is TypeScript, and what it is without types. */
export interface Code {
  /** The text as typed. */
  readonly typed: string;
  /** The text without types. */
  readonly plain: string;
  /** The tree of `plain`. */
  readonly program: Program;
  /** What the text declares at its top level. */
  readonly declared: readonly Declared[];
  /** Names whose declarations add to what the name held before, which no earlier cell may fill: enums, namespaces. */
  readonly merging: ReadonlySet<string>;
  /** Names that `plain` declares at its top level and nobody typed. */
  readonly added: ReadonlySet<string>;
  /** How often `plain` mentions names for the types of decorated members alone. */
  readonly metadataUses: ReadonlyMap<string, number>;
  /** Whether the last statement that was typed is an expression, or exports one by default. */
  readonly endsInExpression: boolean;
  /** Where a position of `plain` was typed; what nobody typed is at {@link nowhere}. */
  readonly toTyped: (position: Position) => Position;
  /** Whether `import`, `export` or `import.meta` occur. */
  readonly hasModuleSyntax: boolean;
}

/** How {@link readCode} is to take a text. */
export interface ReadOptions {
  /** The name of the text in errors. */
  readonly unit: string;
  /** The line in the unit at which the text begins, from 1. */
  readonly line?: number;
  /** The folder whose tsconfig.json says what decorators and elements mean; the working directory, when not said. */
  readonly folder?: string;
  /** What the text is written in. When not said, TypeScript, or TSX if it is not that. */
  readonly dialect?: Dialect;
}

/**
 * Parses a text and takes its types out.
 *
 * @throws CodeSyntaxError `syntax`
 */
export function readCode(
  written: string,
  { unit, line = 1, folder = process.cwd(), dialect }: ReadOptions,
): Code {
  // A line for the shell is a comment, at the beginning of whatever the text becomes a part of.
  const text = written.replace(/^#!/u, "//");
  const typed = dialect === undefined ? parseTyped(text) : { ...parse(text, dialect), dialect };
  const fail = (problems: readonly SyntaxProblem[]): CodeSyntaxError =>
    new CodeSyntaxError({ unit, problems });
  if (typed.errors.length > 0) throw fail(problemsOf(text, typed, line));
  const lowered = lowerOrFail({ text, program: typed.program, dialect: typed.dialect, folder }, line, fail);
  const plain = lowered.text === text ? typed : (lowered.parsed ?? parse(lowered.text, "js"));
  if (plain.errors.length > 0) throw fail(problemsOf(lowered.text, plain, line));
  const declared = declarationsOf(text, typed.program);
  return {
    typed: text,
    plain: lowered.text,
    program: plain.program,
    declared,
    merging: mergingNames(typed.program),
    added: lowered.toTyped === undefined ? new Set() : addedNames(plain.program, declared),
    metadataUses: lowered.metadataUses ?? new Map(),
    endsInExpression: endsInExpression(typed.program),
    toTyped: (position) =>
      lowered.toTyped === undefined ? position : (lowered.toTyped(position) ?? nowhere),
    hasModuleSyntax: plain.hasModuleSyntax,
  };
}

/** What a parser says about a text, with positions for people. `line` is the one at which the text begins. */
export function problemsOf(text: string, { errors }: Parsed, line = 1): SyntaxProblem[] {
  const lines = new Lines(text);
  return errors.map(({ message, labels, helpMessage }) => {
    // The last label of a doubled declaration is the second one; its first label says where the first one is.
    const label = labels.at(message.includes("has already been declared") ? -1 : 0);
    const start = label?.start ?? text.length;
    return {
      message,
      ...(helpMessage === null ? {} : { help: helpMessage }),
      ...shifted(lines.positionAt(start), line),
      length: Math.max(1, (label?.end ?? start) - start),
    };
  });
}

function shifted({ line, column }: Position, first: number): Position {
  return { line: line + first - 1, column };
}

function lowerOrFail(
  lowering: Lowering,
  line: number,
  fail: (problems: readonly SyntaxProblem[]) => Error,
): Lowered {
  try {
    return lower(lowering);
  } catch (error) {
    if (error instanceof Error || typeof error !== "object" || error === null || !("start" in error))
      throw error;
    const { message, start } = error as LowerProblem;
    throw fail([{ message, ...shifted(start, line), length: 1 }]);
  }
}

// What the compiler declares for its own use, and what it imports for elements.
function addedNames(program: Program, declared: readonly Declared[]): Set<string> {
  const typed = new Set(declared.map(({ name }) => name));
  const all = program.body.flatMap((statement) => {
    if (statement.type === "VariableDeclaration")
      return statement.declarations.flatMap(({ id }) => boundNames(id));
    return statement.type === "ImportDeclaration" ? statement.specifiers.map(({ local }) => local.name) : [];
  });
  return new Set(all.filter((name) => !typed.has(name)));
}

function endsInExpression({ body }: Program): boolean {
  const last = body.findLast(({ type }) => type !== "EmptyStatement");
  return (
    last?.type === "ExpressionStatement" ||
    (last?.type === "ExportDefaultDeclaration" && !isNamedDeclaration(last.declaration))
  );
}

/** Whether an exported declaration is one that its name is declared by, too. */
export function isNamedDeclaration(node: Node): boolean {
  return (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") && node.id !== null;
}

function mergingNames(program: Program): Set<string> {
  return new Set(
    program.body.flatMap((statement) => {
      const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
      const isMerging = node?.type === "TSEnumDeclaration" || node?.type === "TSModuleDeclaration";
      return isMerging && node.id.type === "Identifier" ? [node.id.name] : [];
    }),
  );
}
