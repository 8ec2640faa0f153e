import type { Outcome, Outcomes, OutcomeValue, RRef } from "../../core/index.ts";
import { formatColumn, shorten } from "./format.ts";

/** A column to sort by, and which end is the better one. */
export interface SortMetric {
  readonly name: string;
  readonly order: "max" | "min";
}

/** Which rows of an outcome table are shown, and how. */
export interface OutcomeRowsOptions {
  /** Sort by this metric instead of the matcher's. */
  readonly by?: SortMetric;
  /** Show only the first rows. */
  readonly top?: number;
  /** Outcomes that were made just now, which are marked as new. */
  readonly made?: ReadonlySet<RRef>;
}

type MetricValue = OutcomeValue | undefined;

/** A table ready to be written down: the rows in order, the metrics as texts. */
export interface OutcomeRows {
  readonly columns: readonly MetricColumn[];
  readonly rows: readonly OutcomeRow[];
  readonly hidden: number;
  readonly sort: SortMetric | undefined;
}

/** A metric as a column. */
interface MetricColumn {
  readonly name: string;
  readonly isNumeric: boolean;
}

/** A row ready to be written down. */
interface OutcomeRow {
  readonly outcome: Outcome;
  /** What is said in words of the row: that it is chosen, that it is new, why it failed. */
  readonly mark: string;
  readonly cells: readonly string[];
  /** How far the sorted metric is from the worst to the best of the table, 0 to 1. */
  readonly share: number | undefined;
}

const maxMetrics = 16;

/** The column to sort by for a name that a person gave, `loss` or `loss:min`; nothing when there is no such column. */
export function sortMetric(outcomes: Outcomes, by: string): SortMetric | undefined {
  const [, name = by, given] = /^(.*):(max|min)$/u.exec(by) ?? [];
  const isMatchers = outcomes.metric !== undefined && metricColumn(outcomes) === name;
  const guessed = /loss|err|cost|perplexity|time|ms$|seconds|bytes|size/iu.test(name) ? "min" : "max";
  const order = given === "max" || given === "min" ? given : isMatchers ? outcomes.metric.order : guessed;
  return outcomes.columns.includes(name) ? { name, order } : undefined;
}

/** The column of the matcher's metric: the first, if any outcome has it; a file that is a bare number gives its own name. */
export function metricColumn({ columns: [first], metric }: Outcomes): string | undefined {
  const isIt = metric !== undefined && (metric.key === "" || metric.key === first);
  return isIt ? first : undefined;
}

/** Puts the rows of a table in order and writes its metrics down. */
export function outcomeRows(outcomes: Outcomes, { by, top, made }: OutcomeRowsOptions): OutcomeRows {
  const own = metricColumn(outcomes);
  const matchers =
    own === undefined || outcomes.metric === undefined
      ? undefined
      : { name: own, order: outcomes.metric.order };
  const sort = by ?? matchers;
  const sorted = by === undefined ? [...outcomes.rows] : sortRows(outcomes.rows, by);
  const shown = top === undefined ? sorted : sorted.slice(0, top);
  const names = [...outcomes.columns]
    .sort((a, b) => Number(b === sort?.name) - Number(a === sort?.name))
    .slice(0, maxMetrics);
  const values = names.map((name) => shown.map((row) => metricOf(row, name)));
  const texts = values.map(columnTexts);
  const shares = sharesOf(
    sort === undefined ? [] : shown.map((row) => metricOf(row, sort.name)),
    sort?.order ?? "max",
  );
  return {
    columns: names.map((name, index) => ({
      name,
      isNumeric: (values[index] ?? []).every((one) => one === undefined || typeof one === "number"),
    })),
    rows: shown.map((outcome, row) => ({
      outcome,
      mark: markOf(outcome, made),
      cells: texts.map((column) => column[row] ?? ""),
      share: shares[row],
    })),
    hidden: sorted.length - shown.length,
    sort,
  };
}

function markOf({ rref, chosen, error }: Outcome, made: ReadonlySet<RRef> | undefined): string {
  const words = [...(chosen ? ["chosen"] : []), ...(made?.has(rref) ? ["new"] : [])];
  if (error !== undefined) words.push(`failed: ${shorten(error.split("\n", 1)[0] ?? "", 60)}`);
  return words.join(", ");
}

function sortRows(rows: readonly Outcome[], { name, order }: SortMetric): Outcome[] {
  const sign = order === "max" ? -1 : 1;
  const rank = (row: Outcome): number => {
    const value = metricOf(row, name);
    return typeof value === "number" && !Number.isNaN(value) ? sign * value : Number.POSITIVE_INFINITY;
  };
  return [...rows].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left === right ? 0 : left - right;
  });
}

// A metric may be called like something that every object has.
function metricOf({ metrics }: Outcome, name: string): MetricValue {
  return Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}

/** The values of a metric as texts of one form. */
export function columnTexts(values: readonly MetricValue[]): string[] {
  const numbers = formatColumn(values.filter((value) => typeof value === "number"));
  let next = 0;
  return values.map((value) => {
    if (typeof value === "number") return numbers[next++] ?? "";
    return value === undefined ? "–" : shorten(String(value), 40);
  });
}

function sharesOf(values: readonly MetricValue[], order: "max" | "min"): (number | undefined)[] {
  const finite = values.filter(
    (value): value is number => typeof value === "number" && Number.isFinite(value),
  );
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return values.map((value) => {
    if (typeof value !== "number" || !Number.isFinite(value) || finite.length < 2) return undefined;
    if (high === low) return 1;
    return order === "max" ? (value - low) / (high - low) : (high - value) / (high - low);
  });
}
