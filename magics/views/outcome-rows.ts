import type { Outcome, OutcomeCell, Outcomes, RRef, Series } from "../../core/index.ts";
import { finiteOf, lastOf } from "../../core/outcomes/groups.ts";
import { cellOf } from "../../core/outcomes/outcome.ts";
import { columnNames, fieldColumn, metricColumn } from "../../core/outcomes/table.ts";
import { isSeries } from "../../core/outcomes/read-metrics.ts";
import { jsonText } from "./config.ts";
import { formatColumn, formatNumber, shorten } from "./format.ts";

/** A column to sort by, and which end is the better one. */
export interface SortMetric {
  readonly name: string;
  readonly order: "max" | "min";
}

/** Which rows of an outcome table are shown, and how. */
export interface OutcomeRowsOptions {
  /** Sort by this column instead of the matcher's metric. */
  readonly by?: SortMetric;
  /** Show only the first rows. */
  readonly top?: number;
  /** Outcomes that were made just now, which are marked as new. */
  readonly made?: ReadonlySet<RRef>;
}

/** A table ready to be written down: the rows in order, fields and metrics as texts. */
export interface OutcomeRows {
  readonly columns: readonly OutcomeColumn[];
  readonly rows: readonly OutcomeRow[];
  readonly hidden: number;
  /** How many columns are not shown. */
  readonly hiddenColumns: number;
  readonly sort: SortMetric | undefined;
  /** The best of all, in a table of several configs. */
  readonly best: Outcome | undefined;
  /** How many of all rows diverged: what the table is sorted by is not finite there. */
  readonly diverged: number;
}

/** A field or a metric as a column. */
export interface OutcomeColumn {
  readonly name: string;
  readonly role: "field" | "metric";
  readonly kind: "number" | "text" | "series";
}

/** A cell ready to be written down. */
export interface OutcomeText {
  readonly text: string;
  readonly series?: Series;
}

/** A row ready to be written down. */
export interface OutcomeRow {
  readonly outcome: Outcome;
  /** Whether it stands out: the best of several configs, or what the matcher takes of one. */
  readonly isMarked: boolean;
  /** Whether it cannot be compared by what the table is sorted by: it diverged, or lacks that. */
  readonly isLacking: boolean;
  /** What is said in words of the row: that it is chosen, that it is new, why it failed. */
  readonly mark: string;
  readonly cells: readonly OutcomeText[];
  /** How far the sorted metric is from the worst to the best of the table, 0 to 1. */
  readonly share: number | undefined;
}

const maxFields = 12;
const maxMetrics = 16;
/** As many rows as anybody looks at, and a notebook can hold. */
export const maxOutcomeRows = 200;

const facts: Readonly<Record<string, string>> = { took: "durationMs", time: "durationMs", size: "sizeBytes" };

/** The column for a name that a person gave, `loss`, `lr`, `took`; nothing when there is no such column. */
export function columnNamed(outcomes: Outcomes, name: string): string | undefined {
  const known = columnNames(outcomes);
  if (known.includes(name)) return name;
  const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
  if (fact !== undefined) return fact;
  return outcomes.rows.some((row) => cellOf(row, name) !== undefined) ? name : undefined;
}

/** The column to sort by for a name that a person gave, `loss` or `loss:min`; nothing when there is no such column. */
export function sortMetric(outcomes: Outcomes, by: string): SortMetric | undefined {
  const [, given = by, end] = /^(.*):(max|min)$/u.exec(by) ?? [];
  const name = columnNamed(outcomes, given);
  if (name === undefined) return undefined;
  const isMatchers = outcomes.metric !== undefined && metricColumn(outcomes) === name;
  const guessed = /loss|err|cost|perplexity|time|ms$|seconds|bytes|size/iu.test(name) ? "min" : "max";
  const order = end === "max" || end === "min" ? end : isMatchers ? outcomes.metric.order : guessed;
  return { name, order };
}

