import { isJsonObject } from "../wire/json.ts";
import type { HistoryEntry } from "./history.ts";

/** One line of a history file: a session that began, what a cell was, what it resulted in. */
export type HistoryRecord =
  | { readonly begin: string; readonly number?: number }
  | { readonly session: string; readonly line: number; readonly input: string }
  | { readonly session: string; readonly line: number; readonly output: string };

const KEPT_SESSIONS = 100;

/** The text of the younger half of the cells. Sessions keep their numbers; the last ones are kept for kernels that still run. */
export function youngerHalf(records: readonly HistoryRecord[]): string {
  const numbers = numbersOf(records);
  const cells = records.filter((record) => !("begin" in record));
  const kept = cells.slice(Math.ceil(cells.length / 2));
  const needed = new Set(kept.map((record) => ("session" in record ? record.session : "")));
  for (const id of [...numbers.keys()].slice(-KEPT_SESSIONS)) needed.add(id);
  const begins = [...numbers]
    .filter(([id]) => needed.has(id))
    .map(([id, number]): HistoryRecord => ({ begin: id, number }));
  return [...begins, ...kept].map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** The numbers of the sessions that began, by id, in the order in which they began. */
export function numbersOf(records: readonly HistoryRecord[]): Map<string, number> {
  const numbers = new Map<string, number>();
  let last = 0;
  for (const record of records) {
    if (!("begin" in record)) continue;
    last = Math.max(record.number ?? last + 1, last);
    numbers.set(record.begin, last);
  }
  return numbers;
}

/** The cells that records tell of, oldest first. */
export function entriesOf(records: readonly HistoryRecord[]): HistoryEntry[] {
  const numbers = numbersOf(records);
  const entries = new Map<string, HistoryEntry>();
  for (const record of records) {
    if ("begin" in record) continue;
    const session = numbers.get(record.session);
    if (session === undefined) continue;
    const key = `${session}:${record.line}`;
    const known = entries.get(key);
    if ("input" in record) entries.set(key, { session, line: record.line, input: record.input });
    else if (known) entries.set(key, { ...known, output: record.output });
  }
  return [...entries.values()];
}

/** The records of a file's text; lines that are none are skipped. */
export function parseRecords(text: string): HistoryRecord[] {
  return text.split("\n").flatMap((line) => {
    const record = parseRecord(line);
    return record ? [record] : [];
  });
}

/**
 * The records of a file's content that tell of sessions that began. All else in it, which may be megabytes and need not be read to give
 * a session its number, is passed over.
 */
export function beginningsIn(content: Buffer): HistoryRecord[] {
  const records: HistoryRecord[] = [];
  let at = content.indexOf(beginning);
  while (at !== -1) {
    const newline = content.indexOf("\n", at);
    const end = newline === -1 ? content.length : newline;
    // In the text of a cell its quotes would be escaped.
    records.push(...parseRecords(content.toString("utf8", at, end)));
    at = content.indexOf(beginning, end);
  }
  return records;
}

// As JSON.stringify writes it.
const beginning = '{"begin":';

function parseRecord(line: string): HistoryRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { begin, number, session, line: cell, input, output } = value;
  if (typeof begin === "string") return typeof number === "number" ? { begin, number } : { begin };
  if (typeof session !== "string" || typeof cell !== "number") return undefined;
  if (typeof input === "string") return { session, line: cell, input };
  return typeof output === "string" ? { session, line: cell, output } : undefined;
}
