import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode, LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { parseJson } from "../parse-json.ts";
import { drefOf, shortHash, type RRef } from "../ref.ts";
import type { Candidate, Metric } from "./matcher.ts";

/** What somebody wanted to choose by a metric, for messages. */
export interface Choosing {
  /** As in `Cannot <what>`: `choose the best realization of "model"`. */
  readonly what: string;
  /** What one of those is called that there are to choose from: `realization`, `point`. */
  readonly noun: string;
  /** How many were wanted: 1 unless given. */
  readonly n?: number;
  /** What each is called when there are several: its hash unless given. */
  readonly nameOf?: (rref: RRef) => string;
}

/** What a metric of a candidate is worth: the finite number that it is, or undefined. */
export function usableMetric(candidate: Candidate, { file, key }: Metric): number | undefined {
  const value = candidate.metrics(file)?.[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The error when there is nothing to compare: no candidate has the metric as a finite number. It says what each has in its place. */
export function noMetric(
  metric: Metric,
  candidates: readonly Candidate[],
  choosing: Choosing,
): LightnixError {
  const { file, key } = metric;
  const wanted = key === "" ? `a number in ${file}` : `a number "${key}" in ${file}`;
  const { what, noun, n = 1 } = choosing;
  const rrefs = candidates.map(({ rref }) => rref);
  return new LightnixError(
    "no-metric",
    `Cannot ${what} by ${wanted}: ${whatEachHas(metric, candidates, choosing)}. ${advice(metric, candidates, noun)}`,
    { data: { metric, rrefs, n, ...(rrefs[0] && { dref: drefOf(rrefs[0]) }) } },
  );
}

/** What a matcher refused that found nothing to compare. */
export interface Refused {
  readonly metric: Metric;
  /** The realizations that it had to choose from. */
  readonly rrefs: readonly RRef[];
  /** How many it wanted. */
  readonly n: number;
}

/** What a matcher refused that found nothing to compare; nothing for other errors. */
export function refusedIn(error: unknown): Refused | undefined {
  if (errorCode(error) !== "no-metric" || !(error instanceof Object) || !("data" in error)) return undefined;
  const { metric, rrefs, n = 1 } = error.data as Partial<Refused>;
  return metric === undefined || !Array.isArray(rrefs) ? undefined : { metric, rrefs, n };
}

const maxTold = 12;

function whatEachHas(metric: Metric, candidates: readonly Candidate[], { noun, nameOf }: Choosing): string {
  const found = candidates.map((candidate) => inItsPlace(metric, candidate));
  const isTold = found.some((one) => one !== undefined);
  if (candidates.length === 1) {
    return isTold ? `its only ${noun} has ${found[0]} there` : `its only ${noun} does not have it`;
  }
  if (!isTold) return `none of its ${candidates.length} has it`;
  const each = candidates.slice(0, maxTold).map(({ rref }, index) => {
    return `${(nameOf ?? shortHash)(rref)} has ${found[index] ?? "none"}`;
  });
  const more = candidates.length > maxTold ? ` and ${candidates.length - maxTold} more` : "";
  return `none of its ${candidates.length} has it (${each.join(", ")}${more})`;
}

/** What stands where a number is wanted; undefined when nothing does. */
function inItsPlace({ file, key }: Metric, candidate: Candidate): string | undefined {
  const value = candidate.metrics(file)?.[key];
  if (value === undefined) return collectionAt(readJson(candidate.path, file), key);
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
}

/** What is no metric at all, as a curve is none that realizations could be compared by. */
function collectionAt(json: unknown, key: string): string | undefined {
  const value = key.split(".").reduce<unknown>((inner, field) => {
    return typeof inner === "object" && inner !== null && Object.hasOwn(inner, field)
      ? (inner as Record<string, unknown>)[field]
      : undefined;
  }, json);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "an object" : undefined;
}

function advice({ file, key }: Metric, candidates: readonly Candidate[], noun: string): string {
  const found = candidates
    .map((candidate) => candidate.metrics(file))
    .filter((metrics) => metrics !== undefined);
  if (found.length === 0) return whyNoFile(file, candidates);
  const keys = [...new Set(found.flatMap((metrics) => Object.keys(metrics)))];
  const numbers = keys.filter((name) => found.some((metrics) => isFinite(metrics[name])));
  const listed =
    numbers.length === 0 ? "no numbers" : numbers.map((name) => name || "a bare number").join(", ");
  if (found.some((metrics) => typeof metrics[key] === "number")) {
    return noun === "realization"
      ? "Another run may do better: count: 1 makes one more. A tolerant() matcher takes what diverged as well"
      : "Other values of what it varies may do better";
  }
  return `The file has: ${listed}.${didYouMean(key, numbers)}`;
}

function isFinite(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
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
    return parseJson(readFileSync(join(folder, file), "utf8"));
  } catch (error) {
    return error instanceof SyntaxError ? error : undefined;
  }
}
