import { didYouMean } from "../../core/nearest.ts";
import { shortHash } from "../../core/ref.ts";
import type { Outcome, Outcomes } from "../../core/index.ts";
import { cellOf } from "../../core/outcomes/outcome.ts";
import { fieldColumn, metricColumn } from "../../core/outcomes/table.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { counted, formatAgo, formatBytes, formatDuration, formatMinute, formatNumber } from "./format.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import type { Badge } from "./realization.ts";
import { fieldWords, outcomeRows } from "./outcome-rows.ts";
import type {
  OutcomeColumn,
  OutcomeRow,
  OutcomeRows,
  OutcomeRowsOptions,
  OutcomeText,
} from "./outcome-rows.ts";
import { headerHtml, notesHtml, stepsHtml, timeHtml } from "./realization.ts";
import { sparkHtml, sparkText } from "./series.ts";
import { textTable } from "./text-table.ts";

/** How an outcome table is shown. */
export interface OutcomesViewOptions extends OutcomeRowsOptions {
  readonly now: Date;
  /** What the table is called besides the stage's name: `outcomes` unless given. */
  readonly kind?: string;
  /** What tells it from other tables of the same stage, such as the name of a sweep. */
  readonly label?: string | undefined;
  readonly badge?: Badge;
  /** A line on what happened, below the title. */
  readonly steps?: string;
  /** Warnings, below that. */
  readonly notes?: readonly string[];
  /** A plot, above the table. */
  readonly plot?: View;
  /** What stands below the table, in HTML only. */
  readonly below?: Content;
}

/**
 * The outcome table: every realization, what is different in its config, its metrics, time and size; the matcher's choice and the
 * best of several configs are marked.
 */
export function outcomesView(outcomes: Outcomes, options: OutcomesViewOptions): MimeBundle {
  return bundle(outcomesBody(outcomes, options));
}

/** The outcome table as a part of another view. */
function outcomesBody(outcomes: Outcomes, options: OutcomesViewOptions): View {
  const rows = outcomeRows(outcomes, options);
  const { badge, steps = "", notes = [], now, kind = "outcomes", label, plot } = options;
  const [dref, ...others] = outcomes.drefs;
  const hash = dref === undefined || others.length > 0 ? "" : shortHash(dref);
  const header = headerHtml({
    name: outcomes.name,
    kind: label === undefined ? kind : `${kind} ${label}`,
    ...(hash !== "" && { address: dref, hash }),
    badge,
  });
  const about = others.length > 0 ? summaryOfMany(outcomes, rows) : summaryOf(outcomes);
  const name = label === undefined ? outcomes.name : `${outcomes.name} (${label})`;
  const title = [name, hash, about].filter((part) => part !== "").join("  ");
  if (outcomes.rows.length === 0) {
    return {
      html: html`${header}${stepsHtml(steps)}${notesHtml(notes)}
        <p class="l-facts">${about}</p>
        ${options.below}`,
      text: [...(steps === "" ? [] : [steps]), ...notes, title].join("\n"),
    };
  }
  const state = [badge?.text ?? "", steps, ...notes]
    .filter((part) => part !== "")
    .map((part) => `${part}\n`)
    .join("");
  const plotted = plot === undefined ? "" : `${plot.text}\n\n`;
  return {
    html: html`${header}${stepsHtml(steps)}${notesHtml(notes)}
      <p class="l-facts">${about}</p>
      ${plot?.html}${tableHtml(rows, now)}
      <p class="l-facts">${footer(rows, now)}</p>
      ${options.below}`,
    text: `${state}${title}\n\n${plotted}${tableText(rows, now)}\n\n${footer(rows, now)}`,
  };
}

function summaryOf({ rows, matcher, problem }: Outcomes): string {
  if (rows.length === 0) return "no outcomes yet: realize it to make one";
  const chosen = rows.filter((row) => row.chosen).length;
  const by = matcher === undefined ? "" : ` by ${matcher}`;
  const why = problem === undefined ? "" : `: ${problem}`;
  return `${counted(rows.length, "outcome")}, ${chosen === 0 ? "none" : chosen} chosen${by}${why}`;
}

function summaryOfMany(outcomes: Outcomes, { best, diverged }: OutcomeRows): string {
  const { drefs, rows, fields, problem } = outcomes;
  const differ = fields.length === 0 ? "" : ` that differ in ${listed(fields)}`;
  if (rows.length === 0) return `${counted(drefs.length, "config")}${differ}, and no outcomes yet`;
  const without = drefs.length - new Set(rows.map(({ dref }) => dref)).size;
  const missing = without === 0 ? "" : ` · ${without} without an outcome`;
  const worst = diverged === 0 ? "" : ` · ${diverged} diverged`;
  const found = best === undefined ? nothingComparable(outcomes) : ` · ${bestText(outcomes, best)}`;
  const why = problem === undefined ? "" : ` · ${problem}`;
  const many = counted(drefs.length, "config");
  return `${counted(rows.length, "outcome")} of ${many}${differ}${missing}${worst}${found}${why}`;
}

