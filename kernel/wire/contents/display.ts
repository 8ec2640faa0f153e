/** Representations of one thing, by MIME type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** A MIME bundle with what describes it. */
export interface Representation {
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** display_data and update_display_data. */
export interface DisplayData extends Representation {
  readonly transient: Readonly<Record<string, unknown>>;
}

/** The two streams of a program. */
export type StreamName = "stdout" | "stderr";
