import type { ComparedMetric } from "../../core/index.ts";
import { lastOf } from "../../core/outcomes/groups.ts";
import { isSeries } from "../../core/outcomes/read-metrics.ts";
import type { OutcomeValue } from "../../core/outcomes/read-metrics.ts";
import type { ComparisonRow } from "./comparison-row.ts";
import { formatNumber, shorten } from "./format.ts";

const maxValue = 60;

/** The line of a metric; `order` says which end of it is better, if that is known. */
export function metricRow(metric: ComparedMetric, order: "max" | "min" | undefined): ComparisonRow {
  const { name, before, after, isSame } = metric;
  const [old, now] = metricTexts(before, after);
  const series = {
    ...(isSeries(before) && { before }),
    ...(isSeries(after) && { after }),
  };
  const change = isSame ? undefined : (divergence(before, after) ?? differenceOf(metric, order));
  return {
    label: name,
    ...(old !== undefined && { before: old }),
    ...(now !== undefined && { after: now }),
    isSame,
    ...change,
    ...(Object.keys(series).length > 0 && { series }),
  };
}

type Note = Pick<ComparisonRow, "note" | "tone">;

/** What is to be said where only one of the two is a finite number; of a training that diverged, that is worse by any metric. */
function divergence(before: OutcomeValue | undefined, after: OutcomeValue | undefined): Note | undefined {
  const [old, now] = [before, after].map(lastOf);
  if (typeof old !== "number" || typeof now !== "number") return undefined;
  if (Number.isFinite(old) === Number.isFinite(now)) return undefined;
  return Number.isFinite(old)
    ? { note: "diverged", tone: "bad" }
    : { note: "no longer diverged", tone: "good" };
}

function differenceOf(metric: ComparedMetric, order: "max" | "min" | undefined): Note {
  const { difference } = metric;
  if (difference === undefined) return {};
  const note = differenceText(metric);
  if (order === undefined || difference === 0) return { note };
  return { note, tone: difference > 0 === (order === "max") ? "good" : "bad" };
}

/** Both values with so many figures that they are told apart. */
function metricTexts(
  before: OutcomeValue | undefined,
  after: OutcomeValue | undefined,
): readonly [string | undefined, string | undefined] {
  const texts = (figures: number): readonly [string | undefined, string | undefined] => [
    metricText(before, figures),
    metricText(after, figures),
  ];
  const [old, now] = texts(5);
  return old === now && before !== after && !isSeries(before) ? texts(15) : [old, now];
}

function metricText(value: OutcomeValue | undefined, figures: number): string | undefined {
  if (value === undefined) return undefined;
  if (isSeries(value)) {
    const last = value.at(-1);
    return last === undefined ? "no number" : `${formatNumber(last, figures)} at last`;
  }
  return typeof value === "number" ? formatNumber(value, figures) : shorten(String(value), maxValue);
}

/** `+0.03 (+3.3 %)`. */
function differenceText({ before, difference = 0 }: ComparedMetric): string {
  const text = `${signed(difference, 4)}`;
  const from = lastOf(before);
  if (typeof from !== "number" || from === 0 || difference === 0) return text;
  const percent = (difference / Math.abs(from)) * 100;
  return Math.abs(percent) >= 1000 ? text : `${text} (${signed(percent, 2)} %)`;
}

function signed(value: number, figures: number): string {
  const text = formatNumber(Math.abs(value), figures);
  return value < 0 ? `−${text}` : value > 0 ? `+${text}` : `±${text}`;
}
