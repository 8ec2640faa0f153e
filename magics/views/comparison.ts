import { reasonText } from "../../core/explain/reason-text.ts";
import type { Change, ComparedSide, TextDiff } from "../../core/index.ts";
import { shortHash } from "../../core/ref.ts";
import { isAddressText } from "../expression-list.ts";
import type { ComparisonFacts } from "../facts/comparison.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { cellTextOf } from "./comparison-row.ts";
import type { ComparisonRow, ComparisonSection } from "./comparison-row.ts";
import { comparisonSections } from "./comparison-rows.ts";
import { diffHtml } from "./diff.ts";
import { diffLines } from "./explanation-text.ts";
import type { PaintText } from "./explanation-text.ts";
import { counted, shorten } from "./format.ts";
import { html, visible } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { headerHtml, notesHtml } from "./realization.ts";
import type { Badge } from "./realization.ts";
import { sparkHtml } from "./series.ts";
import { indented, textTable, type TextColumn } from "./text-table.ts";

/** How a comparison is shown. */
export interface ComparisonViewOptions {
  readonly now: Date;
  /** Warnings, below the title. */
  readonly notes?: readonly string[];
}

/** The view of a comparison: two columns, what differs in them marked, and below them the lines of code and of small texts. */
export function comparisonView(
  facts: ComparisonFacts,
  { now, notes = [] }: ComparisonViewOptions,
): MimeBundle {
  const sections = comparisonSections(facts, now);
  const { before, after } = facts.compared;
  return bundle({
    html: html`${headerHtml({ name: titleOf(facts), kind: "compare", badge: comparisonBadge(facts) })}${notesHtml(notes)}
      <div class="l-scroll">
        <table class="l-pair">
          <thead>
            <tr>
              <th></th>
              ${sideHtml(before, facts.labels[0])}${sideHtml(after, facts.labels[1])}
              <th></th>
            </tr>
          </thead>
          <tbody>
            ${sections.map(sectionHtml)}
          </tbody>
        </table>
      </div>
      ${codeHtml(facts)}${textsHtml(facts)}`,
    text: [comparisonText(facts, { now }), ...notes].join("\n"),
  });
}

/** A comparison as text. */
export function comparisonText(
  facts: ComparisonFacts,
  { now, paint = (_, text) => text }: { readonly now: Date; readonly paint?: PaintText },
): string {
  const { before, after } = facts.compared;
  const badge = comparisonBadge(facts);
  const titles = [
    "",
    `${labelOf(before, facts.labels[0])} ${hashOf(before)}`,
    `${labelOf(after, facts.labels[1])} ${hashOf(after)}`,
    "",
  ].map((title) => ({ title }));
  const table = tableText(titles, comparisonSections(facts, now));
  const code = facts.compared.changes.filter(isCode);
  const diffText = (diff: TextDiff): string =>
    indented(indented(diffLines(diff, { now, paint, isFirst: () => true }).join("\n")));
  return [
    `${paint("strong", titleOf(facts))}  (compare)  ${paint(badge.tone === "good" ? "good" : "accent", badge.text)}`,
    paint("plain", table),
    ...(code.length > 0 ? ["code"] : []),
    ...code
      .slice(0, maxCode)
      .flatMap((change) => [
        `  ${paint("plain", reasonText(change))}`,
        ...(change.diff === undefined ? [] : [diffText(change.diff)]),
      ]),
    ...(code.length > maxCode ? [`  and ${code.length - maxCode} more`] : []),
    ...[...facts.diffs].flatMap(([path, diff]) => [paint("plain", path), diffText(diff)]),
  ].join("\n");
}

const maxCode = 12;

type CodeChange = Extract<Change, { readonly type: "source-changed" | "helper-changed" }>;

function isCode(change: Change): change is CodeChange {
  return change.type === "source-changed" || change.type === "helper-changed";
}

function titleOf({ compared: { before, after } }: ComparisonFacts): string {
  return before.name === after.name ? before.name : `${before.name} and ${after.name}`;
}

/** In what both differ, in a few words. */
function comparisonBadge({ compared }: ComparisonFacts): Badge {
  const { before, after, changes, metrics, artifacts } = compared;
  const [old, now] = [before.realization?.rref, after.realization?.rref];
  if (old !== undefined && old === now) return { text: "the very same realization", tone: "good" };
  const count = (...types: readonly Change["type"][]): number =>
    changes.filter(({ type }) => types.includes(type)).length;
  const fields = count("config-changed", "captured-changed", "version-changed");
  const packages = count("package-changed");
  const inputs = count("dependency-changed") + compared.context.length;
  const measured = metrics.filter(({ isSame }) => !isSame).length;
  const others = artifacts.filter(({ presence }) => presence !== "same").length;
  const parts = [
    fields > 0 ? counted(fields, "field") : "",
    count("source-changed", "helper-changed") > 0 ? "the code" : "",
    packages > 0 ? counted(packages, "package") : "",
    inputs > 0 ? counted(inputs, "dependency", "dependencies") : "",
    measured > 0 ? counted(measured, "metric") : "",
    measured === 0 && others > 0 ? counted(others, "artifact") : "",
  ].filter((part) => part !== "");
  if (parts.length === 0) return { text: "nothing differs", tone: "good" };
  const listed = [parts.slice(0, -1).join(", "), parts.at(-1)].filter((part) => part !== "").join(" and ");
  const isOne = parts.length === 1 && (parts[0]?.startsWith("1 ") === true || parts[0] === "the code");
  const text = `${listed} ${isOne ? "differs" : "differ"}`;
  return { text: before.dref === after.dref ? `one derivation: ${text}` : text, tone: "acc" };
}

