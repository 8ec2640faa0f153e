import { sizeOf } from "./message-size.ts";
import type { RingWriter } from "./output-ring.ts";
import type { ToMain, ToWorker } from "./port.ts";

/** One end of what joins the two threads. */
export interface Port {
  postMessage(message: ToWorker, transfer?: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (message: ToMain) => void): unknown;
}

/** Sends a message to the worker thread; the buffers of `transfer` are given away. */
export type Post = (message: ToWorker, transfer?: readonly ArrayBuffer[]) => void;

/**
 * Sends messages in their place among what cells print. An output that cannot be sent between threads is told in the cell
 * (a function in a Vega specification), and the outcome that it came with is sent without it; of any other message the error is thrown.
 */
export function postInPlace({ port, printed }: { readonly port: Port; readonly printed: RingWriter }): Post {
  const post: Post = (message, transfer = []) => {
    // The other thread reads all of it when it is told that a cell has ended.
    if (message.type === "output") printed.early();
    const mark = printed.mark(sizeOf(message));
    try {
      port.postMessage({ ...message, mark }, transfer);
    } catch (error) {
      const isShown = message.type === "output" || (message.type === "executed" && message.result);
      if (!isShown) throw error;
      const why = error instanceof Error ? error.message : String(error);
      port.postMessage({ type: "printed", mark });
      printed.text(message.id, "stderr", `Cannot show an output: ${why}\n`);
      if (message.type === "executed") post({ type: "executed", id: message.id, outcome: message.outcome });
    }
  };
  return post;
}
