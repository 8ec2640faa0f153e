import { formatNumber } from "./format.ts";

/** An axis: from values to fractions of its length, and where it is labelled. */
export interface Scale {
  readonly kind: "linear" | "log" | "names";
  /** 0 to 1; outside of it for values outside of the range; undefined for what has no place on the axis. */
  readonly at: (value: unknown) => number | undefined;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

const wantedTicks = 5;

/**
 * The scale for some values: of numbers linear, or logarithmic when they are all positive and span at least two powers of ten;
 * of anything else, a place for each in the order in which they come.
 */
export function scaleFor(values: readonly unknown[]): Scale {
  const known = values.filter((value) => value !== undefined && value !== null);
  const numbers = known.filter((value) => typeof value === "number");
  if (numbers.length < known.length) return namesScale(known.map(String));
  const finite = numbers.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (finite.length === 0) return linearScale(0, 1);
  return low > 0 && high / low >= 100 ? logScale(low, high) : linearScale(low, high);
}

function namesScale(names: readonly string[]): Scale {
  const places = [...new Set(names)];
  const at = (value: unknown): number | undefined => {
    const index = places.indexOf(String(value));
    return index === -1 ? undefined : (index + 0.5) / places.length;
  };
  return { kind: "names", at, ticks: places.map((label) => ({ at: at(label) ?? 0, label })) };
}

function linearScale(low: number, high: number): Scale {
  const spare = high === low ? Math.abs(high) * 0.1 || 0.5 : (high - low) * 0.06;
  const [from, to] = [low - spare, high + spare];
  const step = niceStep((to - from) / wantedTicks);
  const ticks: { at: number; label: string }[] = [];
  for (let index = Math.ceil(from / step); index * step <= to; index++) {
    const value = Number((index * step).toPrecision(12));
    ticks.push({ at: (value - from) / (to - from), label: formatNumber(value, 6) });
  }
  return { kind: "linear", at: (value) => fraction(value, (number) => (number - from) / (to - from)), ticks };
}

function logScale(low: number, high: number): Scale {
  const spare = (Math.log10(high) - Math.log10(low)) * 0.06;
  const [from, to] = [Math.log10(low) - spare, Math.log10(high) + spare];
  const place = (value: number): number => (Math.log10(value) - from) / (to - from);
  const powers: number[] = [];
  for (let power = Math.ceil(from); power <= to; power++) powers.push(power);
  const every = Math.ceil(powers.length / 7);
  const ticks = powers
    .filter((power) => power % every === 0)
    .map((power) => ({ at: place(10 ** power), label: formatNumber(Number(`1e${power}`), 6) }));
  const at = (value: unknown): number | undefined =>
    fraction(value, (number) => (number > 0 ? place(number) : Number.NaN));
  return { kind: "log", at, ticks };
}

function fraction(value: unknown, place: (value: number) => number): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const at = place(value);
  return Number.isFinite(at) ? at : undefined;
}

/** 1, 2 or 5 times a power of ten, about as large as asked for. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((factor) => factor * power * 1.4 >= least) ?? 10) * power;
}
