import { hash } from "node:crypto";
import { inspect } from "node:util";
import { checkSize, type Points } from "./points.ts";

/** What random values of a field are drawn from. */
export interface Distribution<V = unknown> {
  readonly kind: "distribution";
  /** As it was written, such as `uniform(0, 0.5)`. */
  readonly name: string;
  /** The value for a number from 0 up to, but not including, 1. */
  readonly at: (u: number) => V;
}

/** How many points are drawn. */
export interface RandomOptions {
  /** How many, from 1 on. */
  readonly n: number;
  /** Which ones: the same seed, the same points. 0 unless given. */
  readonly seed?: number | string | undefined;
}

type Drawn<S> = { readonly [K in keyof S]: S[K] extends Distribution<infer V> ? V : never };

/**
 * Points drawn at random, the same ones for the same seed on every machine. The value of a field in the point with index `i` is
 * taken at `u`, the first 53 bits of the SHA-256 of `lightnix random 1`, the seed, the field's name and `i`, a NUL between them, as
 * a fraction. So a larger `n` adds points and keeps the first ones, and a new field leaves the others as they were.
 *
 * @throws {RangeError} when `n` is no whole number from 1 on
 * @throws {TypeError} for a field that has no distribution
 *
 * @example
 * ```ts
 * sweep(classifier, random({ lr: logUniform(1e-4, 1e-1), depth: choice(2, 4, 8) }, { n: 20, seed: 1 }));
 * ```
 */
export function random<S extends Readonly<Record<string, Distribution>>>(
  space: S,
  { n, seed = 0 }: RandomOptions,
): Points<keyof S & string, Drawn<S>> {
  if (!Number.isInteger(n) || n < 1)
    throw new RangeError(`Cannot draw ${String(n)} random points: n is a whole number from 1 on`);
  const fields = Object.keys(space) as (keyof S & string)[];
  if (fields.length === 0) throw new TypeError("Cannot draw random points: no field is named");
  const stray = fields.find((field) => !isDistribution(space[field]));
  if (stray !== undefined) {
    throw new TypeError(
      `Cannot draw values of "${stray}": ${inspect(space[stray], { depth: 0 })} is no distribution. There are uniform(0, 1), logUniform(1e-4, 1), ` +
        "integers(1, 8) and choice(2, 4, 8)",
    );
  }
  checkSize("random()", n);
  const draw = (index: number): Drawn<S> =>
    Object.freeze(
      Object.fromEntries(
        fields.map((field) => [field, space[field]?.at(fractionOf(String(seed), field, index))]),
      ),
    ) as Drawn<S>;
  return Object.freeze({
    kind: "points",
    fields,
    values: Array.from({ length: n }, (_, index) => draw(index)),
  });
}

/** Any number from `low` to `high`, each as likely; to six figures. @throws {RangeError} */
export function uniform(low: number, high: number): Distribution<number> {
  const name = `uniform(${low}, ${high})`;
  checkRange(name, low, high);
  return distribution(name, (u) => within(low, high, low + u * (high - low)));
}

/**
 * Any number from `low` to `high`, each power of ten as likely; to six figures. For learning rates and the like.
 *
 * @throws {RangeError} unless 0 < `low` < `high`
 */
export function logUniform(low: number, high: number): Distribution<number> {
  const name = `logUniform(${low}, ${high})`;
  checkRange(name, low, high);
  if (!(low > 0))
    throw new RangeError(`Cannot draw from ${name}: ${low} has no logarithm, as it is not above 0`);
  return distribution(name, (u) => within(low, high, low * Math.exp(u * Math.log(high / low))));
}

/** Any whole number from `low` to `high`, both included. @throws {RangeError} */
export function integers(low: number, high: number): Distribution<number> {
  const name = `integers(${low}, ${high})`;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low > high)
    throw new RangeError(`Cannot draw from ${name}: it takes two whole numbers, the smaller one first`);
  return distribution(name, (u) => low + Math.floor(u * (high - low + 1)));
}

/** Any of these values, which may be stages. @throws {RangeError} without one */
export function choice<const V>(...values: readonly V[]): Distribution<V> {
  if (values.length === 0) throw new RangeError("Cannot draw from choice(): it has no values");
  return distribution(`choice(${values.length} values)`, (u) => values[Math.floor(u * values.length)] as V);
}

function isDistribution(value: unknown): value is Distribution {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "distribution";
}

function distribution<V>(name: string, at: (u: number) => V): Distribution<V> {
  return Object.freeze({ kind: "distribution", name, at });
}

function fractionOf(seed: string, field: string, index: number): number {
  const digest = hash("sha256", `lightnix random 1\0${seed}\0${field}\0${index}`, "hex");
  // 53 bits are what a number between 0 and 1 has room for.
  return Number(BigInt(`0x${digest.slice(0, 14)}`) >> 3n) / 2 ** 53;
}

/** To six figures, as the last digits of a logarithm differ from machine to machine, and would be another derivation. */
function within(low: number, high: number, value: number): number {
  return Math.min(high, Math.max(low, Number(value.toPrecision(6))));
}

function checkRange(name: string, low: number, high: number): void {
  if (Number.isFinite(low) && Number.isFinite(high) && low < high) return;
  throw new RangeError(`Cannot draw from ${name}: it takes two numbers, the smaller one first`);
}
