import type { DRef } from "../ref.ts";

/** A derivation that has not come to its end. */
export interface OpenTask {
  readonly dref: DRef;
  readonly dependencies: readonly DRef[];
  /** The runs of its realizer that go on. */
  readonly running?: readonly OpenRun[] | undefined;
  /** How many are still to begin. */
  readonly waiting: number;
  /** How long one took before, or one of its name. */
  readonly expectedMs?: number | undefined;
}

/** A run that goes on. */
export interface OpenRun {
  /** How long it has lasted. */
  readonly elapsedMs: number;
  /** What is left of it by its own count. */
  readonly remainingMs?: number | undefined;
}

/** What is known besides. */
export interface EstimateOptions {
  /** How many run at once. */
  readonly jobs: number;
  /** How long the runs took that are over. */
  readonly builtMs: readonly number[];
}

/**
 * How long a realization will still take, in milliseconds: its longest path, or all work shared among the jobs, whichever is longer.
 *
 * A run that goes on is left what its own count says, else what is missing to the time that one took before; one that is still to begin
 * takes what one took before. Where nothing is known of a derivation, it is taken to be like the mean of those of which something is;
 * where nothing is known of any, there is no estimate. All that waits is taken to be built.
 */
export function estimateMs(
  open: readonly OpenTask[],
  { jobs, builtMs }: EstimateOptions,
): number | undefined {
  const known = [...builtMs, ...open.flatMap(wholeMs)];
  if (open.length === 0) return 0;
  if (known.length === 0) return undefined;
  const typicalMs = known.reduce((sum, ms) => sum + ms, 0) / known.length;
  const ends = new Map<DRef, number>();
  let [longest, sum] = [0, 0];
  // Dependencies come first, so that their ends are known.
  for (const task of open) {
    const runs = leftOf(task, typicalMs);
    const workMs = runs.reduce((all, ms) => all + ms, 0);
    const begin = task.dependencies.reduce((latest, one) => Math.max(latest, ends.get(one) ?? 0), 0);
    // At best, its runs share all jobs among them.
    const end = begin + Math.max(workMs / jobs, ...runs);
    ends.set(task.dref, end);
    longest = Math.max(longest, end);
    sum += workMs;
  }
  return Math.round(Math.max(longest, sum / jobs));
}

/** How long runs take from beginning to end, as far as that is known. */
function wholeMs({ running = [], expectedMs }: OpenTask): number[] {
  const counted = running.flatMap(({ elapsedMs, remainingMs }) =>
    remainingMs === undefined ? [] : [elapsedMs + remainingMs],
  );
  if (counted.length > 0) return counted;
  return expectedMs === undefined ? [] : [expectedMs];
}

/** What is left of each run. */
function leftOf({ running = [], waiting, expectedMs }: OpenTask, typicalMs: number): number[] {
  const onceMs = expectedMs ?? typicalMs;
  const left = running.map(
    // One that takes longer than expected may go on for some time.
    ({ elapsedMs, remainingMs }) => remainingMs ?? Math.max(onceMs - elapsedMs, elapsedMs / 10),
  );
  return [...left, ...Array.from({ length: waiting }, () => onceMs)];
}
