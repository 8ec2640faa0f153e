import type { Outcome, Outcomes } from "../../core/index.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import {
  counted,
  formatAgo,
  formatBytes,
  formatColumn,
  formatDuration,
  formatMinute,
  shorten,
} from "./format.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import type { Badge } from "./realization.ts";
import { headerHtml, shortHash, stepsHtml, timeHtml } from "./realization.ts";
import { textTable } from "./text-table.ts";

/** How an outcome table is shown. */
export interface OutcomesViewOptions {
  readonly now: Date;
  /** Sort by this metric instead of the matcher's. */
  readonly by?: SortMetric;
  /** Show only the first rows. */
  readonly top?: number;
  readonly badge?: Badge;
  /** A line on what happened, below the title. */
  readonly steps?: string;
}

/** A column to sort by, and which end is the better one. */
export interface SortMetric {
  readonly name: string;
  readonly order: "max" | "min";
}

type MetricValue = number | string | boolean | undefined;

/** A table ready to be written down: the rows in order, the metrics as texts. */
interface Prepared {
  readonly outcomes: Outcomes;
  readonly columns: readonly MetricColumn[];
  readonly rows: readonly PreparedRow[];
  readonly hidden: number;
  readonly sort: SortMetric | undefined;
  readonly now: Date;
}

interface MetricColumn {
  readonly name: string;
  readonly isNumeric: boolean;
}

interface PreparedRow {
  readonly outcome: Outcome;
  readonly cells: readonly string[];
  /** How far the sorted metric is from the worst to the best of the table, 0 to 1. */
  readonly share: number | undefined;
}

const maxMetrics = 16;

/** The outcome table: every realization of a derivation, its metrics, time and size, the matcher's choice marked. */
export function outcomesView(outcomes: Outcomes, options: OutcomesViewOptions): MimeBundle {
  return bundle(outcomesBody(outcomes, options));
}

/** The outcome table as a part of another view. */
function outcomesBody(outcomes: Outcomes, options: OutcomesViewOptions): View {
  const prepared = prepare(outcomes, options);
  const { badge, steps = "" } = options;
  const dhash = outcomes.dref.slice("dref:".length, "dref:".length + 8);
  const header = headerHtml({
    name: outcomes.name,
    kind: "outcomes",
    address: outcomes.dref,
    hash: dhash,
    badge,
  });
  const about = summaryOf(prepared);
  if (outcomes.rows.length === 0) {
    return {
      html: html`${header}
        <p class="l-facts">${about}</p>`,
      text: `${outcomes.name}  ${dhash}  ${about}`,
    };
  }
  const state = [badge?.text ?? "", steps]
    .filter((part) => part !== "")
    .map((part) => `${part}\n`)
    .join("");
  return {
    html: html`${header}${stepsHtml(steps)}
      <p class="l-facts">${about}</p>
      ${tableHtml(prepared)}
      <p class="l-facts">${footer(prepared)}</p>`,
    text: `${state}${outcomes.name}  ${dhash}  ${about}\n\n${tableText(prepared)}\n\n${footer(prepared)}`,
  };
}

/** The column to sort by for a name that a person gave, `loss` or `loss:min`; nothing when there is no such column. */
export function sortMetric(outcomes: Outcomes, by: string): SortMetric | undefined {
  const [, name = by, given] = /^(.*):(max|min)$/u.exec(by) ?? [];
  const isMatchers = outcomes.metric !== undefined && metricColumn(outcomes) === name;
  const guessed = /loss|err|cost|perplexity|time|ms$|seconds|bytes|size/iu.test(name) ? "min" : "max";
  const order = given === "max" || given === "min" ? given : isMatchers ? outcomes.metric.order : guessed;
  return outcomes.columns.includes(name) ? { name, order } : undefined;
}

