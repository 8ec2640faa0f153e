/** What went wrong between bytes and messages. */
export type WireErrorCode =
  | "bad-connection"
  | "unreadable-connection"
  | "unknown-signature-scheme"
  | "cannot-bind"
  | "not-registered"
  | "not-json";

/** The base class of what this folder throws; `code` is stable, the message is for people. */
export class WireError extends Error {
  override readonly name: string = "WireError";
  /** Stable name of the fault. */
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
