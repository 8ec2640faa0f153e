/** Something that was displayed and can still be replaced. */
export interface DisplayHandle {
  /** The `display_id` of the protocol. */
  readonly id: string;
  /** Shows a value, or a MIME bundle, in its place, wherever it stands. */
  update(value: unknown): void;
}
