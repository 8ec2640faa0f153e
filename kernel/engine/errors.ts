/** What an engine error carries besides its message. */
export interface EngineErrorOptions extends ErrorOptions {
  /** Facts for programs: specifiers, paths, names. Which ones there are depends on the code. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Every error of the engine's own. What the code of a cell throws is never wrapped in one.
 *
 * Tell errors apart by `code`, which never changes its meaning, and not by the message.
 */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
  /** What is wrong, in one stable word such as `module-not-found`. */
  readonly code: string;
  /** Facts for programs: specifiers, paths, names. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: EngineErrorOptions = {}) {
    const { data, ...rest } = options;
    super(message, rest);
    this.code = code;
    this.data = data ?? {};
  }
}

/**
 * An import that leads nowhere: code `module-not-found`, `missing-export`, `require-async` (required, but it awaits) or
 * `invalid-json`.
 */
export class ImportError extends EngineError {
  override readonly name: string = "ImportError";
}

/** Why cells are interrupted: what the error that they end with is to say. */
export interface InterruptReason {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** The user wants it. */
export const byTheUser: InterruptReason = {
  name: "Interrupted",
  code: "interrupted",
  message: "The cell was interrupted; variables keep their values",
};

/** What a cell ends with when it was interrupted (code `interrupted`, unless something else than the user wanted it). */
export class Interrupted extends EngineError {
  override readonly name: string;

  constructor({ name, code, message }: InterruptReason = byTheUser) {
    super(code, message);
    this.name = name;
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** A place where a text breaks the rules of the language. */
export interface SyntaxProblem {
  /** What is wrong, without position. */
  readonly message: string;
  /** What may help, where the parser has an idea. */
  readonly help?: string;
  /** Line in the text as typed, from 1. */
  readonly line: number;
  /** Column in UTF-16 units, from 1. */
  readonly column: number;
  /** How many UTF-16 units are marked; at least 1. */
  readonly length: number;
}

/** What {@link CodeSyntaxError} tells. */
export interface CodeSyntaxErrorParts {
  /** The name of the text in traces: `[3]`, a path. */
  readonly unit: string;
  /** The problems, in order of position; at least one. */
  readonly problems: readonly SyntaxProblem[];
}

/** A text that is no TypeScript (code `syntax`). Nothing of it has run. */
export class CodeSyntaxError extends EngineError {
  override readonly name: string = "SyntaxError";
  /** The problems, in order of position; at least one. */
  readonly problems: readonly SyntaxProblem[];
  /** The name of the text in traces. */
  readonly unit: string;

  constructor({ unit, problems }: CodeSyntaxErrorParts) {
    const first = problems[0];
    const message = first?.message ?? "The text is no TypeScript";
    super("syntax", message, { data: { unit, problems } });
    this.problems = problems;
    this.unit = unit;
    const at = first === undefined ? "" : `\n    at ${unit}:${first.line}:${first.column}`;
    this.stack = `${this.name}: ${message}${at}`;
  }
}
