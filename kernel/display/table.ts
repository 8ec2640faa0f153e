import { types } from "node:util";
import { escapeHtml } from "./escape.ts";

/** Rows and columns of plain values. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows there are in all; `rows` may have only the first ones. */
  readonly total: number;
  /** How many columns there are in all, when `columns` has only the first ones. */
  readonly totalColumns?: number;
  /** By how much the numbers at the rows grow: by one, when nothing else is said. */
  readonly step?: number;
  /** What stands above. */
  readonly caption?: string;
}

const maxRows = 60;
const maxColumns = 50;
const numbersInRow = 10;
const maxRowsOfNumbers = 20;

/** An array of flat objects, or a typed array, as a table; nothing for any other value. No getter is run. */
export function tableOf(value: unknown): Table | undefined {
  if (types.isTypedArray(value)) return Buffer.isBuffer(value) ? undefined : numbersTable(value);
  if (!Array.isArray(value) || types.isProxy(value) || value.length === 0) return undefined;
  const records = value.slice(0, maxRows).map(flatRecord);
  if (value.length > maxRows && !value.slice(maxRows).every(isPlainObject)) return undefined;
  const found = new Set<string>();
  for (const record of records) {
    if (record === undefined) return undefined;
    for (const name of record.keys()) found.add(name);
  }
  if (found.size === 0) return undefined;
  const columns = [...found].slice(0, maxColumns);
  return {
    columns,
    rows: records.map((record) => columns.map((name) => record?.get(name))),
    total: value.length,
    totalColumns: found.size,
  };
}

/** A table as HTML, with the numbers of its rows. Numbers stand on the right. */
export function tableHtml(table: Table): string {
  const { columns, rows, caption, step = 1 } = table;
  const aligned = columns.map((_, column) => (isNumeric(rows, column) ? right : left));
  const head = columns.map((name, column) => `<th${aligned[column]}>${escapeHtml(name)}</th>`).join("");
  const body = rows.map((row, index) => {
    const cells = row.map((cell, column) => `<td${aligned[column]}>${escapeHtml(cellText(cell))}</td>`);
    return `<tr><th>${index * step}</th>${cells.join("")}</tr>`;
  });
  const above = caption === undefined ? "" : `<caption>${escapeHtml(caption)}</caption>`;
  const more = moreText(table);
  const below = more === "" ? "" : `<p>${more}</p>`;
  return `<table class="dataframe">${above}<thead><tr><th></th>${head}</tr></thead><tbody>${body.join("")}</tbody></table>${below}`;
}

/** A table as text, its columns aligned, numbers on the right. */
export function tableText(table: Table): string {
  const { columns, rows, step = 1 } = table;
  const lines = [
    ["", ...columns],
    ...rows.map((row, index) => [String(index * step), ...row.map((cell) => shortened(cellText(cell)))]),
  ];
  const isRight = ["", ...columns].map((_, column) => column === 0 || isNumeric(rows, column - 1));
  const widths = isRight.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ""))));
  const text = lines.map((line) =>
    line
      .map((cell, column) => {
        const space = " ".repeat((widths[column] ?? 0) - lengthOf(cell));
        return isRight[column] === true ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
  const more = moreText(table);
  return [...text, ...(more === "" ? [] : [more])].join("\n");
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

function numbersTable(array: NodeJS.TypedArray): Table | undefined {
  if (array.length === 0) return undefined;
  const numbers = Array.from<number | bigint>(array.subarray(0, maxRowsOfNumbers * numbersInRow));
  const width = Math.min(numbersInRow, numbers.length);
  const rows = [];
  for (let start = 0; start < numbers.length; start += numbersInRow) {
    const row = numbers.slice(start, start + numbersInRow);
    rows.push(Array.from({ length: width }, (_, index) => row[index]));
  }
  return {
    columns: Array.from({ length: width }, (_, index) => String(index)),
    rows,
    total: array.length,
    step: numbersInRow,
    caption: `${array[Symbol.toStringTag]}(${array.length})`,
  };
}

function flatRecord(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (!isPlainObject(value)) return undefined;
  const record = new Map<string, unknown>();
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (descriptor.get !== undefined || !isScalar(descriptor.value)) return undefined;
    if (descriptor.enumerable === true) record.set(name, descriptor.value);
  }
  return record;
}

/** Whether a value is an object like `{ a: 1 }`, no instance of a class and no proxy. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype;
}

function isScalar(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function") || types.isDate(value);
}

function isNumeric(rows: Table["rows"], column: number): boolean {
  const cells = rows.map((row) => row[column]).filter((cell) => cell !== undefined && cell !== null);
  return cells.length > 0 && cells.every((cell) => typeof cell === "number" || typeof cell === "bigint");
}

function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (typeof value === "object" && value !== null) return Object.prototype.toString.call(value);
  // oxlint-disable-next-line no-base-to-string -- it is no object
  return String(value);
}

// A line break would tear a row apart.
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/gu, " ");
  if (lengthOf(line) <= maxCellLength) return line;
  return `${Array.from(line.slice(0, maxCellLength * 2))
    .slice(0, maxCellLength - 1)
    .join("")}…`;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
