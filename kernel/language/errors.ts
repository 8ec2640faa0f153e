/** What a language error carries besides its message. */
export interface LanguageErrorOptions extends ErrorOptions {
  /** Facts for programs. Which ones there are depends on the code. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Every error of the language service: `server-missing` (there is no TypeScript to start), `server-failed` (it does not
 * start, or dies), `server-silent` (it does not answer in time), `server-refused` (it answered with an error),
 * `closed`. A mistake in a cell is never an error but a diagnostic.
 */
export class LanguageError extends Error {
  override readonly name: string = "LanguageError";
  /** What is wrong, in one stable word. */
  readonly code: string;
  /** Facts for programs. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: LanguageErrorOptions = {}) {
    const { data, ...rest } = options;
    super(message, rest);
    this.code = code;
    this.data = data ?? {};
  }
}
