import type { View } from "./bundle.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { textTable } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

/** A cell of a table: a text, or with HTML of its own. */
export type TableCell = string | { readonly text: string; readonly html: Html };

/** A table in both forms; in HTML it scrolls where it is too wide or too long. */
export function tableView(columns: readonly TextColumn[], rows: readonly (readonly TableCell[])[]): View {
  const classOf = (index: number): Html =>
    columns[index]?.align === "right" ? html` class="l-num"` : html``;
  return {
    html: html`<div class="l-scroll">
      <table class="l-grid">
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
                  (cell, index) =>
                    html`<td${classOf(index)}>${typeof cell === "string" ? cell : cell.html}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`,
    text: textTable(
      columns,
      rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : cell.text))),
    ),
  };
}