/** Puts the rows of a table in order and writes its fields and metrics down. */
export function outcomeRows(outcomes: Outcomes, options: OutcomeRowsOptions): OutcomeRows {
  const { by, top = maxOutcomeRows, made } = options;
  const own = metricColumn(outcomes);
  const matchers =
    own === undefined || outcomes.metric === undefined
      ? undefined
      : { name: own, order: outcomes.metric.order };
  const sort = by ?? matchers;
  const sorted = by === undefined ? outcomes : outcomes.sort(by.name, by.order);
  const shown = sorted.rows.slice(0, top);
  const lacks = lackOf(outcomes, sort);
  const fields = outcomes.fields.map((field) => fieldColumn(field, outcomes.columns));
  const metrics = outcomes.columns
    .filter((name) => !isCount(shown, name))
    .sort((a, b) => Number(b === sort?.name) - Number(a === sort?.name));
  const columns = [
    ...fields.slice(0, maxFields).map((name) => columnOf(name, "field", shown)),
    ...metrics.slice(0, maxMetrics).map((name) => columnOf(name, "metric", shown)),
  ];
  const cells = columns.map((column) => textsOf(column, shown));
  const best = bestOf(
    outcomes,
    matchers ?? (by !== undefined && outcomes.columns.includes(by.name) ? by : undefined),
  );
  const shares = sharesOf(
    sort === undefined ? [] : shown.map((row) => finiteOf(cellOf(row, sort.name))),
    sort?.order ?? "max",
  );
  const isMany = outcomes.drefs.length > 1;
  const choice = !isMany || outcomes.rows.some(({ chosen, state }) => !chosen && state === "realized");
  const marks = { made, best, choice, lacks };
  return {
    columns,
    rows: shown.map((outcome, row) => ({
      outcome,
      isMarked:
        isMany && best !== undefined ? outcome === best : outcome.chosen && lacks(outcome) === undefined,
      isLacking: lacks(outcome) !== undefined,
      mark: markOf(outcome, marks),
      cells: cells.map((column) => column[row] ?? { text: "" }),
      share: shares[row],
    })),
    hidden: sorted.rows.length - shown.length,
    hiddenColumns: fields.length + metrics.length - columns.length,
    sort,
    best,
    diverged: outcomes.rows.filter((row) => lacks(row) === "diverged").length,
  };
}

/** Whether a column only counts the steps of other series: 0, 1, 2 and so on. */
function isCount(rows: readonly Outcome[], name: string): boolean {
  const series = rows.map((row) => cellOf(row, name)).filter(isSeries);
  const counts = (values: Series): boolean =>
    values.length > 2 && values.every((value, index) => value === (values[0] ?? 0) + index);
  return series.length > 0 && series.every(counts);
}

/** The best of several configs, out of what matchers take if there is a choice of each. */
export function bestOf(outcomes: Outcomes, by: SortMetric | undefined): Outcome | undefined {
  if (outcomes.drefs.length < 2 || by === undefined || outcomes.rows.length === 0) return undefined;
  const chosen = outcomes.filter((row) => row.chosen);
  const count = (table: Outcomes): number => new Set(table.rows.map(({ dref }) => dref)).size;
  return (count(chosen) === count(outcomes) ? chosen : outcomes).best(by.name, by.order);
}

interface Marks {
  readonly made: ReadonlySet<RRef> | undefined;
  readonly best: Outcome | undefined;
  /** Whether it is worth saying which rows the matcher takes: not if it is all of them. */
  readonly choice: boolean;
  readonly lacks: (row: Outcome) => string | undefined;
}

/** In a few words, why a row cannot be compared by what the table is sorted by; undefined when it can. */
function lackOf(outcomes: Outcomes, sort: SortMetric | undefined): (row: Outcome) => string | undefined {
  const own = metricColumn(outcomes);
  const column = sort !== undefined && outcomes.columns.includes(sort.name) ? sort.name : own;
  return (row) => {
    if (column === undefined || row.state === "failed") return undefined;
    const value = lastOf(cellOf(row, column));
    if (typeof value === "number") return Number.isFinite(value) ? undefined : "diverged";
    if (column !== own) return undefined;
    return value === undefined ? `no ${column}` : `${column} is no number`;
  };
}

