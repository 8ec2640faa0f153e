/** What every error of the magics is: a message for the person, a stable `code` for programs, and its data. */
export class MagicError extends Error {
  /** Stable, for programs: `unknown-magic`, `unknown-flag`, `cannot-capture` and so on. */
  readonly code: string;
  /** What the message speaks of, in pieces. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    data: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "MagicError";
    this.code = code;
    this.data = data;
  }
}
