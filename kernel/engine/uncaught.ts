import { Interrupted } from "./errors.ts";

/** Told of an error that nobody caught, in the asynchronous context of the code that threw it. */
export type UncaughtReport = (error: unknown, thrown: UncaughtFrom) => void;

/** Where an error came from that nobody caught. */
export type UncaughtFrom = "callback" | "promise";

/**
 * Keeps the process alive when a callback throws or a promise is rejected with nobody to see it: `report` is told
 * instead. Gives the way back.
 *
 * The capturing callback goes before all listeners: some packages listen to such errors in order to throw them anew, which
 * would end the process.
 */
export function watchUncaught(report: UncaughtReport): () => void {
  const tell = (error: unknown, thrown: UncaughtFrom): void => {
    // What goes on behind the awaits of an interrupted cell is stopped by this error, which has been shown.
    if (error instanceof Interrupted) return;
    try {
      report(error, thrown);
    } catch {
      // A report that fails has nowhere to be reported.
    }
  };
  const thrown = (error: unknown): void => tell(error, "callback");
  const rejected = (reason: unknown): void => tell(reason, "promise");
  const restoreMicrotasks = watchMicrotasks(thrown);
  process.setUncaughtExceptionCaptureCallback(thrown);
  process.on("unhandledRejection", rejected);
  return () => {
    restoreMicrotasks();
    process.setUncaughtExceptionCaptureCallback(null);
    process.off("unhandledRejection", rejected);
  };
}

// Node 20 tells of what a microtask throws outside of the context that queued it: so it is caught before.
function watchMicrotasks(tell: (error: unknown) => void): () => void {
  const before = globalThis.queueMicrotask;
  globalThis.queueMicrotask = function queueMicrotask(callback) {
    // Node says what is wrong with anything else.
    if (typeof callback !== "function") return before(callback);
    before(() => {
      try {
        callback();
      } catch (error) {
        tell(error);
      }
    });
  };
  return () => {
    globalThis.queueMicrotask = before;
  };
}
