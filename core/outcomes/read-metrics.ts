import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json } from "../config.ts";
import { parseJson } from "../parse-json.ts";
import type { MetricValue } from "../stage/metrics.ts";

/** Numbers in a row, such as a loss for each epoch. Where JSON has null, which is what NaN becomes, they have NaN; where a step says nothing, too. */
export type Series = readonly number[];

/** A metric of an outcome. */
export type OutcomeValue = MetricValue | Series;

/** Metrics of an outcome by name; the names of nested ones are joined by dots. */
export type OutcomeMetrics = Readonly<Record<string, OutcomeValue>>;

/** Whether a metric is a series. */
export function isSeries(value: unknown): value is Series {
  return Array.isArray(value);
}

/** Whether a file of that name may hold metrics. */
export function isMetricsFile(name: string): boolean {
  return /\.(?:json|jsonl|ndjson)$/.test(name);
}

/** Whether a file of that name has one JSON value a line. */
export function isHistoryFile(name: string): boolean {
  return /\.(?:jsonl|ndjson)$/.test(name);
}

// Metrics are in small files; a saved model may be JSON as well.
const MAX_JSON_BYTES = 1024 * 1024;
const MAX_HISTORY_BYTES = 8 * 1024 * 1024;

/** The metrics in one file. */
export interface FileMetrics {
  readonly metrics: OutcomeMetrics;
  /**
   * Those of which the file has nothing but null. They are NaN in `metrics`, which is what null comes of where a number is meant; whether one is,
   * only other outcomes tell.
   */
  readonly nulls: ReadonlySet<string>;
}

/** The metrics in an artifact; undefined when it is not there, not JSON (with Python's NaN and Infinity), or too large for any. */
export function readMetricsFile(folder: string, file: string): FileMetrics | undefined {
  const path = join(folder, file);
  const isHistory = isHistoryFile(file);
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY;
    if (size > (isHistory ? MAX_HISTORY_BYTES : MAX_JSON_BYTES)) return undefined;
    const text = readFileSync(path, "utf8");
    const raw = isHistory ? seriesOf(linesOf(text)) : flattenOutcome(parseJson(text));
    return told(raw);
  } catch {
    return undefined;
  }
}

type RawValue = MetricValue | null | readonly (number | null)[];

function told(raw: ReadonlyMap<string, RawValue>): FileMetrics {
  const isNull = (value: RawValue): boolean =>
    value === null || (Array.isArray(value) && value.every((item) => item === null));
  const entries = [...raw].map(([name, value]): [string, OutcomeValue] => [name, valueOf(value)]);
  return {
    metrics: Object.fromEntries(entries),
    nulls: new Set([...raw].flatMap(([name, value]) => (isNull(value) ? [name] : []))),
  };
}

function valueOf(raw: RawValue): OutcomeValue {
  if (typeof raw !== "object" || raw === null) return raw ?? Number.NaN;
  return raw.map((item) => item ?? Number.NaN);
}

/**
 * The leaves of a JSON value that are metrics: scalars, arrays of numbers, and of an array of objects each field as a series. All
 * else is left out. A JSON value that is itself a metric has the one name `""`.
 */
function flattenOutcome(json: Json): ReadonlyMap<string, RawValue> {
  // A map, as a metric may be called like something that every object has.
  const metrics = new Map<string, RawValue>();
  const add = (name: string, value: Json): void => {
    if (isJsonObject(value))
      for (const [field, leaf] of Object.entries(value)) add(joined(name, field), leaf);
    else if (Array.isArray(value)) addArray(name, value as readonly Json[]);
    else metrics.set(name, value as MetricValue | null);
  };
  const addArray = (name: string, items: readonly Json[]): void => {
    if (items.length === 0) return;
    if (items.every(isNumberOrNull)) metrics.set(name, items);
    else if (items.every(isJsonObject))
      for (const [field, series] of seriesOf(items)) metrics.set(joined(name, field), series);
  };
  add("", json);
  return metrics;
}

/**
 * Objects, one for each step, as a series for each of their numbers. Where a step lacks one, it is NaN; the series ends with the last
 * step that has it, so that its last value is what came last of it.
 */
function seriesOf(steps: readonly Json[]): ReadonlyMap<string, readonly (number | null)[]> {
  const all = new Map<string, (number | null)[]>();
  for (const [index, step] of steps.entries()) {
    for (const [name, value] of flattenOutcome(step)) {
      if (typeof value !== "number" && value !== null) continue;
      const series = all.get(name) ?? [];
      while (series.length < index) series.push(null);
      series[index] = value;
      all.set(name, series);
    }
  }
  return all;
}

/** The values of a file with one a line. What is no JSON, as a last line that was cut off, is passed over. */
function linesOf(text: string): Json[] {
  return text.split("\n").flatMap((line) => {
    if (line.trim() === "") return [];
    try {
      return [parseJson(line)];
    } catch {
      return [];
    }
  });
}

function joined(name: string, field: string): string {
  return name === "" ? field : `${name}.${field}`;
}

function isNumberOrNull(value: Json): value is number | null {
  return typeof value === "number" || value === null;
}
