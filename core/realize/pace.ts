/** How fast a count goes. Times are in milliseconds since 1970. */
export interface Pace {
  /** When the run began. */
  readonly startedAt: number;
  /** The last count that it was measured at, and when that was. */
  readonly at: number;
  readonly current: number;
  /** How much is done in a millisecond; undefined until two counts are known. */
  readonly perMs?: number | undefined;
}

// What a first count says this soon is where the run takes up, such as a download that was broken off, and not what it has done.
const TAKES_UP_MS = 1_000;
// What is older than this weighs half, and so does what is older than a third of the run: a slow run is judged by more of it.
const SHORTEST_HALF_LIFE_MS = 5_000;

/** The pace of a run that begins. */
export function startPace(startedAt: number): Pace {
  return { startedAt, at: startedAt, current: 0 };
}

/**
 * The pace after one more count. It is the mean over the time of the run, in which newer time weighs more (exponential smoothing with
 * a half-life of five seconds, or of a third of the run where that is longer). A count that goes back begins anew.
 */
export function nextPace(pace: Pace, { at, current }: { at: number; current: number }): Pace {
  const { startedAt, perMs } = pace;
  const isFirst = pace.at === startedAt;
  if (current < pace.current || (isFirst && at - startedAt < TAKES_UP_MS))
    return { startedAt, at: Math.max(at, startedAt + 1), current };
  const tookMs = at - pace.at;
  if (current === pace.current || tookMs <= 0) return pace;
  const step = (current - pace.current) / tookMs;
  const halfLifeMs = Math.max(SHORTEST_HALF_LIFE_MS, (at - startedAt) / 3);
  const weight = 1 - 0.5 ** (tookMs / halfLifeMs);
  return { startedAt, at, current, perMs: perMs === undefined ? step : perMs + weight * (step - perMs) };
}

/** How long is left to a total, in milliseconds; undefined where that cannot be told. */
export function remainingMs({ current, perMs }: Pace, total: number | undefined): number | undefined {
  if (perMs === undefined || total === undefined || !(total > current)) return undefined;
  return Math.round((total - current) / perMs);
}
