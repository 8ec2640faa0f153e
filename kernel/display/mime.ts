/** What a message of Jupyter shows, by MIME type. `text/plain` is always there. */
export type MimeBundle = Record<string, unknown>;

/** One of the two streams that a process prints to. */
export type StreamName = "stdout" | "stderr";

/** Where the output of one cell goes. Implemented by whoever has the wire. */
export interface CellOutput {
  /** Printed text. */
  stream(name: StreamName, text: string): void;
  /** A rich output; with `isUpdate`, one that takes the place of those shown under `displayId`. */
  display(shown: ShownBundle): void;
  /** Removes the outputs of the cell; with `wait`, only when the next one comes. */
  clear(wait: boolean): void;
}

/** A rich output, on its way to a front end. */
export interface ShownBundle {
  readonly bundle: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly displayId?: string;
  readonly isUpdate?: boolean;
}
