import type { Json } from "../config.ts";
import type { Context } from "../context.ts";
import type { RRef } from "../ref.ts";
import type { Metrics } from "./metrics.ts";

/** A realization that a matcher may take: it belongs to the derivation and was made from the very same dependencies. */
export interface Candidate {
  readonly rref: RRef;
  /** When its realizer had stopped, in milliseconds since 1970. */
  readonly builtAt: number;
  /** Its folder. */
  readonly path: string;
  readonly context: Context;
  /** The names of its top-level artifacts. */
  readonly artifacts: readonly string[];
  /** The metrics in one of its JSON artifacts; undefined when it is not there or not JSON. */
  metrics(file: string): Metrics | undefined;
}

/** What a matcher compares realizations by. */
export interface Metric {
  /** The JSON artifact. */
  readonly file: string;
  /** The field in it, nested ones joined by dots; `""` when the file holds nothing but the number. */
  readonly key: string;
  /** Which end is the better one. */
  readonly order: "max" | "min";
}

/** Picks, out of the existing realizations, those that count. */
export interface Matcher {
  /** What people are shown, such as `best("metrics.json", accuracy)`. */
  readonly name: string;
  /** What it compares by, so that tables can put the best first. */
  readonly metric?: Metric;
  /** How many realizations it has to have before it can choose; the realizer is run again until there are so many. */
  readonly wants?: number;
  /** From how many at most it can choose: more are not made when somebody asks for them. */
  readonly most?: number;
  /** Undefined means "none of these": the realizer must run. Throws when running it could not help. */
  readonly pick: (candidates: readonly Candidate[]) => readonly RRef[] | undefined;
}

/** What `match` makes a matcher from. */
export interface MatchOptions {
  readonly name: string;
  /**
   * What to sort by, smallest first. Candidates for which it is undefined are left out; among equals, the one built first
   * comes first. Without it, all are taken in the order in which they were built.
   */
  readonly key?: (candidate: Candidate) => number | string | undefined;
  /** How many of the first ones to take (none if there are fewer), or a function that chooses out of the sorted ones. */
  readonly take: number | ((sorted: readonly Candidate[]) => readonly Candidate[] | undefined);
  readonly metric?: Metric;
  readonly wants?: number;
  readonly most?: number;
}

/**
 * A matcher of one's own: a sort key, and how many to take. All other matchers are made by it.
 *
 * @example
 * ```ts
 * const smallest = match({ name: "smallest()", key: ({ path }) => statSync(join(path, "model.bin")).size, take: 1 });
 * ```
 */
export function match(options: MatchOptions): Matcher {
  const { name, key, take, metric, most } = options;
  const wants = options.wants ?? (typeof take === "number" ? checkCount(take, name) : undefined);
  const pick = (candidates: readonly Candidate[]): readonly RRef[] | undefined => {
    const sorted = sortCandidates(candidates, key);
    const taken =
      typeof take === "function" ? take(sorted) : sorted.length < take ? undefined : sorted.slice(0, take);
    return taken === undefined || taken.length === 0 ? undefined : taken.map(({ rref }) => rref);
  };
  origins.set(pick, { kind: "match", options });
  return Object.freeze({
    name,
    pick,
    ...(metric && { metric }),
    ...(wants !== undefined && { wants }),
    ...(most !== undefined && { most }),
  });
}

/** A call of one of Lightnix's own matchers, as data: `{ call: "best", args: ["metrics.json", { key: "accuracy" }] }`. */
export interface MatcherCall {
  readonly call: string;
  /** What it is called with: JSON, or the calls of the matchers that it combines. */
  readonly args: readonly (Json | MatcherCall)[];
}

/** What a matcher was made by. */
export type MatcherOrigin =
  | { readonly kind: "call"; readonly call: string; readonly args: readonly (Json | Matcher)[] }
  | { readonly kind: "match"; readonly options: MatchOptions };

// By what picks, so that a copy with another one is not taken for the original.
const origins: WeakMap<Matcher["pick"], MatcherOrigin> = new WeakMap();

/** What a matcher was made by; nothing for one that was put together by hand. */
export function originOf({ pick }: Matcher): MatcherOrigin | undefined {
  return origins.get(pick);
}

/** The same matcher, of which it is known that this call makes it. */
export function madeBy(call: string, args: readonly (Json | Matcher)[], matcher: Matcher): Matcher {
  origins.set(matcher.pick, { kind: "call", call, args });
  return matcher;
}

function sortCandidates(candidates: readonly Candidate[], key: MatchOptions["key"]): Candidate[] {
  if (key === undefined) return [...candidates].sort(byAge);
  const keyed = candidates.flatMap((candidate) => {
    const value = key(candidate);
    return value === undefined || Number.isNaN(value) ? [] : [{ candidate, value }];
  });
  keyed.sort((a, b) => compare(a.value, b.value) || byAge(a.candidate, b.candidate));
  return keyed.map(({ candidate }) => candidate);
}

function byAge(a: Candidate, b: Candidate): number {
  return compare(a.builtAt, b.builtAt) || compare(a.rref, b.rref);
}

function compare<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function checkCount(n: number, name: string): number {
  if (Number.isInteger(n) && n >= 1) return n;
  throw new RangeError(`Cannot make the matcher ${name}: ${n} is not a number of realizations, such as 1`);
}
