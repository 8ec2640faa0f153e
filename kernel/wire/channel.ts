import type { Frames, SentFrames } from "./message.ts";

/** One socket that both takes and gives messages, as a session sees it. */
export interface Channel {
  /** Hands frames over to be sent, in order; never throws and never blocks. */
  send(frames: SentFrames): void;
  /** Sets who is told about each message that comes in; what came before is not lost. */
  listen(receive: (frames: Frames) => void): void;
}

/** The socket on which a kernel publishes to all who subscribed. */
export interface Broadcast {
  /**
   * Hands frames over to be sent to all subscribers whose topic begins the first frame; never throws. A function is called for them
   * when they are sent, and must not throw.
   */
  send(frames: SentFrames | (() => SentFrames)): void;
  /** Sets who is told about each new subscription (JEP 65). */
  onSubscribe(greet: (topic: Uint8Array) => void): void;
}

/** The sockets of a kernel, open. The heartbeat answers by itself and is not seen here. */
export interface Channels {
  readonly shell: Channel;
  readonly control: Channel;
  readonly stdin: Channel;
  readonly iopub: Broadcast;
  /** Closes all of them. What was sent before still leaves. May be called twice. */
  close(): Promise<void>;
}
