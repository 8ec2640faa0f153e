import type { CaptureSink, RealizeOptions } from "../core/index.ts";
import type { CellHost } from "./host.ts";
import type { Session } from "./session.ts";

/** An interrupted build that ran longer than this leaves its output folder: who stops it by hand may regret it. */
export const keepCancelledAfterMs = 5_000;

/** How whatever a cell realizes is run: in the session's store, stopped by an interrupt of the cell, with what realizers print in their logs. */
export function runOptions(
  session: Session,
  host: CellHost,
): Pick<RealizeOptions, "store" | "signal" | "capture" | "executor" | "keepCancelledAfterMs"> {
  return {
    store: session.store,
    signal: host.signal,
    capture: <T>(sink: CaptureSink, run: () => T): T => host.capture(sink, run),
    executor: session.executor,
    keepCancelledAfterMs,
  };
}
