/** Data of a message: what JSON keeps. */
export type CommData = Readonly<Record<string, unknown>>;

/** What a comm received. */
export interface CommMessage {
  readonly data: CommData;
  readonly metadata: CommData;
  /** Binary data that travelled beside the JSON. */
  readonly buffers: readonly Uint8Array[];
}

/** What else a message carries. */
export interface CommExtras {
  readonly metadata?: CommData;
  /** Binary data that travels beside the JSON; it is copied. */
  readonly buffers?: readonly (ArrayBufferLike | ArrayBufferView)[];
}

/** Told of a message. A promise is waited for before the message counts as handled; what it throws is shown. */
export type CommCallback = (message: CommMessage) => unknown;

/** A connection to the clients of the kernel, opened from either side. */
export interface Comm {
  readonly id: string;
  /** What the other side knows it by. */
  readonly target: string;
  readonly isOpen: boolean;
  /**
   * Sends to the clients.
   *
   * @throws CommError `comm-closed`, `not-json`
   */
  send(data: CommData, extras?: CommExtras): void;
  /** Closes it on both sides; once is enough. */
  close(data?: CommData, extras?: CommExtras): void;
  /** Has `callback` told of messages, or that a client closed the comm. Gives the way back. */
  on(event: "message" | "close", callback: CommCallback): () => void;
}

/** Told that a client has opened a comm. Unless it closes it or throws at once, the comm is open. */
export type TargetCallback = (comm: Comm, opening: CommMessage) => unknown;

/** The comms of a kernel. */
export interface Comms {
  /**
   * Opens a comm to what clients have registered by the name `target`.
   *
   * @throws CommError `not-json`
   */
  open(target: string, data?: CommData, extras?: CommExtras): Comm;
  /** Takes the comms that clients open to `target`, in place of who took them before. Gives the way back. */
  registerTarget(target: string, callback: TargetCallback): () => void;
  /** The comms that are open. */
  list(): Comm[];
}

/** One message of a comm, in either direction. */
export interface CommAct extends CommMessage {
  readonly kind: "open" | "message" | "close";
  readonly id: string;
  /** Empty unless the comm is opened. */
  readonly target: string;
}
