import type { OutcomeGroup, OutcomeGroups, Spread } from "../../core/index.ts";
import { cellOf } from "../../core/outcomes/outcome.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { counted, formatColumn, formatDuration, formatNumber } from "./format.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { columnTexts, fieldTexts, maxOutcomeRows } from "./outcome-rows.ts";
import type { SortMetric } from "./outcome-rows.ts";
import { headerHtml } from "./realization.ts";
import { textTable } from "./text-table.ts";

const maxMetrics = 12;

/** How groups of outcomes are shown. */
export interface OutcomeGroupsViewOptions {
  /** By what the groups were sorted. */
  readonly by?: SortMetric;
  readonly top?: number;
  readonly plot?: View;
}

interface Column {
  readonly title: string;
  readonly role: "field" | "metric" | "count";
  readonly isNumeric: boolean;
  readonly cells: readonly { readonly text: string; readonly spread?: Spread }[];
}

/** Groups of outcomes: what those in a group have in common, and mean and spread of their metrics. */
export function outcomeGroupsView(
  groups: OutcomeGroups,
  { by, top = maxOutcomeRows, plot }: OutcomeGroupsViewOptions = {},
): MimeBundle {
  const rows = groups.rows.slice(0, top);
  const table: GroupTable = {
    columns: columnsOf(groups, rows),
    count: rows.length,
    isRanked: by !== undefined,
  };
  const about = aboutText(groups);
  const hidden = groups.rows.length - rows.length;
  const footer = [
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
    ...(by === undefined
      ? []
      : [`best ${by.name} first (${by.order === "max" ? "largest" : "smallest"} mean)`]),
  ].join(" · ");
  return bundle({
    html: html`${headerHtml({ name: groups.name, kind: "groups of outcomes" })}
      <p class="l-facts">${about}</p>
      ${plot?.html}
      <div class="l-scroll">${tableHtml(table)}</div>
      ${footer === "" ? undefined : html`<p class="l-facts">${footer}</p>`}`,
    text: [
      `${groups.name}  ${about}\n`,
      ...(plot === undefined ? [] : [`${plot.text}\n`]),
      tableText(table),
      ...(footer === "" ? [] : [`\n${footer}`]),
    ].join("\n"),
  });
}

interface GroupTable {
  readonly columns: readonly Column[];
  /** How many groups are shown. */
  readonly count: number;
  /** Whether the first one is the best. */
  readonly isRanked: boolean;
}

function aboutText({ rows, by }: OutcomeGroups): string {
  const outcomes = rows.reduce((sum, group) => sum + group.rows.length, 0);
  return `${counted(outcomes, "outcome")} in ${counted(rows.length, "group")} by ${by.join(", ") || "nothing"} · mean ± standard deviation`;
}

function tableHtml({ columns, count, isRanked }: GroupTable): Html {
  const body = Array.from({ length: count }, (_, index) => {
    const isBest = isRanked && index === 0;
    const cells = columns.map(
      (column) => html`<td class="${classOf(column)}">${cellHtml(column.cells[index])}</td>`,
    );
    const mark = isBest ? "✓ best" : "";
    return html`<tr${isBest ? html` class="l-chosen"` : undefined}><td class="l-chosen-mark">${mark}</td>${cells}</tr>`;
  });
  return html`<table class="l-grid">
    <thead>
      <tr>
        <th></th>
        ${columns.map((column) => html`<th class="${classOf(column)}">${column.title}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

function tableText({ columns, count, isRanked }: GroupTable): string {
  const heads = columns.map(({ title, isNumeric }) => ({
    title,
    ...(isNumeric && { align: "right" as const }),
  }));
  const rows = Array.from({ length: count }, (_, index) => [
    isRanked && index === 0 ? "best" : "",
    ...columns.map(({ cells }) => plain(cells[index]?.text ?? "")),
  ]);
  return textTable([{ title: "" }, ...heads], rows);
}

function columnsOf(groups: OutcomeGroups, rows: readonly OutcomeGroup[]): Column[] {
  const fields = groups.by.map((title): Column => {
    const values = rows.map((group) => group.values[title]);
    const isNumeric = values.every((value) => typeof value === "number");
    const texts = fieldTexts(values, isNumeric);
    return { title, role: "field", isNumeric, cells: texts.map((text) => ({ text })) };
  });
  const counts = columnTexts(rows.map((group) => group.rows.length - group.failed));
  const runs: Column = {
    title: "runs",
    role: "count",
    isNumeric: true,
    cells: counts.map((text) => ({ text })),
  };
  const failed: Column = {
    title: "failed",
    role: "count",
    isNumeric: true,
    cells: rows.map((group) => ({ text: group.failed === 0 ? "–" : String(group.failed) })),
  };
  const metrics = groups.columns.slice(0, maxMetrics).map((title): Column => spreadColumn(title, rows));
  const took: Column = {
    title: "took",
    role: "count",
    isNumeric: true,
    cells: rows.map(({ metrics: { durationMs } }) => ({
      text: durationMs === undefined ? "–" : formatDuration(durationMs.mean),
    })),
  };
  return [...fields, runs, ...(rows.some((group) => group.failed > 0) ? [failed] : []), ...metrics, took];
}

function spreadColumn(title: string, rows: readonly OutcomeGroup[]): Column {
  const spreads = rows.map(({ metrics }) => (Object.hasOwn(metrics, title) ? metrics[title] : undefined));
  const known = spreads.filter((spread) => spread !== undefined);
  const means = formatColumn(known.map(({ mean }) => mean));
  const decimals = means[0]?.split(".")[1]?.length ?? 0;
  let next = 0;
  const cells = spreads.map((spread, index) => {
    const runs = rows[index]?.rows ?? [];
    const values = runs.map((row) => cellOf(row, title)).filter((value) => typeof value === "number");
    if (spread === undefined) return { text: values.length === 0 ? "–" : String(values[0]) };
    const at = next++;
    const error = spread.std === undefined ? "" : ` ± ${errorText(spread.std, decimals)}`;
    const diverged = values.length - spread.n;
    const rest = diverged === 0 ? "" : `, ${diverged} diverged`;
    return { text: `${means[at] ?? ""}${error}${rest}`, spread };
  });
  return { title, role: "metric", isNumeric: true, cells };
}

// With the decimals of the mean, as far as they say anything.
function errorText(std: number, decimals: number): string {
  if (std === 0) return "0";
  const text = std.toFixed(decimals);
  return Number(text) === 0 ? formatNumber(std, 2) : text;
}

function cellHtml(cell: Column["cells"][number] | undefined): Content {
  if (cell?.spread === undefined) return cell?.text;
  const { n, min, median, max } = cell.spread;
  const figures = (value: number): string => formatNumber(value, 5);
  const title = `${n} runs: least ${figures(min)}, median ${figures(median)}, most ${figures(max)}`;
  const [mean = "", ...rest] = cell.text.split(/(?= ± |, )/u);
  const spread = rest.length === 0 ? undefined : html`<span class="l-mut">${rest.join("")}</span>`;
  return html`<span title="${title}">${mean}${spread}</span>`;
}

function classOf({ role, isNumeric }: Column): string {
  return [...(isNumeric ? ["l-num"] : []), ...(role === "field" ? ["l-field"] : [])].join(" ");
}

function plain(text: string): string {
  return text.replaceAll(/[\u2007\u2008]/gu, " ");
}
