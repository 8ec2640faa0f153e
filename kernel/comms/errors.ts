/** What can go wrong with comms and widgets; `code` is stable, the message is for people. */
export class CommError extends Error {
  /**
   * Stable: `not-json`, `comm-closed`, `misplaced-buffer`, `unknown-method`, `reserved-name`,
   * `unreadable-source`, `unknown-text`, `unknown-command`, `no-choice`.
   */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommError";
    this.code = code;
  }
}
