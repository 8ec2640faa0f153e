/** How numbers are spread. */
export interface Spread {
  /** How many there are. */
  readonly n: number;
  readonly mean: number;
  /** The standard deviation of a sample (its square divides by n - 1); undefined for a single number. */
  readonly std: number | undefined;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** How numbers are spread; undefined where there are none. What is not finite counts for nothing. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const n = sorted.length;
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  // In this order no sum is too large, and equal numbers have exactly themselves as their mean.
  const mean = min + sorted.reduce((sum, value) => sum + (value - min) / n, 0);
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const upper = sorted[n >> 1] ?? max;
  const median = n % 2 === 1 ? upper : ((sorted[(n >> 1) - 1] ?? min) + upper) / 2;
  return { n, mean, std: n > 1 ? Math.sqrt(squares / (n - 1)) : undefined, min, median, max };
}
