import type { Outcomes } from "../../core/index.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { counted, formatAgo, formatBytes, formatDuration, formatMinute } from "./format.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import type { Badge } from "./realization.ts";
import { outcomeRows } from "./outcome-rows.ts";
import type { OutcomeRows, OutcomeRowsOptions } from "./outcome-rows.ts";
import { headerHtml, notesHtml, shortHash, stepsHtml, timeHtml } from "./realization.ts";
import { textTable } from "./text-table.ts";

/** How an outcome table is shown. */
export interface OutcomesViewOptions extends OutcomeRowsOptions {
  readonly now: Date;
  readonly badge?: Badge;
  /** A line on what happened, below the title. */
  readonly steps?: string;
  /** Warnings, below that. */
  readonly notes?: readonly string[];
  /** What stands below the table, in HTML only. */
  readonly below?: Content;
}

/** The outcome table: every realization of a derivation, its metrics, time and size, the matcher's choice marked. */
export function outcomesView(outcomes: Outcomes, options: OutcomesViewOptions): MimeBundle {
  return bundle(outcomesBody(outcomes, options));
}

/** The outcome table as a part of another view. */
function outcomesBody(outcomes: Outcomes, options: OutcomesViewOptions): View {
  const rows = outcomeRows(outcomes, options);
  const { badge, steps = "", notes = [], now } = options;
  const [dref = ""] = outcomes.drefs;
  const dhash = dref.slice("dref:".length, "dref:".length + 8);
  const header = headerHtml({
    name: outcomes.name,
    kind: "outcomes",
    address: dref,
    hash: dhash,
    badge,
  });
  const about = summaryOf(outcomes);
  if (outcomes.rows.length === 0) {
    return {
      html: html`${header}${notesHtml(notes)}
        <p class="l-facts">${about}</p>`,
      text: [...notes, `${outcomes.name}  ${dhash}  ${about}`].join("\n"),
    };
  }
  const state = [badge?.text ?? "", steps, ...notes]
    .filter((part) => part !== "")
    .map((part) => `${part}\n`)
    .join("");
  return {
    html: html`${header}${stepsHtml(steps)}${notesHtml(notes)}
      <p class="l-facts">${about}</p>
      ${tableHtml(rows, now)}
      <p class="l-facts">${footer(rows, now)}</p>
      ${options.below}`,
    text: `${state}${outcomes.name}  ${dhash}  ${about}\n\n${tableText(rows, now)}\n\n${footer(rows, now)}`,
  };
}

function summaryOf({ rows, matcher, problem }: Outcomes): string {
  if (rows.length === 0) return "no outcomes yet: realize it to make one";
  const chosen = rows.filter((row) => row.chosen).length;
  const by = matcher === undefined ? "" : ` by ${matcher}`;
  const why = problem === undefined ? "" : `: ${problem}`;
  return `${counted(rows.length, "outcome")}, ${chosen === 0 ? "none" : chosen} chosen${by}${why}`;
}

function footer({ sort, hidden }: OutcomeRows, now: Date): string {
  const more = hidden > 0 ? `and ${hidden} more · ` : "";
  const order =
    sort === undefined
      ? "newest first"
      : `best ${sort.name} first (${sort.order === "max" ? "largest" : "smallest"})`;
  return `${more}${order} · ages as of ${formatMinute(now)}`;
}

function tableHtml({ columns, rows, sort }: OutcomeRows, now: Date): Html {
  const titles = columns.map(({ name, isNumeric }) =>
    isNumeric ? html`<th class="l-num">${name}</th>` : html`<th>${name}</th>`,
  );
  const body = rows.map(({ outcome, mark, cells, share }) => {
    const metrics = columns.map(({ name, isNumeric }, index) => {
      const meter = name === sort?.name && share !== undefined ? meterHtml(share) : undefined;
      return isNumeric
        ? html`<td class="l-num">${meter}${cells[index]}</td>`
        : html`<td>${meter}${cells[index]}</td>`;
    });
    return html`<tr${outcome.chosen ? chosenClass : undefined}><td class="l-chosen-mark">${outcome.chosen ? "✓ " : ""}${mark}</td><td><code title="${outcome.rref}">${shortHash(outcome.rref)}</code></td>${metrics}<td>${timeHtml(outcome.started, now)}</td><td class="l-num">${formatDuration(outcome.durationMs)}</td><td class="l-num">${formatBytes(outcome.sizeBytes)}</td></tr>`;
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

function tableText({ columns, rows }: OutcomeRows, now: Date): string {
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
    rows.map(({ outcome, mark, cells }) => [
      mark,
      shortHash(outcome.rref),
      ...cells,
      formatAgo(outcome.started, now),
      formatDuration(outcome.durationMs),
      formatBytes(outcome.sizeBytes),
    ]),
  );
}
