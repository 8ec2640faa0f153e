import { canonicalJson } from "../canonical.ts";
import { isSeries } from "./read-metrics.ts";
import type { OutcomeCell } from "./outcome.ts";

/** How a table is written as CSV. */
export interface CsvOptions {
  /**
   * Whether texts that a spreadsheet would take for a formula (they start with `=`, `+`, `-`, `@`, a tab or a carriage return) get
   * an apostrophe before them. True unless given. Numbers stay numbers.
   */
  readonly guard?: boolean | undefined;
}

/**
 * A table as CSV with a header (RFC 4180): commas, CRLF after each line, quotes where they are needed. Dates are ISO texts; series,
 * lists and objects JSON; what is missing is empty.
 */
export function csvOf(
  columns: readonly string[],
  rows: readonly (readonly OutcomeCell[])[],
  { guard = true }: CsvOptions = {},
): string {
  const lines = [
    columns.map((name) => quoted(guarded(name, guard))),
    ...rows.map((row) => row.map((cell) => textOf(cell, guard))),
  ];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function textOf(cell: OutcomeCell, guard: boolean): string {
  if (cell === undefined || cell === null) return "";
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? "" : cell.toISOString();
  if (typeof cell === "string") return quoted(guarded(cell, guard));
  if (typeof cell !== "object") return String(cell);
  return quoted(isSeries(cell) ? JSON.stringify(cell) : canonicalJson(cell));
}

function guarded(text: string, guard: boolean): string {
  return guard && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
