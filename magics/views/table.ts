import type { View } from "./bundle.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { textTable } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

/** A cell of a table: a text, or with HTML of its own. */
export type TableCell = string | { readonly text: string; readonly html: Html };

type Rows = readonly (readonly TableCell[])[];

/** A table in both forms; in HTML it scrolls where it is too wide or too long. */
export function tableView(columns: readonly TextColumn[], rows: Rows): View {
  return {
    html: html`<div class="l-scroll">${gridHtml(columns, rows)}</div>`,
    text: textTable(
      columns,
      rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : cell.text))),
    ),
  };
}

/** A table as HTML, as large as it is. */
export function gridHtml(columns: readonly TextColumn[], rows: Rows): Html {
  const classOf = (index: number): Html =>
    columns[index]?.align === "right" ? html` class="l-num"` : html``;
  return html`<table class="l-grid">
    <thead>
      <tr>
        ${columns.map(({ title }, index) => html`<th${classOf(index)}>${title}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map(
              (cell, index) => html`<td${classOf(index)}>${typeof cell === "string" ? cell : cell.html}</td>`,
            )}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
