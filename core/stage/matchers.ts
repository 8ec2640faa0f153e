import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { checkSegments } from "../path.ts";
import { drefOf, isRRef, parseRRef, shortHash, type RRef } from "../ref.ts";
import { madeBy, match, type Candidate, type Matcher, type Metric } from "./matcher.ts";

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
 * The `n` realizations with the best metric. One without the metric is never among them; of two with the same metric, the one
 * built first is the better one, so that a tie changes nothing for what depends on it.
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
    const value = candidate.metrics(metric.file)?.[key];
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    return order === "max" ? -value : value;
  };
  const { name, wants, pick } = match({ name: bestName(metric, n), key: sortKey, take: n });
  const pickOrExplain: Matcher["pick"] = (candidates) => {
    if (candidates.length > 0 && candidates.every((one) => sortKey(one) === undefined))
      refuseWithout(metric, candidates);
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

function refuseWithout(metric: Metric, candidates: readonly Candidate[]): never {
  const { file, key } = metric;
  const { name } = parseRRef(nameGiver(candidates));
  const wanted = key === "" ? `a number in ${file}` : `a number "${key}" in ${file}`;
  const count =
    candidates.length === 1
      ? "its only realization does not have it"
      : `none of its ${candidates.length} has it`;
  throw new LightnixError(
    "no-metric",
    `Cannot choose the best realization of "${name}" by ${wanted}: ${count}. ${whatThereIs(metric, candidates)}`,
    { data: { dref: drefOf(nameGiver(candidates)), metric } },
  );
}

function whatThereIs({ file, key }: Metric, candidates: readonly Candidate[]): string {
  const found = candidates
    .map((candidate) => candidate.metrics(file))
    .filter((metrics) => metrics !== undefined);
  if (found.length === 0) return whyNoFile(file, candidates);
  const keys = [...new Set(found.flatMap((metrics) => Object.keys(metrics)))];
  const numbers = keys.filter((name) => found.some((metrics) => typeof metrics[name] === "number"));
  const listed =
    numbers.length === 0 ? "no numbers" : numbers.map((name) => name || "a bare number").join(", ");
  // JSON has no NaN: whoever writes one writes null.
  if (candidates.some(({ path }) => isNull(readJson(path, file), key)))
    return `It is null there, as NaN becomes in JSON. The file has: ${listed}. Another run may do better: count: 1 makes one more`;
  return `The file has: ${listed}.${didYouMean(key, numbers)}`;
}

function whyNoFile(file: string, candidates: readonly Candidate[]): string {
  const artifacts = [...new Set(candidates.flatMap((candidate) => candidate.artifacts))].sort();
  for (const { path } of candidates) {
    const json = readJson(path, file);
    if (json instanceof SyntaxError) return `${file} is there, but is not JSON: ${json.message}`;
  }
  const listed = artifacts.length === 0 ? "no artifacts at all" : artifacts.join(", ");
  return `There is no JSON file of that name, but: ${listed}.${didYouMean(file, artifacts)}`;
}

/** What a JSON artifact holds, or the SyntaxError that says why it holds none; nothing when it cannot be read. */
function readJson(folder: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, file), "utf8")) as unknown;
  } catch (error) {
    return error instanceof SyntaxError ? error : undefined;
  }
}

function isNull(json: unknown, key: string): boolean {
  const value = key.split(".").reduce<unknown>((inner, field) => {
    return typeof inner === "object" && inner !== null
      ? (inner as Record<string, unknown>)[field]
      : undefined;
  }, json);
  return value === null;
}

function nameGiver(candidates: readonly Candidate[]): RRef {
  const [first] = candidates;
  if (first === undefined) throw new TypeError("Cannot name realizations: there are none");
  return first.rref;
}