function markOf(outcome: Outcome, { made, best, choice, lacks }: Marks): string {
  const { rref, chosen, error, byHand } = outcome;
  const lack = lacks(outcome);
  const words = [
    ...(outcome === best ? ["best"] : []),
    ...(lack === undefined ? [] : [lack]),
    ...(chosen && choice && outcome !== best ? ["chosen"] : []),
    ...(made?.has(rref) ? ["new"] : []),
    ...(byHand === true ? ["by hand"] : []),
  ];
  if (error !== undefined) words.push(`failed: ${shorten(error.split("\n", 1)[0] ?? "", 60)}`);
  return words.join(", ");
}

function columnOf(name: string, role: OutcomeColumn["role"], rows: readonly Outcome[]): OutcomeColumn {
  const values = rows.map((row) => cellOf(row, name)).filter((value) => value !== undefined);
  if (role === "metric" && values.length > 0 && values.every(isSeries)) return { name, role, kind: "series" };
  return { name, role, kind: values.every((value) => typeof value === "number") ? "number" : "text" };
}

function textsOf({ name, role, kind }: OutcomeColumn, rows: readonly Outcome[]): OutcomeText[] {
  const values = rows.map((row) => cellOf(row, name));
  if (role === "field") return fieldTexts(values, kind === "number").map((text) => ({ text }));
  const texts = columnTexts(values);
  return values.map((value, index) => ({
    text: texts[index] ?? "",
    ...(isSeries(value) && { series: value }),
  }));
}

/** The values of a metric as texts of one form; of a series, its last number. */
export function columnTexts(values: readonly OutcomeCell[]): string[] {
  const plain = values.map(lastOf);
  const numbers = formatColumn(plain.filter((value) => typeof value === "number"));
  let next = 0;
  return plain.map((value) => {
    if (typeof value === "number") return numbers[next++] ?? "";
    return value === undefined ? "–" : cellText(value);
  });
}

/** A value that is no metric on one line: a field of a config, a fact. */
export function cellText(value: OutcomeCell): string {
  if (value === undefined) return "–";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "number") return formatNumber(value, 8);
  if (typeof value === "string" && !value.startsWith("dref:")) return shorten(value, 40);
  return jsonText(value, 40);
}

/** A field with its value, `lr 0.1`. A stage that is called as the field is stands for itself: `split 8397c10c`. */
export function fieldWords(field: string, value: OutcomeCell): string {
  const text = cellText(value);
  const isNamed = typeof value === "string" && value.startsWith("dref:") && text.startsWith(`${field} `);
  return isNamed ? text : `${field} ${text}`;
}

/** The values of a field as they were chosen, with points below points: figure spaces are as wide as digits. */
export function fieldTexts(values: readonly OutcomeCell[], isNumeric: boolean): string[] {
  const texts = values.map(cellText);
  if (!isNumeric || texts.some((text) => text.includes("e"))) return texts;
  const decimals = texts.map((text) => text.split(".")[1]?.length ?? 0);
  const most = Math.max(0, ...decimals);
  return texts.map((text, index) => {
    const missing = most - (decimals[index] ?? 0);
    const point = decimals[index] === 0 && most > 0 ? "\u2008" : "";
    return `${text}${point}${"\u2007".repeat(missing)}`;
  });
}

function sharesOf(values: readonly (number | undefined)[], order: "max" | "min"): (number | undefined)[] {
  const finite = values.filter((value) => value !== undefined);
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return values.map((value) => {
    if (value === undefined || finite.length < 2) return undefined;
    if (high === low) return 1;
    return order === "max" ? (value - low) / (high - low) : (high - value) / (high - low);
  });
}
