import { cellText, cut } from "./cell-text.ts";
import { escapeHtml } from "./escape.ts";

/** Rows and columns of plain values. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows there are in all; `rows` may have only the first ones. */
  readonly total: number;
  /** How many columns there are in all, when `columns` has only the first ones. */
  readonly totalColumns?: number;
  /** What stands in front of the rows, instead of their numbers. */
  readonly labels?: readonly string[];
  /** Behind how many rows others are left out; at the end, unless given. */
  readonly gapAfter?: number;
  /** By how much the numbers at the rows grow: by one, when nothing else is said. */
  readonly step?: number;
  /** What stands above. */
  readonly caption?: string;
}

// Texts of values are no formulas, though they may have dollars in them: so MathJax 2 (the classic notebook) and 3 (JupyterLab) are told.
const classes = "dataframe tex2jax_ignore mathjax_ignore";

/** A table as HTML, with the numbers of its rows. Numbers stand on the right. */
export function tableHtml(table: Table): string {
  const { columns, rows, caption } = table;
  const aligned = columns.map((_, column) => (isNumeric(rows, column) ? right : left));
  const head = columns.map((name, column) => `<th${aligned[column]}>${escapeHtml(name)}</th>`).join("");
  const body = rows.map((row, index) => {
    const cells = row.map((cell, column) => `<td${aligned[column]}>${escapeHtml(cellText(cell))}</td>`);
    return `<tr><th>${escapeHtml(labelOf(table, index))}</th>${cells.join("")}</tr>`;
  });
  if (table.gapAfter !== undefined)
    body.splice(
      table.gapAfter,
      0,
      `<tr><th>⋮</th>${columns.map((_, at) => `<td${aligned[at]}>⋮</td>`).join("")}</tr>`,
    );
  const above =
    caption === undefined
      ? ""
      : `<caption style="text-align: left; white-space: nowrap">${escapeHtml(caption)}</caption>`;
  const more = moreText(table);
  const below = more === "" ? "" : `<p>${more}</p>`;
  return `<table class="${classes}">${above}<thead><tr><th></th>${head}</tr></thead><tbody>${body.join("")}</tbody></table>${below}`;
}

/** A table as text, its columns aligned, numbers on the right; as many columns as a line has room for. */
export function tableText(table: Table): string {
  const { columns, rows } = table;
  const lines = [
    ["", ...columns.map(shortened)],
    ...rows.map((row, index) => [labelOf(table, index), ...row.map((cell) => shortened(cellText(cell)))]),
  ];
  if (table.gapAfter !== undefined) lines.splice(table.gapAfter + 1, 0, lines[0]?.map(() => "⋮") ?? []);
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => lengthOf(line[column] ?? ""))),
  );
  const room = fitting(widths);
  const isRight = widths.map((_, column) => column === 0 || isNumeric(rows, column - 1));
  const text = lines.map((line) =>
    line
      .slice(0, room)
      .map((cell, column) => {
        const space = " ".repeat((widths[column] ?? 0) - lengthOf(cell));
        return isRight[column] === true ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
  const more = moreText({
    ...table,
    columns: columns.slice(0, room - 1),
    totalColumns: table.totalColumns ?? columns.length,
  });
  return [
    ...(table.caption === undefined ? [] : [table.caption]),
    ...text,
    ...(more === "" ? [] : [more]),
  ].join("\n");
}

const maxLine = 160;

function fitting(widths: readonly number[]): number {
  let line = 0;
  const over = widths.findIndex((width) => (line += width + 2) > maxLine);
  return over < 0 ? widths.length : Math.max(2, over);
}

function labelOf({ labels, step = 1 }: Table, row: number): string {
  return labels === undefined ? String(row * step) : (labels[row] ?? "");
}

// Front ends put all cells of a table on one side or the other.
const right = ' style="text-align: right"';
const left = ' style="text-align: left"';
const maxCellLength = 60;

function moreText({ columns, rows, total, totalColumns = columns.length, step = 1 }: Table): string {
  if (step > 1) {
    const shown = rows.length * step;
    return total > shown ? `${shown} of ${total} numbers` : "";
  }
  const parts = [
    ...(total > rows.length ? [`${rows.length} of ${total} rows`] : []),
    ...(totalColumns > columns.length ? [`${columns.length} of ${totalColumns} columns`] : []),
  ];
  return parts.join(", ");
}

function isNumeric(rows: Table["rows"], column: number): boolean {
  const cells = rows.map((row) => row[column]).filter((cell) => cell !== undefined && cell !== null);
  return cells.length > 0 && cells.every((cell) => typeof cell === "number" || typeof cell === "bigint");
}

// A line break would tear a row apart.
function shortened(text: string): string {
  return cut(text.replaceAll(/\s+/gu, " "), maxCellLength);
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