/** As it was typed; of addresses the name, as the hash stands beside it. */
function labelOf({ name }: ComparedSide, label: string): string {
  return label === "" || isAddressText(label) ? name : shorten(label, 40);
}

function hashOf({ dref, realization }: ComparedSide): string {
  if (realization === undefined) return `${shortHash(dref)}, not realized`;
  const { rref, by } = realization;
  return `${shortHash(rref)}${by === "newest" ? ", the newest" : ""}`;
}

function sideHtml(side: ComparedSide, label: string): Html {
  const address = side.realization?.rref ?? side.dref;
  return html`<th>
    <b>${labelOf(side, label)}</b> <code class="l-hash" title="${address}">${hashOf(side)}</code>
  </th>`;
}

// What went into it is marked as old and new; what came of it is neither.
const causes: ReadonlySet<string> = new Set(["config", "packages", "dependencies"]);

function sectionHtml({ title, rows, rest }: ComparisonSection): Html {
  const last =
    rest === undefined
      ? undefined
      : html`<tr>
          <th></th>
          <td colspan="3" class="l-mut">${rest}</td>
        </tr>`;
  return html`<tr>
      <td colspan="4">
        <p class="l-h"><b>${title}</b></p>
      </td>
    </tr>
    ${rows.map((row) => rowHtml(row, causes.has(title)))}${last}`;
}

function rowHtml(row: ComparisonRow, isMarked: boolean): Html {
  const note = html`<td><span class="${`l-${row.tone ?? "mut"}`}">${row.note}</span></td>`;
  const cells = row.isSame
    ? html`<td colspan="2" class="l-mut">${seriesHtml(row, "before")}${row.before}</td>`
    : [cellHtml(row, "before", isMarked), cellHtml(row, "after", isMarked)];
  return html`<tr>
    <th>${row.label}</th>
    ${cells}${note}
  </tr>`;
}

function cellHtml(row: ComparisonRow, side: "before" | "after", isMarked: boolean): Html {
  const text = row[side];
  if (text === undefined) return html`<td class="l-mut">–</td>`;
  if (!isMarked) return html`<td>${seriesHtml(row, side)}${text}</td>`;
  const look = side === "before" ? "l-old" : "l-new";
  return html`<td>${seriesHtml(row, side)}<code class="${look}">${text}</code></td>`;
}

function seriesHtml(row: ComparisonRow, side: "before" | "after"): Content {
  const series = row.series?.[side];
  return series === undefined ? undefined : sparkHtml(series);
}

function codeHtml({ compared }: ComparisonFacts): Content {
  const code = compared.changes.filter(isCode);
  if (code.length === 0) return undefined;
  const more =
    code.length > maxCode ? html`<p class="l-facts">and ${code.length - maxCode} more</p>` : undefined;
  return html`<p class="l-h"><b>code</b></p>
    ${code.slice(0, maxCode).map(
      (change) =>
        html`<div>${reasonText(change)}</div>
          ${change.diff && diffHtml(change.diff)}`,
    )}${more}`;
}

function textsHtml({ diffs }: ComparisonFacts): Content {
  return [...diffs].map(
    ([path, diff]) =>
      html`<p class="l-h">
          <b><code>${path}</code></b>
        </p>
        ${diffHtml(diff)}`,
  );
}

/** What has no line of its own is put between the lines of the table, as it would widen a column. */
function tableText(titles: readonly TextColumn[], sections: readonly ComparisonSection[]): string {
  const [heads = "", rule = "", ...lines] = textTable(titles, sections.flatMap(sectionText)).split("\n");
  const body = sections.flatMap(({ rows, rest }) => [
    ...lines.splice(0, rows.length + 1),
    ...(rest === undefined ? [] : [`  ${visible(rest).replaceAll("\n", " ")}`]),
  ]);
  return [heads, rule, ...body].join("\n");
}

function sectionText({ title, rows }: ComparisonSection): string[][] {
  return [
    [title],
    ...rows.map((row) =>
      row.isSame
        ? [`  ${row.label}`, cellTextOf(row, "before"), "the same"]
        : [`  ${row.label}`, cellTextOf(row, "before"), cellTextOf(row, "after"), row.note ?? ""],
    ),
  ];
}
