import { types } from "node:util";
import { escapeHtml } from "./escape.ts";

/** Rows and columns of plain values. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows there are in all; `rows` may have only the first ones. */
  readonly total: number;
}

const maxRows = 60;
const maxColumns = 50;

/** An array of flat objects as a table; nothing for any other value. No getter is run. */
export function tableOf(value: unknown): Table | undefined {
  if (!Array.isArray(value) || types.isProxy(value) || value.length === 0) return undefined;
  const records = value.slice(0, maxRows).map(flatRecord);
  if (value.length > maxRows && !value.slice(maxRows).every(isPlainObject)) return undefined;
  const columns = new Set<string>();
  for (const record of records) {
    if (record === undefined) return undefined;
    for (const name of record.keys()) columns.add(name);
  }
  if (columns.size === 0 || columns.size > maxColumns) return undefined;
  const names = [...columns];
  return {
    columns: names,
    rows: records.map((record) => names.map((name) => record?.get(name))),
    total: value.length,
  };
}

/** A table as HTML, with the numbers of its rows. */
export function tableHtml({ columns, rows, total }: Table): string {
  const head = columns.map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  const body = rows.map(
    (row, index) => `<tr><th>${index}</th>${row.map((cell) => `<td>${cellHtml(cell)}</td>`).join("")}</tr>`,
  );
  const more = total > rows.length ? `<p>${rows.length} of ${total} rows</p>` : "";
  return `<table class="dataframe"><thead><tr><th></th>${head}</tr></thead><tbody>${body.join("")}</tbody></table>${more}`;
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

function cellHtml(value: unknown): string {
  if (value === undefined) return "";
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  return escapeHtml(String(value as number | string | boolean | bigint | symbol));
}