/** Said when no outcome has what the matchers compare by. */
function nothingComparable({ metric, columns, rows, problem }: Outcomes): string {
  if (metric === undefined || problem !== undefined || rows.every(({ state }) => state === "failed"))
    return "";
  const { file, key } = metric;
  const wanted = key === "" ? `a number in ${file}` : `a number "${key}" in ${file}`;
  const hint = columns.includes(key) ? "" : didYouMean(key, columns);
  return ` · none has ${wanted}, by which the best is chosen${hint === "" ? "" : `.${hint}`}`;
}

/** `best accuracy 0.93 at lr 0.1, depth 4`. */
function bestText(outcomes: Outcomes, best: Outcome): string {
  const column = metricColumn(outcomes);
  const value = column === undefined ? undefined : cellOf(best, column);
  const what = typeof value === "number" ? `best ${column} ${formatNumber(value)}` : "best";
  const at = outcomes.fields
    .slice(0, 4)
    .map((field) => fieldWords(field, cellOf(best, fieldColumn(field, outcomes.columns))));
  return at.length === 0 ? what : `${what} at ${at.join(", ")}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8);
  return names.length > 8 ? `${shown.join(", ")} and ${names.length - 8} more` : shown.join(", ");
}

function footer({ sort, hidden, hiddenColumns }: OutcomeRows, now: Date): string {
  const parts = [
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
    ...(hiddenColumns > 0 ? [`${counted(hiddenColumns, "column")} not shown`] : []),
    sort === undefined
      ? "newest first"
      : `best ${sort.name} first (${sort.order === "max" ? "largest" : "smallest"})`,
    `ages as of ${formatMinute(now)}`,
  ];
  return parts.join(" · ");
}

function tableHtml({ columns, rows, sort }: OutcomeRows, now: Date): Html {
  const titles = columns.map((column) => html`<th class="${classOf(column, columns)}">${column.name}</th>`);
  const body = rows.map(({ outcome, isMarked, isLacking, mark, cells, share }) => {
    const values = columns.map((column, index) => {
      const meter = column.name === sort?.name && share !== undefined ? meterHtml(share) : undefined;
      return html`<td class="${classOf(column, columns)}">${meter}${cellHtml(cells[index])}</td>`;
    });
    const sign = isMarked ? "✓ " : "";
    return html`<tr${isMarked ? chosenClass : undefined}><td class="${isMarked ? "l-chosen-mark" : "l-mut"}">${sign}${isLacking ? html`<span class="l-warn">${mark}</span>` : mark}</td><td><code title="${outcome.rref}">${shortHash(outcome.rref)}</code></td>${values}<td>${timeHtml(outcome.started, now)}</td><td class="l-num">${formatDuration(outcome.durationMs)}</td><td class="l-num">${formatBytes(outcome.sizeBytes)}</td></tr>`;
  });
  return html`<div class="l-scroll">
    <table class="l-grid">
      <thead>
        ${bandsHtml(columns)}
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
    </table>
  </div>`;
}

// Above the titles: which columns were set and which were measured.
function bandsHtml(columns: readonly OutcomeColumn[]): Content {
  const fields = columns.filter(({ role }) => role === "field").length;
  const metrics = columns.length - fields;
  if (fields === 0) return undefined;
  const measured = metrics === 0 ? undefined : html`<th class="l-first" colspan="${metrics}">measured</th>`;
  return html`<tr class="l-bands">
    <th colspan="2"></th>
    <th class="l-field" colspan="${fields}">varied</th>
    ${measured}
    <th class="l-first" colspan="3">run</th>
  </tr>`;
}

function classOf(column: OutcomeColumn, columns: readonly OutcomeColumn[]): string {
  const isFirst = column === columns.find(({ role }) => role === "metric") && columns[0]?.role === "field";
  return [
    ...(column.kind === "text" ? [] : ["l-num"]),
    ...(column.role === "field" ? ["l-field"] : []),
    ...(isFirst ? ["l-first"] : []),
  ].join(" ");
}

function cellHtml(cell: OutcomeText | undefined): Content {
  if (cell?.series === undefined) return cell?.text;
  return html`${sparkHtml(cell.series)} ${cell.text}`;
}

const chosenClass: Html = html` class="l-chosen"`;

// The worst of the table still shows a stub: an empty bar would read as a value that is missing.
function meterHtml(share: number): Content {
  return html`<span class="l-meter" aria-hidden="true"
    ><i style="width:${Math.round(12 + share * 88)}%"></i
  ></span>`;
}

function tableText({ columns, rows }: OutcomeRows, now: Date): string {
  const right = "right" as const;
  return textTable(
    [
      { title: "" },
      { title: "outcome" },
      ...columns.map(({ name, kind }) => ({ title: name, ...(kind !== "text" && { align: right }) })),
      { title: "started" },
      { title: "took", align: right },
      { title: "size", align: right },
    ],
    rows.map((row) => [
      row.mark,
      shortHash(row.outcome.rref),
      ...cellTexts(row),
      formatAgo(row.outcome.started, now),
      formatDuration(row.outcome.durationMs),
      formatBytes(row.outcome.sizeBytes),
    ]),
  );
}

function cellTexts({ cells }: OutcomeRow): string[] {
  return cells.map(({ text, series }) =>
    // In a terminal all blanks are as wide as digits.
    (series === undefined ? text : `${sparkText(series)} ${text}`).replaceAll(/[\u2007\u2008]/gu, " "),
  );
}
