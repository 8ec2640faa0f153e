import { canonicalJson } from "../canonical.ts";
import type { Json } from "../config.ts";
import { csvOf, type CsvOptions } from "./csv.ts";
import { cellOf, type Outcome, type OutcomeCell } from "./outcome.ts";
import { spreadOf, type Spread } from "./spread.ts";

/** Outcomes that have the same values in some columns, and how their metrics are spread. */
export interface OutcomeGroup<C = unknown> {
  /** What they have in common, by column. */
  readonly values: Readonly<Record<string, OutcomeCell>>;
  readonly rows: readonly Outcome<C>[];
  /** How many of them failed. Those count for nothing else. */
  readonly failed: number;
  /** Whether the matcher takes one of them. */
  readonly chosen: boolean;
  /** Of each metric that is a number, and of `durationMs` and `sizeBytes`. */
  readonly metrics: Readonly<Record<string, Spread>>;
}

/** A table of groups. It never changes; its methods give others. */
export interface OutcomeGroups<C = unknown> {
  readonly kind: "outcome-groups";
  readonly name: string;
  /** The columns that tell the groups apart. */
  readonly by: readonly string[];
  /** The metrics that are numbers. */
  readonly columns: readonly string[];
  readonly rows: readonly OutcomeGroup<C>[];
  /** By the mean of a metric, or by one of `by`; the smallest first unless given. Those without it come last. Runs that have no finite number count for no mean. */
  sort(column: string, order?: "max" | "min"): OutcomeGroups<C>;
  /** The first `n`. */
  top(n: number): OutcomeGroups<C>;
  /** One flat record for each group: `lr`, `n`, `failed`, `accuracy.mean`, `accuracy.std`, `accuracy.min` and so on. */
  toRows(): Readonly<Record<string, OutcomeCell>>[];
  /** The same as CSV. */
  toCSV(options?: CsvOptions): string;
  toJSON(): unknown;
}

/** What a table of groups is made from. */
export type OutcomeGroupsParts<C> = Pick<OutcomeGroups<C>, "name" | "by" | "columns" | "rows">;

/** Groups rows by some of their columns, in the order of the first row of each. */
export function groupRows<C>(
  rows: readonly Outcome<C>[],
  by: readonly string[],
  columns: readonly string[],
): OutcomeGroup<C>[] {
  const groups = new Map<string, Outcome<C>[]>();
  for (const row of rows) {
    const key = canonicalJson(by.map((column) => keyOf(cellOf(row, column))));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].map((group) => summarize(group, by, columns));
}

function summarize<C>(
  rows: readonly Outcome<C>[],
  by: readonly string[],
  columns: readonly string[],
): OutcomeGroup<C> {
  const [first] = rows;
  const realized = rows.filter(({ state }) => state === "realized");
  const spread = (column: string): [string, Spread][] => {
    const values = realized.map((row) => cellOf(row, column)).filter((value) => typeof value === "number");
    const found = spreadOf(values);
    return found === undefined ? [] : [[column, found]];
  };
  return {
    values: Object.fromEntries(by.map((column) => [column, first && cellOf(first, column)])),
    rows,
    failed: rows.length - realized.length,
    chosen: rows.some(({ chosen }) => chosen),
    metrics: Object.fromEntries([...columns, "durationMs", "sizeBytes"].flatMap(spread)),
  };
}

function keyOf(cell: OutcomeCell): Json {
  if (cell === undefined) return [];
  return cell instanceof Date ? cell.toISOString() : [cell];
}

/** Makes a table of groups. */
export function outcomeGroups<C>(parts: OutcomeGroupsParts<C>): OutcomeGroups<C> {
  const { name, by, columns, rows } = parts;
  const header = [
    ...by,
    "n",
    "failed",
    ...columns.flatMap((column) => spreadNames.map((one) => `${column}.${one}`)),
  ];
  const cells = (group: OutcomeGroup<C>): OutcomeCell[] => [
    ...by.map((column) => group.values[column]),
    group.rows.length - group.failed,
    group.failed,
    ...columns.flatMap((column) => spreadNames.map((one) => group.metrics[column]?.[one])),
  ];
  return Object.freeze<OutcomeGroups<C>>({
    kind: "outcome-groups",
    name,
    by,
    columns,
    rows,
    sort: (column, order = "min") =>
      outcomeGroups({ ...parts, rows: sorted(rows, (group) => rankOf(group, column), order) }),
    top: (n) => outcomeGroups({ ...parts, rows: rows.slice(0, n) }),
    toRows: () =>
      rows.map((group) => Object.fromEntries(cells(group).map((cell, index) => [header[index] ?? "", cell]))),
    toCSV: (options) => csvOf(header, rows.map(cells), options),
    toJSON: () => ({
      name,
      by,
      columns,
      rows: rows.map(({ values, metrics, failed, chosen, rows: inner }) => ({
        values,
        n: inner.length - failed,
        failed,
        chosen,
        metrics,
      })),
    }),
  });
}

const spreadNames = ["mean", "std", "min", "median", "max"] as const;

function rankOf(group: OutcomeGroup, column: string): OutcomeCell {
  if (Object.hasOwn(group.values, column)) return group.values[column];
  return Object.hasOwn(group.metrics, column) ? group.metrics[column]?.mean : undefined;
}

/** Rows by what is read of them, stably. Whatever the order, texts come after numbers, then what is not finite, and last those of which it cannot be told. */
export function sorted<R>(rows: readonly R[], read: (row: R) => OutcomeCell, order: "max" | "min"): R[] {
  const sign = order === "max" ? -1 : 1;
  const keyed = rows.map((row, index) => ({ row, index, ...placeOf(read(row)) }));
  keyed.sort((a, b) => a.place - b.place || sign * compareKeys(a.key, b.key) || a.index - b.index);
  return keyed.map(({ row }) => row);
}

/** Where a value stands among those of other kinds, and what it is compared by with those of its own. */
function placeOf(cell: OutcomeCell): { readonly place: number; readonly key: number | string } {
  const value = lastOf(cell);
  if (value instanceof Date) return { place: 0, key: value.getTime() };
  if (typeof value === "boolean") return { place: 0, key: Number(value) };
  if (typeof value === "string") return { place: 1, key: value };
  if (typeof value !== "number") return { place: 3, key: 0 };
  return Number.isFinite(value) ? { place: 0, key: value } : { place: 2, key: 0 };
}

/** A value; of a series, where it ended. */
export function lastOf(cell: OutcomeCell): OutcomeCell {
  return Array.isArray(cell) ? (cell.at(-1) as OutcomeCell) : cell;
}

/** The finite number that a value is; of a series, where it ended. */
export function finiteOf(cell: OutcomeCell): number | undefined {
  const value = lastOf(cell);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function compareKeys(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