// The matcher's metric is the first column, if any outcome has it; a file that is a bare number gives its own name.
function metricColumn({ columns: [first], metric }: Outcomes): string | undefined {
  const isIt = metric !== undefined && (metric.key === "" || metric.key === first);
  return isIt ? first : undefined;
}

function prepare(outcomes: Outcomes, { now, by, top }: OutcomesViewOptions): Prepared {
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
    outcomes,
    columns: names.map((name, index) => ({
      name,
      isNumeric: (values[index] ?? []).every((one) => one === undefined || typeof one === "number"),
    })),
    rows: shown.map((outcome, row) => ({
      outcome,
      cells: texts.map((column) => column[row] ?? ""),
      share: shares[row],
    })),
    hidden: sorted.length - shown.length,
    sort,
    now,
  };
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

function columnTexts(values: readonly MetricValue[]): string[] {
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

function summaryOf({ outcomes }: Prepared): string {
  const { rows, matcher, problem } = outcomes;
  if (rows.length === 0) return "no outcomes yet: realize it to make one";
  const chosen = rows.filter((row) => row.chosen).length;
  const by = matcher === undefined ? "" : ` by ${matcher}`;
  const why = problem === undefined ? "" : `: ${problem}`;
  return `${counted(rows.length, "outcome")}, ${chosen === 0 ? "none" : chosen} chosen${by}${why}`;
}

function footer({ sort, hidden, now }: Prepared): string {
  const more = hidden > 0 ? `and ${hidden} more · ` : "";
  const order =
    sort === undefined
      ? "newest first"
      : `best ${sort.name} first (${sort.order === "max" ? "largest" : "smallest"})`;
  return `${more}${order} · ages as of ${formatMinute(now)}`;
}

function tableHtml({ columns, rows, sort, now }: Prepared): Html {
  const titles = columns.map(({ name, isNumeric }) =>
    isNumeric ? html`<th class="l-num">${name}</th>` : html`<th>${name}</th>`,
  );
  const body = rows.map(({ outcome, cells, share }) => {
    const metrics = columns.map(({ name, isNumeric }, index) => {
      const meter = name === sort?.name && share !== undefined ? meterHtml(share) : undefined;
      return isNumeric
        ? html`<td class="l-num">${meter}${cells[index]}</td>`
        : html`<td>${meter}${cells[index]}</td>`;
    });
    return html`<tr${outcome.chosen ? chosenClass : undefined}><td class="l-chosen-mark">${outcome.chosen ? "✓ chosen" : ""}</td><td><code title="${outcome.rref}">${shortHash(outcome.rref)}</code></td>${metrics}<td>${timeHtml(outcome.started, now)}</td><td class="l-num">${formatDuration(outcome.durationMs)}</td><td class="l-num">${formatBytes(outcome.sizeBytes)}</td></tr>`;
  });
  return html`<table class="l-grid">
    <thead>
      <tr>
        <th></th>
        <th>outcome</th>
        ${titles}
        <th>started</th>
        <th class="l-num">took</th>
        <th class="l-num">size</th>
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

const chosenClass: Html = html` class="l-chosen"`;

// The worst of the table still shows a stub: an empty bar would read as a value that is missing.
function meterHtml(share: number): Content {
  return html`<span class="l-meter" aria-hidden="true"
    ><i style="width:${Math.round(12 + share * 88)}%"></i
  ></span>`;
}

function tableText({ columns, rows, now }: Prepared): string {
  const right = "right" as const;
  return textTable(
    [
      { title: "" },
      { title: "outcome" },
      ...columns.map(({ name, isNumeric }) => ({ title: name, ...(isNumeric && { align: right }) })),
      { title: "started" },
      { title: "took", align: right },
      { title: "size", align: right },
    ],
    rows.map(({ outcome, cells }) => [
      outcome.chosen ? "chosen" : "",
      shortHash(outcome.rref),
      ...cells,
      formatAgo(outcome.started, now),
      formatDuration(outcome.durationMs),
      formatBytes(outcome.sizeBytes),
    ]),
  );
}
