/** What can go wrong between a session, its client and the code that runs. */
export type SessionErrorCode =
  /** A request that does not say what it must. */
  | "malformed-request"
  /** A request for a subshell that does not exist. */
  | "unknown-subshell"
  /** A prompt in a cell whose client said that it cannot ask its user. */
  | "stdin-not-supported"
  /** A prompt that was open when the user interrupted or the kernel ended. */
  | "interrupted"
  /** The user ended the input (Ctrl-D in a terminal) instead of answering. */
  | "end-of-input";

// What clients show as the error's name.
const NAMES: Readonly<Record<SessionErrorCode, string>> = {
  "malformed-request": "MalformedRequest",
  "unknown-subshell": "UnknownSubshell",
  "stdin-not-supported": "StdinNotImplementedError",
  interrupted: "Interrupted",
  "end-of-input": "EndOfInput",
};

/** The base class of what a session throws; `code` is stable, `name` is what clients show. */
export class SessionError extends Error {
  override readonly name: string;
  /** Stable name of the fault. */
  readonly code: SessionErrorCode;

  constructor(code: SessionErrorCode, message: string) {
    super(message);
    this.code = code;
    this.name = NAMES[code];
  }
}
