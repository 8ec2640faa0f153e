/** What every error of the command line, the installer and the runner is: a message, a stable `code`, and data. */
export class AppError extends Error {
  /** Stable, for programs: `invalid-kernel-name`, `foreign-kernel`, `kernel-died` and so on. */
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
    this.name = "AppError";
    this.code = code;
    this.data = data;
  }
}
