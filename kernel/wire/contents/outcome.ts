/** A reply that says no more than that all is well. */
export interface OkReply {
  readonly status: "ok";
}

/** An error as the protocol tells it. */
export interface ErrorContent {
  /** The error's name, as in `TypeError`. */
  readonly ename: string;
  /** What it says. */
  readonly evalue: string;
  /** Lines for a terminal, ANSI colours allowed. */
  readonly traceback: readonly string[];
}

/** Any reply of a request that failed. */
export interface ErrorReply extends ErrorContent {
  readonly status: "error";
}
