import type { SweepFacts } from "../facts/sweep.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { jsonText } from "./config.ts";
import { counted } from "./format.ts";
import { html } from "./html.ts";
import { columnTexts } from "./outcome-rows.ts";
import { headerHtml, shortHash } from "./realization.ts";
import { realizationDetails } from "./realizations.ts";
import { textTable } from "./text-table.ts";

const maxFields = 12;
const maxMetrics = 16;

interface Column {
  readonly title: string;
  readonly isNumeric: boolean;
  readonly cells: readonly string[];
}

/** Realizations of one stage with other configs: what differs in them, what they measured, and which one is the best. */
export function sweepView(facts: SweepFacts, now: Date): MimeBundle {
  const { name, rows } = facts;
  const columns = [...fieldColumns(facts), ...metricColumns(facts)];
  const about = aboutOf(facts);
  const titles = columns.map(({ title, isNumeric }) =>
    isNumeric ? html`<th class="l-num">${title}</th>` : html`<th>${title}</th>`,
  );
  const body = rows.map(({ realization: { rref }, isBest }, row) => {
    const cells = columns.map(({ cells, isNumeric }) =>
      isNumeric ? html`<td class="l-num">${cells[row]}</td>` : html`<td>${cells[row]}</td>`,
    );
    const chosen = isBest ? html` class="l-chosen"` : undefined;
    return html`<tr${chosen}><td class="l-chosen-mark">${isBest ? "✓ best" : ""}</td><td><code title="${rref}">${shortHash(rref)}</code></td>${cells}</tr>`;
  });
  const kind = counted(rows.length, "realization");
  return bundle({
    html: html`${headerHtml({ name, kind })}
      <p class="l-facts">${about}</p>
      <table class="l-grid">
        <thead>
          <tr>
            <th></th>
            <th>outcome</th>
            ${titles}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
      ${realizationDetails(
        rows.map(({ realization }) => realization),
        now,
      )}`,
    text: `${name}  ${kind}\n${about}\n\n${textTable(
      [
        { title: "" },
        { title: "outcome" },
        ...columns.map(({ title, isNumeric }) => ({ title, ...(isNumeric && { align: "right" as const }) })),
      ],
      rows.map(({ realization: { rref }, isBest }, row) => [
        isBest ? "best" : "",
        shortHash(rref),
        ...columns.map(({ cells }) => cells[row] ?? ""),
      ]),
    )}`,
  });
}

function aboutOf({ fields, best }: SweepFacts): string {
  const differ =
    fields.length === 0
      ? "their dependencies differ"
      : `they differ in ${fields.slice(0, maxFields).join(", ")}`;
  const more = fields.length > maxFields ? ` and ${fields.length - maxFields} more` : "";
  const by =
    best === undefined ? "" : ` · best by ${best.column} (${best.order === "max" ? "largest" : "smallest"})`;
  return `${differ}${more}${by}`;
}

function fieldColumns({ fields, rows }: SweepFacts): Column[] {
  return fields.slice(0, maxFields).map((title) => {
    const values = rows.map((row) => row.fields[title]);
    return {
      title,
      isNumeric: values.every((value) => value === undefined || typeof value === "number"),
      cells: values.map((value) => fieldText(title, value)),
    };
  });
}

function fieldText(title: string, value: SweepFacts["rows"][number]["fields"][string]): string {
  if (value === undefined) return "–";
  if (title === "code" && typeof value === "string")
    return /"code":"([0-9a-f]{8})/u.exec(value)?.[1] ?? "other";
  return typeof value === "string" && !value.startsWith("dref:")
    ? jsonText(value, 40).slice(1, -1)
    : jsonText(value, 40);
}

function metricColumns({ columns, rows }: SweepFacts): Column[] {
  return columns.slice(0, maxMetrics).map((title) => {
    const values = rows.map(({ metrics }) => (Object.hasOwn(metrics, title) ? metrics[title] : undefined));
    return {
      title,
      isNumeric: values.every((value) => value === undefined || typeof value === "number"),
      cells: columnTexts(values),
    };
  });
}
