import { BuildFault } from "./build-fault.ts";
import type { BuildTask } from "./executor.ts";

// Longer than this, a timer of Node's would fire at once.
const LONGEST_MS = 2 ** 31 - 1;

/** Runs something with a signal that fires, too, when the time of the task's stage is over. It runs from the call of `begin` on. */
export async function withTimeLimit<T>(
  { derivation, signal }: BuildTask,
  run: (signal: AbortSignal, begin: () => void) => Promise<T>,
): Promise<T> {
  const limitMs = derivation.limits?.timeMs;
  if (limitMs === undefined) return await run(signal, () => undefined);
  const limit = new AbortController();
  const overdue = new BuildFault("time-limit", `it took longer than its limit of ${shownTime(limitMs)}`);
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer ??= setTimeout(() => limit.abort(overdue), Math.min(limitMs, LONGEST_MS));
  };
  try {
    return await run(AbortSignal.any([signal, limit.signal]), begin);
  } finally {
    clearTimeout(timer);
  }
}

function shownTime(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
