import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json } from "../config.ts";
import { parseJson } from "../parse-json.ts";

/** What a metric may be. */
export type MetricValue = number | string | boolean;

/** Metrics by name; the names of nested ones are joined by dots. */
export type Metrics = Readonly<Record<string, MetricValue>>;

/**
 * The scalar leaves of a JSON value: `{ "test": { "accuracy": 0.9 } }` has `test.accuracy`. Arrays are left out, and
 * null, which is what JSON makes of NaN, is NaN again. A JSON value that is itself a scalar has the one name `""`.
 */
export function flattenMetrics(json: Json): Metrics {
  const metrics: Record<string, MetricValue> = {};
  const open: (readonly [string, Json])[] = [["", json]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [name, value] = next;
    if (isJsonObject(value)) {
      const inner = Object.entries(value).map(
        ([field, leaf]) => [name === "" ? field : `${name}.${field}`, leaf] as const,
      );
      open.push(...inner.toReversed());
    } else if (value === null) metrics[name] = Number.NaN;
    else if (typeof value !== "object") metrics[name] = value;
  }
  return metrics;
}

/** The metrics in a JSON artifact, in which NaN and infinite numbers may be as Python writes them; undefined when the file is not there or not JSON. */
export function readMetrics(folder: string, file: string): Metrics | undefined {
  try {
    return flattenMetrics(parseJson(readFileSync(join(folder, file), "utf8")));
  } catch {
    return undefined;
  }
}
