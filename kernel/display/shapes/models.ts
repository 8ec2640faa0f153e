import { isScalar } from "../plain.ts";
import { tableHtml, tableText } from "../table.ts";
import { hasMethods, ownValue } from "./shower.ts";
import type { Shower, Shown } from "./shower.ts";

/** What is trained, and what training gives back: models and histories of TensorFlow.js. */
export const modelShowers: readonly Shower[] = [showModel, showHistory];

const maxRows = 60;

// A model of TensorFlow.js prints its summary line by line.
function showModel(value: object): Shown {
  if (!hasMethods(value, "summary", "countParams") || !("layers" in value)) return undefined;
  const lines: string[] = [];
  value.summary(undefined, undefined, (line: unknown) => void lines.push(String(line).trimEnd()));
  return lines.length === 0 ? undefined : { "text/plain": lines.join("\n") };
}

// What training gives back: a series of numbers for each metric.
function showHistory(value: object): Shown {
  const [epoch, history] = [ownValue(value, "epoch"), ownValue(value, "history")];
  if (!Array.isArray(epoch) || typeof history !== "object" || history === null || epoch.length === 0)
    return undefined;
  const series = Object.entries(history).filter(
    ([, all]) => Array.isArray(all) && all.length === epoch.length,
  );
  if (series.length === 0 || !epoch.every(isScalar)) return undefined;
  const last = Math.max(0, epoch.length - maxRows);
  const table = {
    columns: ["epoch", ...series.map(([name]) => name)],
    rows: epoch
      .slice(last)
      .map((one, row) => [one, ...series.map(([, all]) => roundedMetric((all as unknown[])[last + row]))]),
    labels: epoch.slice(last).map(() => ""),
    total: epoch.length,
  };
  return { "text/html": tableHtml(table), "text/plain": tableText(table) };
}

function roundedMetric(value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}
