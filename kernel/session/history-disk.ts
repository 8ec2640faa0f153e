import { randomUUID } from "node:crypto";
import { appendFile, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isJsonObject } from "../wire/json.ts";
import { beginningsIn, numbersOf, parseRecords, youngerHalf, type HistoryRecord } from "./history-records.ts";

/** Tells the file of a session that begins, and gives the number that it has by that. */
export async function beginSession(path: string, id: string): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const mend = (await isCutShort(path)) ? "\n" : "";
  await appendFile(path, `${mend}${JSON.stringify({ begin: id })}\n`, { mode: 0o600 });
  const number = numbersOf(beginningsIn(await readFile(path))).get(id);
  if (number === undefined) throw new Error("the line that was just written is not there");
  return number;
}

/** Writes records behind those that are there. When the file is then larger than it may be, its older half is dropped. */
export async function appendRecords(
  path: string,
  records: readonly HistoryRecord[],
  maxBytes: number,
): Promise<void> {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`);
  await appendFile(path, lines.join(""), { mode: 0o600 });
  if ((await stat(path)).size > maxBytes) await dropOlderHalf(path, maxBytes);
}

/** All records of the file; none when there is no file. */
export async function readRecords(path: string): Promise<readonly HistoryRecord[]> {
  try {
    return parseRecords(await readFile(path, "utf8"));
  } catch (error) {
    if (isJsonObject(error) && error["code"] === "ENOENT") return [];
    throw error;
  }
}

/** Whether the last line of a file has no end: whoever wrote it crashed. */
async function isCutShort(path: string): Promise<boolean> {
  const file = await open(path, "a+", 0o600);
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString() !== "\n";
  } finally {
    await file.close();
  }
}

// A line that another kernel appends between reading and renaming is lost. That is the price of having no lock on every
// cell; it can only happen when the file is full.
async function dropOlderHalf(path: string, maxBytes: number): Promise<void> {
  const lock = `${path}.lock`;
  const held = await open(lock, "wx").catch(() => undefined);
  if (!held) return await breakStaleLock(lock);
  try {
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, youngerPart(await readFile(path, "utf8"), maxBytes), { mode: 0o600 });
    await rename(temporary, path);
  } finally {
    await held.close();
    await rm(lock, { force: true });
  }
}

// Records that are written together may make the file more than twice as large as it may be.
function youngerPart(text: string, maxBytes: number): string {
  const younger = youngerHalf(parseRecords(text));
  const isDone = Buffer.byteLength(younger) <= maxBytes || younger.length >= text.length;
  return isDone ? younger : youngerPart(younger, maxBytes);
}

async function breakStaleLock(lock: string): Promise<void> {
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > 60_000) await rm(lock, { force: true });
}
