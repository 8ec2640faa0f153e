import { Session } from "node:inspector";
import type { InterruptReason } from "./errors.ts";

/** How {@link watchHeap} behaves. */
export interface HeapWatchOptions {
  /** How large the main thread's heap may grow before V8 ends the process. */
  readonly limitBytes: number;
  /** Told, with what there is to say, when the heap is full: ends what fills it. */
  readonly stop: (reason: InterruptReason) => Promise<void>;
  /** Whether somebody else looks when V8 pauses, who then goes on. */
  readonly isDebugging?: () => boolean;
}

// Half of what is free is not filled between two looks: a loop that does nothing but allocate fills some 5 MB in a millisecond.
const bytesInMs = 8_000_000;
const lookMs = { least: 20, most: 250 };
const alarmedFrom = 0.5;
// So much is filled while a look is waited for, as the main thread collects its garbage. A heap that is smaller is watched all the time.
const leastFreeBytes = 400_000_000;

/**
 * Watches the heap of the main thread from another one, so that a cell that uses it up is stopped: V8 would end the process,
 * and with it all that the session holds. Gives the way to stop watching.
 *
 * V8 asks its debugger before it gives up: it pauses, and makes the heap larger, so that the program can be looked at. The
 * debugger is there as long as half of the heap is in use, or little is left. Memory outside of the heap, that of buffers for one, is not V8's
 * to count.
 */
export function watchHeap({ limitBytes, stop, isDebugging = () => false }: HeapWatchOptions): () => void {
  const session = new Session();
  session.connectToMainThread();
  const quietBytes = Math.min(limitBytes * alarmedFrom, limitBytes - leastFreeBytes);
  let isAlarmed = false;
  let isWatching = true;
  let timer: NodeJS.Timeout | undefined;
  const post = async (method: string): Promise<object | undefined> =>
    await new Promise((resolve) => {
      if (!isWatching) return resolve(undefined);
      return session.post(method, (_error: Error | null, answer?: object) => resolve(answer));
    });
  const setAlarmed = (alarmed: boolean): void => {
    if (alarmed !== isAlarmed) void post(alarmed ? "Debugger.enable" : "Debugger.disable");
    isAlarmed = alarmed;
  };
  session.on("Debugger.paused", ({ params }) => {
    const isFull = String(params.reason) === "OOM";
    // Whatever else it pauses for, a `debugger` statement for one, nobody is there to look.
    if (isFull || !isDebugging()) void post("Debugger.resume");
    // Without the debugger, the limit is again what it was, or what is in use with a quarter more, to tidy up.
    if (isFull) void stop(outOfMemory(limitBytes)).then(() => setAlarmed(false));
  });
  // While the main thread is in native code, the answer has to wait; nothing else is asked meanwhile.
  const look = async (): Promise<void> => {
    const { usedSize = 0 } = ((await post("Runtime.getHeapUsage")) ?? {}) as { readonly usedSize?: number };
    if (!isWatching) return;
    // V8 pauses for a full heap whoever debugs, and none but this one knows what to do then.
    setAlarmed(isDebugging() || usedSize > quietBytes);
    const pauseMs = (quietBytes - usedSize) / 2 / bytesInMs;
    timer = setTimeout(() => void look(), Math.max(lookMs.least, Math.min(pauseMs, lookMs.most)));
    timer.unref();
  };
  void look();
  return () => {
    isWatching = false;
    clearTimeout(timer);
    session.disconnect();
  };
}

function outOfMemory(limitBytes: number): InterruptReason {
  const limit = `${(limitBytes / 2 ** 30).toFixed(1)} GiB`;
  const more = Math.ceil((2 * limitBytes) / 2 ** 20);
  return {
    name: "OutOfMemory",
    code: "out-of-memory",
    message:
      `The cell was stopped, because it has used up JavaScript's heap of ${limit}; variables keep their values. ` +
      `Let go of what is large, by "name = undefined", or start the kernel with more: NODE_OPTIONS=--max-old-space-size=${more}`,
  };
}
