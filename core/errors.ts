/** What an error of core carries besides its message. */
export interface LightnixErrorOptions extends ErrorOptions {
  /** Facts for programs: paths, refs, names. Which ones there are depends on the code. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Every error that core throws.
 *
 * Tell errors apart by `code`, which never changes its meaning, and not by the message or by `instanceof`: a notebook may
 * hold more than one copy of this class.
 */
export class LightnixError extends Error {
  override readonly name: string = "LightnixError";
  /** What is wrong, in one stable word such as `invalid-name`. */
  readonly code: string;
  /** Facts for programs: paths, refs, names. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: LightnixErrorOptions = {}) {
    const { data, ...rest } = options;
    super(message, rest);
    this.code = code;
    this.data = data ?? {};
  }
}

/**
 * The `code` of an error, be it one of ours or of the operating system (`ENOENT`), whatever copy of a class it was made by.
 */
export function errorCode(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
