import { parse, walk } from "./ast.ts";
import type { Node, Parsed, Program } from "./ast.ts";
import { declarationsOf } from "./declarations.ts";
import type { Declared } from "./declarations.ts";
import { CodeSyntaxError } from "./errors.ts";
import type { SyntaxProblem } from "./errors.ts";
import { Lines } from "./lines.ts";
import type { Position } from "./lines.ts";
import { hasTypes, lower } from "./lower.ts";
import type { Lowered } from "./lower.ts";

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
  /** Where a position of `plain` was typed. */
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
}

/**
 * Parses a text and takes its types out.
 *
 * @throws CodeSyntaxError `syntax`
 */
export function readCode(text: string, { unit, line = 1 }: ReadOptions): Code {
  const typed = parse(text, "ts");
  const fail = (problems: readonly SyntaxProblem[]): CodeSyntaxError =>
    new CodeSyntaxError({ unit, problems });
  if (typed.errors.length > 0) throw fail(problemsOf(text, typed, line));
  const lowered = hasTypes(typed.program) ? lowerOrFail(text, line, fail) : { text };
  const plain = lowered.text === text ? typed : parse(lowered.text, "js");
  if (plain.errors.length > 0) throw fail(problemsOf(lowered.text, plain, line));
  const unsupported = findUnsupported(plain.program);
  if (unsupported !== undefined)
    throw fail([{ ...unsupported, ...shifted(new Lines(text).positionAt(unsupported.start), line) }]);
  return {
    typed: text,
    plain: lowered.text,
    program: plain.program,
    declared: declarationsOf(text, typed.program),
    merging: mergingNames(typed.program),
    toTyped: (position) => lowered.toTyped?.(position) ?? position,
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
  text: string,
  line: number,
  fail: (problems: readonly SyntaxProblem[]) => Error,
): Lowered {
  try {
    return lower(text);
  } catch (error) {
    if (error instanceof Error || typeof error !== "object" || error === null || !("start" in error))
      throw error;
    const { message, start } = error as { message: string; start: Position };
    throw fail([{ message, ...shifted(start, line), length: 1 }]);
  }
}

interface Unsupported {
  readonly message: string;
  readonly help?: string;
  readonly start: number;
  readonly length: number;
}

// What TypeScript allows, the compiler leaves as it is, and this Node cannot run.
function findUnsupported(program: Program): Unsupported | undefined {
  let found: Unsupported | undefined;
  walk(program, {
    enter: (node) => {
      const message = unsupportedFeature(node);
      if (message !== undefined)
        found ??= { message, start: node.start, length: Math.max(1, node.end - node.start) };
      return found === undefined ? undefined : "skip";
    },
  });
  return found;
}

function unsupportedFeature(node: Node): string | undefined {
  if (node.type === "Decorator")
    return "Decorators are not supported: neither this version of Node nor the kernel lowers them";
  if (node.type === "AccessorProperty")
    return "Auto-accessors (`accessor x`) are not supported by this version of Node";
  const isUsing =
    node.type === "VariableDeclaration" && (node.kind === "using" || node.kind === "await using");
  return isUsing && !runsUsing() ? `\`using\` needs Node 24 or later, this is ${process.version}` : undefined;
}

let usingRuns: boolean | undefined;

function runsUsing(): boolean {
  usingRuns ??= compiles("{ using x = null; }");
  return usingRuns;
}

function compiles(text: string): boolean {
  try {
    // oxlint-disable-next-line no-implied-eval no-new-func -- Only compiled, never called: asks V8 what it knows.
    return typeof new Function(text) === "function";
  } catch {
    return false;
  }
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
