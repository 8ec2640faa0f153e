import { LightnixError } from "../errors.ts";
import { checkSegments } from "../path.ts";
import { drefOf, isRRef, parseRRef, shortHash, type RRef } from "../ref.ts";
import { madeBy, match, type Candidate, type Matcher, type Metric } from "./matcher.ts";
import { noMetric, usableMetric } from "./no-metric.ts";

/** How `best` compares. */
export interface BestOptions {
  /** The field of the JSON artifact, nested ones joined by dots. Without it the file holds nothing but the number. */
  readonly key?: string;
  /** Which end is the better one: `"max"` unless given. */
  readonly order?: "max" | "min";
  /** How many of the best are taken: 1 unless given. */
  readonly n?: number;
}

/**
 * The only realization there is. The default. With several, the realizer does not run: it is an error, as nobody said which.
 */
export function only(): Matcher {
  const matcher = match({
    name: "only()",
    wants: 1,
    most: 1,
    take: (sorted) => (sorted.length > 1 ? refuseSeveral(sorted) : sorted),
  });
  return madeBy("only", [], matcher);
}

/** The `n` realizations that were built last. */
export function latest(n = 1): Matcher {
  const matcher = match({ name: `latest(${n === 1 ? "" : n})`, key: ({ builtAt }) => -builtAt, take: n });
  return madeBy("latest", [n], matcher);
}

/**
 * The `n` realizations with the best metric. One without the metric is never among them, nor one of which it is not finite, as
 * that of a training that diverged (NaN, and the null that JSON makes of it); see `tolerant`. Of two with the same metric, the one
 * built first is the better one, so that a tie changes nothing for what depends on it.
 *
 * When there are realizations and none can be compared, choosing fails with `no-metric`: the message says what each has in its place.
 *
 * @throws {LightnixError} `invalid-path` when `file` leads out of the realization
 *
 * @example
 * ```ts
 * best("metrics.json", { key: "accuracy" });
 * best("metrics.json", { key: "test.loss", order: "min", n: 3 });
 * ```
 */
export function best(file: string, { key = "", order = "max", n = 1 }: BestOptions = {}): Matcher {
  const metric: Metric = { file: checkSegments(file.split("/")).join("/"), key, order };
  const sortKey = (candidate: Candidate): number | undefined => {
    const value = usableMetric(candidate, metric);
    return value === undefined || order === "min" ? value : -value;
  };
  const { name, wants, pick } = match({ name: bestName(metric, n), key: sortKey, take: n });
  const pickOrExplain: Matcher["pick"] = (candidates) => {
    if (candidates.length > 0 && candidates.every((one) => sortKey(one) === undefined))
      throw noMetric(metric, candidates, {
        what: `choose the best realization of "${parseRRef(nameGiver(candidates)).name}"`,
        noun: "realization",
        n,
      });
    return pick(candidates);
  };
  const matcher = Object.freeze({ name, metric, ...(wants !== undefined && { wants }), pick: pickOrExplain });
  return madeBy("best", [file, { key, order, n }], matcher);
}

/** Some `n` realizations, no matter which: those that were built first, so that new ones change nothing. */
export function some(n = 1): Matcher {
  return madeBy("some", [n], match({ name: `some(${n === 1 ? "" : n})`, take: n }));
}

/** Every realization there is; one at least. */
export function all(): Matcher {
  return madeBy("all", [], match({ name: "all()", wants: 1, take: (sorted) => sorted }));
}

/**
 * Exactly these realizations.
 *
 * @throws {RangeError} when none is given
 */
export function exact(...rrefs: readonly RRef[]): Matcher {
  if (rrefs.length === 0) throw new RangeError("Cannot make the matcher exact(): it names no realization");
  const stray = rrefs.find((rref) => !isRRef(rref));
  if (stray !== undefined)
    throw new TypeError(`Cannot make the matcher exact(): ${String(stray)} is not a realization`);
  const wanted = new Set(rrefs);
  const matcher = match({
    name: `exact(${rrefs.map((rref) => shortHash(rref)).join(", ")})`,
    key: ({ rref }) => (wanted.has(rref) ? rref : undefined),
    take: (sorted) => (sorted.length === wanted.size ? sorted : undefined),
  });
  return madeBy("exact", [...rrefs], matcher);
}

function bestName({ file, key, order }: Metric, n: number): string {
  const parts = [JSON.stringify(file), ...(key === "" ? [] : [key]), ...(order === "min" ? ["min"] : [])];
  return `best(${[...parts, ...(n === 1 ? [] : [n])].join(", ")})`;
}

function refuseSeveral(candidates: readonly Candidate[]): never {
  const { name } = parseRRef(nameGiver(candidates));
  throw new LightnixError(
    "ambiguous-match",
    `Cannot choose the only realization of "${name}": there are ${candidates.length}. Say which one counts with a matcher: ` +
      'latest(), best("metrics.json", { key: "accuracy" }), exact(rref), some() or all()',
    { data: { dref: drefOf(nameGiver(candidates)), rrefs: candidates.map(({ rref }) => rref) } },
  );
}

function nameGiver(candidates: readonly Candidate[]): RRef {
  const [first] = candidates;
  if (first === undefined) throw new TypeError("Cannot name realizations: there are none");
  return first.rref;
}
