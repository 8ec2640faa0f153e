import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json } from "../config.ts";
import type { MetricValue } from "../stage/metrics.ts";

/** Numbers in a row, such as a loss for each epoch. Where JSON has null, which is what NaN becomes, they have NaN. */
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

/** The metrics in an artifact; undefined when it is not there, not JSON, or too large for any. */
export function readMetricsFile(folder: string, file: string): OutcomeMetrics | undefined {
  const path = join(folder, file);
  const isHistory = isHistoryFile(file);
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY;
    if (size > (isHistory ? MAX_HISTORY_BYTES : MAX_JSON_BYTES)) return undefined;
    const text = readFileSync(path, "utf8");
    return isHistory ? seriesOf(linesOf(text)) : flattenOutcome(JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

/**
 * The leaves of a JSON value that are metrics: scalars, arrays of numbers, and of an array of objects each field as a series. All
 * else (other arrays, nulls) is left out. A JSON value that is itself a metric has the one name `""`.
 */
function flattenOutcome(json: Json): OutcomeMetrics {
  // A map, as a metric may be called like something that every object has.
  const metrics = new Map<string, OutcomeValue>();
  const add = (name: string, value: Json): void => {
    if (isJsonObject(value))
      for (const [field, leaf] of Object.entries(value)) add(joined(name, field), leaf);
    else if (Array.isArray(value)) addArray(name, value as readonly Json[]);
    else if (value !== null) metrics.set(name, value as MetricValue);
  };
  const addArray = (name: string, items: readonly Json[]): void => {
    if (items.length === 0) return;
    if (items.every(isNumberOrNull)) {
      if (items.some((item) => item !== null)) metrics.set(name, items.map(numberOf));
    } else if (items.every(isJsonObject)) {
      for (const [field, series] of Object.entries(seriesOf(items))) metrics.set(joined(name, field), series);
    }
  };
  add("", json);
  return Object.fromEntries(metrics);
}

/** Objects, one for each step, as a series for each of their numbers. Where a step lacks one, it is NaN. */
function seriesOf(steps: readonly Json[]): OutcomeMetrics {
  const all = new Map<string, number[]>();
  for (const [index, step] of steps.entries()) {
    for (const [name, value] of Object.entries(flattenOutcome(step))) {
      if (typeof value !== "number") continue;
      const series = all.get(name) ?? steps.map(() => Number.NaN);
      series[index] = value;
      all.set(name, series);
    }
  }
  return Object.fromEntries(all);
}

/** The values of a file with one a line. What is no JSON, as a last line that was cut off, is passed over. */
function linesOf(text: string): Json[] {
  return text.split("\n").flatMap((line) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as Json];
    } catch {
      return [];
    }
  });
}

function joined(name: string, field: string): string {
  return name === "" ? field : `${name}.${field}`;
}

function isNumberOrNull(value: Json): boolean {
  return typeof value === "number" || value === null;
}

function numberOf(value: Json): number {
  return typeof value === "number" ? value : Number.NaN;
}
