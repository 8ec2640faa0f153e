import type { DRef } from "../ref.ts";

/** A derivation that has not come to its end. */
export interface OpenTask {
  readonly dref: DRef;
  readonly dependencies: readonly DRef[];
  /** How long its run has lasted, if it runs. */
  readonly elapsedMs?: number | undefined;
  /** What is left of its run by its own count. */
  readonly remainingMs?: number | undefined;
  /** How long it took before, or one of its name. */
  readonly expectedMs?: number | undefined;
}

/** What is known besides. */
export interface EstimateOptions {
  /** How many are built at once. */
  readonly jobs: number;
  /** How long the derivations took that this realization has built. */
  readonly builtMs: readonly number[];
}

/**
 * How long a realization will still take, in milliseconds: its longest path, or all work shared among the jobs, whichever is longer.
 *
 * A derivation that runs is left what its own count says, else what is missing to the time that it took before; one that waits
 * takes what it took before. Where nothing is known of one, it is taken to be like the mean of those of which something is; where
 * nothing is known of any, there is no estimate. All that waits is taken to be built.
 */
export function estimateMs(
  open: readonly OpenTask[],
  { jobs, builtMs }: EstimateOptions,
): number | undefined {
  const known = [...builtMs, ...open.map(wholeMs).filter((ms) => ms !== undefined)];
  if (open.length === 0) return 0;
  if (known.length === 0) return undefined;
  const typicalMs = known.reduce((sum, ms) => sum + ms, 0) / known.length;
  const ends = new Map<DRef, number>();
  let [longest, sum] = [0, 0];
  // Dependencies come first, so that their ends are known.
  for (const task of open) {
    const leftMs = leftOf(task, typicalMs);
    const begin = task.dependencies.reduce((latest, one) => Math.max(latest, ends.get(one) ?? 0), 0);
    ends.set(task.dref, begin + leftMs);
    longest = Math.max(longest, begin + leftMs);
    sum += leftMs;
  }
  return Math.round(Math.max(longest, sum / jobs));
}

/** How long it takes from beginning to end, as far as that is known. */
function wholeMs({ elapsedMs = 0, remainingMs, expectedMs }: OpenTask): number | undefined {
  return remainingMs === undefined ? expectedMs : elapsedMs + remainingMs;
}

function leftOf(task: OpenTask, typicalMs: number): number {
  const { elapsedMs = 0, remainingMs, expectedMs = typicalMs } = task;
  // One that takes longer than expected may go on for some time.
  return remainingMs ?? Math.max(expectedMs - elapsedMs, elapsedMs / 10);
}
