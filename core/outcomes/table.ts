import { LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import type { DRef } from "../ref.ts";
import type { Metric } from "../stage/matcher.ts";
import { csvOf, type CsvOptions } from "./csv.ts";
import { finiteOf, groupRows, outcomeGroups, sorted, type OutcomeGroups } from "./groups.ts";
import { cellOf, factNames, type Outcome, type OutcomeCell } from "./outcome.ts";

/**
 * Realizations of one or many derivations as a table. It never changes; its methods give others, and can be chained:
 * `(await outcomes(grid)).filter((row) => row.chosen).sort("loss").top(3).toCSV()`.
 *
 * Where a method takes a column, that is a metric, a field of the config, or `started durationMs sizeBytes state chosen name rref
 * dref`. A field that is called like a metric or one of these is `config.` and its name.
 */
export interface Outcomes<C = unknown> {
  readonly kind: "outcomes";
  /** What the stages are called, several names joined by commas. */
  readonly name: string;
  /** The derivations, whether they have outcomes or not. */
  readonly drefs: readonly DRef<C>[];
  /** What the matcher of all of them is called; undefined when they have several, or were asked for by address. */
  readonly matcher: string | undefined;
  /** What their matchers compare by, if they agree. */
  readonly metric?: Metric;
  /** The config fields that are not the same in all derivations, nested ones joined by dots; of a sweep, those that it varies. */
  readonly fields: readonly string[];
  /** The names of all metrics, that of the matcher first. */
  readonly columns: readonly string[];
  /**
   * By the matcher's metric, the best first; then those of which it is not finite, as a training that diverged has it, then those without it. Else the
   * newest first. Those that failed come after all others.
   */
  readonly rows: readonly Outcome<C>[];
  /** Why a matcher chooses none of them, if one says so. */
  readonly problem?: string;

  /** The rows for which `keep` says so. */
  filter(keep: (row: Outcome<C>) => boolean): Outcomes<C>;
  /**
   * By a column, or by what is read of a row: the smallest first unless given, except for the matcher's metric, of which the best
   * comes first. Whatever the order, numbers that are not finite come after all others, and rows without it last; of a series, its last number counts.
   *
   * @throws {LightnixError} `unknown-column`
   */
  sort(by: string | ((row: Outcome<C>) => OutcomeCell), order?: "max" | "min"): Outcomes<C>;
  /** The first `n` rows. @throws {RangeError} */
  top(n: number): Outcomes<C>;
  /**
   * The best row by a metric: the matcher's unless given, with the largest as the best unless the matcher or `order` says
   * otherwise. Undefined when no row has it as a finite number. Of equals, the one made first.
   *
   * @throws {LightnixError} `unknown-column` for a column that is not there, and when no metric is given and the matchers have none
   */
  best(by?: string, order?: "max" | "min"): Outcome<C> | undefined;
  /**
   * Rows that agree in some columns as one, with mean and spread of their metrics: by `fields` unless given, so that the repeated
   * runs of each config come together.
   *
   * @throws {LightnixError} `unknown-column`
   */
  group(...by: string[]): OutcomeGroups<C>;
  /** One flat record for each row: first the facts, then the fields that vary, then the metrics. */
  toRows(): Readonly<Record<string, OutcomeCell>>[];
  /** The same as CSV. */
  toCSV(options?: CsvOptions): string;
  toJSON(): unknown;
}

/** What a table is made from. */
export type OutcomesParts<C> = Pick<
  Outcomes<C>,
  "name" | "drefs" | "matcher" | "fields" | "columns" | "rows" | "metric" | "problem"
>;

/** Makes a table. */
export function outcomeTable<C>(parts: OutcomesParts<C>): Outcomes<C> {
  const { fields, columns, rows, name, metric } = parts;
  const withRows = (next: readonly Outcome<C>[]): Outcomes<C> => outcomeTable({ ...parts, rows: next });
  const header = [...identity, ...fields.map((field) => fieldColumn(field, columns)), ...columns];
  const check = (column: string, verb: string): string => checkColumn(parts, column, verb);
  const cells = (row: Outcome<C>): OutcomeCell[] => header.map((column) => cellOf(row, column));
  return Object.freeze<Outcomes<C>>({
    kind: "outcomes",
    name,
    drefs: parts.drefs,
    matcher: parts.matcher,
    ...(metric && { metric }),
    fields,
    columns,
    rows,
    ...(parts.problem !== undefined && { problem: parts.problem }),
    filter: (keep) => withRows(rows.filter(keep)),
    sort: (by, order) => {
      if (typeof by === "function") return withRows(sorted(rows, by, order ?? "min"));
      const column = check(by, "sort");
      return withRows(sorted(rows, (row) => cellOf(row, column), order ?? ownOrder(parts, column) ?? "min"));
    },
    top: (n) => {
      if (!Number.isInteger(n) || n < 0)
        throw new RangeError(`Cannot take the first ${String(n)} outcomes: it takes a whole number`);
      return withRows(rows.slice(0, n));
    },
    best: (by, order) => {
      const column = check(by ?? metricColumn(parts) ?? "", "find the best of");
      return bestBy(column, rows, order ?? ownOrder(parts, column) ?? "max");
    },
    group: (...by) => {
      const named = by.length > 0 ? by : fields.map((field) => fieldColumn(field, columns));
      for (const column of named) check(column, "group");
      return grouped(parts, named);
    },
    toRows: () =>
      rows.map((row) => Object.fromEntries(cells(row).map((cell, index) => [header[index] ?? "", cell]))),
    toCSV: (options) => csvOf(header, rows.map(cells), options),
    toJSON: () => ({ name, drefs: parts.drefs, matcher: parts.matcher, metric, fields, columns, rows }),
  });
}

function bestBy<C>(
  column: string,
  rows: readonly Outcome<C>[],
  order: "max" | "min",
): Outcome<C> | undefined {
  const [first] = sorted(
    [...rows].sort((a, b) => stoppedAt(a) - stoppedAt(b)),
    (row) => (row.state === "failed" ? undefined : finiteOf(cellOf(row, column))),
    order,
  );
  return first !== undefined && finiteOf(cellOf(first, column)) !== undefined ? first : undefined;
}

function grouped<C>({ name, columns, rows }: OutcomesParts<C>, by: readonly string[]): OutcomeGroups<C> {
  const numeric = columns.filter(
    (column) => !by.includes(column) && rows.some((row) => typeof cellOf(row, column) === "number"),
  );
  return outcomeGroups({ name, by, columns: numeric, rows: groupRows(rows, by, numeric) });
}

const identity = ["rref", "name", "state", "chosen", "started", "durationMs", "sizeBytes"];

/** The column in which a field of the config stands. */
export function fieldColumn(field: string, columns: readonly string[]): string {
  return columns.includes(field) || factNames.includes(field) ? `config.${field}` : field;
}

/** The column of what the matchers compare by; a file that is a bare number gives its own name. Undefined when no row has it. */
export function metricColumn({ columns, metric }: Pick<Outcomes, "columns" | "metric">): string | undefined {
  if (metric === undefined) return undefined;
  const { file, key } = metric;
  const stem = file.replace(/\.(?:json|jsonl|ndjson)$/, "").replaceAll("/", ".");
  return [key === "" ? stem : key, `${stem}.${key}`].find((name) => columns.includes(name));
}

/** All columns of a table, as its methods take them. */
export function columnNames({ columns, fields }: Pick<Outcomes, "columns" | "fields">): string[] {
  return [...columns, ...fields.map((field) => fieldColumn(field, columns)), ...factNames];
}

function ownOrder<C>(parts: OutcomesParts<C>, column: string): "max" | "min" | undefined {
  return metricColumn(parts) === column ? parts.metric?.order : undefined;
}

function checkColumn<C>(parts: OutcomesParts<C>, column: string, verb: string): string {
  const known = columnNames(parts);
  // A field that does not vary is no column that is shown, but may be asked for.
  if (known.includes(column) || parts.rows.some((row) => cellOf(row, column) !== undefined)) return column;
  const listed = known.length === factNames.length ? "there are no metrics" : `there are ${known.join(", ")}`;
  const what = column === "" ? "without saying by which metric" : `by "${column}"`;
  throw new LightnixError(
    "unknown-column",
    `Cannot ${verb} the outcomes of "${parts.name}" ${what}: ${listed}.${didYouMean(column, known)}`,
    { data: { column, columns: known } },
  );
}

function stoppedAt({ started, durationMs }: Outcome): number {
  return started.getTime() + durationMs;
}
