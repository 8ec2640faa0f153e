import { randomUUID } from "node:crypto";
import { appendFile, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { isJsonObject, messageOf } from "../wire/json.ts";
import { silentLog, type Log } from "../wire/log.ts";
import {
  beginningsIn,
  entriesOf,
  numbersOf,
  parseRecords,
  youngerHalf,
  type HistoryRecord,
} from "./history-records.ts";
import { memoryHistory, type History } from "./history.ts";

/** How much is kept on disk. */
export interface HistoryLimits {
  /** When the file grows over this, its older half is dropped. */
  readonly maxBytes: number;
  /** Longer inputs are not kept, and longer outputs are cut. */
  readonly maxTextLength: number;
}

// What is to be kept waits so long, so that cells that come quickly are written together.
const WINDOW_MS = 100;

/** A record that is not written yet. */
interface Waiting {
  readonly record: HistoryRecord;
  /** Keeps it in memory, when it cannot be written. */
  readonly instead: (history: History) => void;
}

const DEFAULT_LIMITS: HistoryLimits = { maxBytes: 4_000_000, maxTextLength: 65_536 };

/** Where an application keeps its history: `$XDG_DATA_HOME/<application>/history.jsonl`, `~/.local/share` by default. */
export function historyPath(application: string, environment: NodeJS.ProcessEnv = process.env): string {
  // The XDG specification says that a relative path counts as none.
  const data = environment["XDG_DATA_HOME"]?.startsWith("/") ? environment["XDG_DATA_HOME"] : undefined;
  return join(data ?? join(homedir(), ".local", "share"), application, "history.jsonl");
}

/**
 * A history on disk, shared by all kernels of a user. The file is first touched when a cell is kept or asked for. When it
 * cannot be written, that is logged once and the history is kept in memory.
 *
 * Each line is one record: a session that began, an input, an output. Lines are appended whole, so kernels that run at
 * the same time do not disturb each other; a line that a crash cut short is skipped. A session's number is its place
 * among all that began, so no two sessions share one.
 */
export function fileHistory(
  path: string,
  log: Log = silentLog,
  limits: HistoryLimits = DEFAULT_LIMITS,
): History {
  const ids = new Map<number, string>();
  let work: Promise<unknown> = Promise.resolve();
  let fallback: History | undefined;
  const inOrder = <Result>(task: () => Promise<Result>): Promise<Result> => {
    const done = work.then(task);
    work = done.catch(() => {});
    return done;
  };
  const giveUp = (error: unknown): History => {
    if (!fallback)
      log("warn", `Cannot keep the history in "${path}": ${messageOf(error)}. It is kept in memory.`);
    return (fallback ??= memoryHistory());
  };
  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  const write = async (records: readonly Waiting[]): Promise<void> => {
    if (records.length === 0) return;
    const inMemory = fallback ?? (await appendRecords(path, records, limits).then(() => undefined, giveUp));
    if (inMemory) for (const { instead } of records) instead(inMemory);
  };
  const writeAll = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    return inOrder(() => write(waiting.splice(0)));
  };
  const add = (record: HistoryRecord, instead: (history: History) => void): void => {
    waiting.push({ record, instead });
    timer ??= setTimeout(() => void writeAll(), WINDOW_MS);
  };
  return {
    begin: () =>
      inOrder(async () => {
        if (fallback) return fallback.begin();
        try {
          const id = randomUUID();
          const number = await beginSession(path, id);
          ids.set(number, id);
          return number;
        } catch (error) {
          return giveUp(error).begin();
        }
      }),
    addInput(session, line, input) {
      if (input.length > limits.maxTextLength) return;
      add({ session: ids.get(session) ?? "", line, input }, (history) =>
        history.addInput(session, line, input),
      );
    },
    addOutput(session, line, text) {
      const output = text.slice(0, limits.maxTextLength);
      add({ session: ids.get(session) ?? "", line, output }, (history) =>
        history.addOutput(session, line, output),
      );
    },
    entries: async () => {
      await writeAll();
      return await inOrder(async () =>
        fallback ? fallback.entries() : entriesOf(parseRecords(await readIfThere(path))),
      );
    },
    close: writeAll,
  };
}

async function beginSession(path: string, id: string): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const mend = (await isCutShort(path)) ? "\n" : "";
  await appendFile(path, `${mend}${JSON.stringify({ begin: id })}\n`, { mode: 0o600 });
  const number = numbersOf(beginningsIn(await readFile(path))).get(id);
  if (number === undefined) throw new Error("the line that was just written is not there");
  return number;
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

async function appendRecords(
  path: string,
  records: readonly Waiting[],
  limits: HistoryLimits,
): Promise<void> {
  const lines = records.map(({ record }) => `${JSON.stringify(record)}\n`);
  await appendFile(path, lines.join(""), { mode: 0o600 });
  if ((await stat(path)).size > limits.maxBytes) await dropOlderHalf(path, limits);
}

// A line that another kernel appends between reading and renaming is lost. That is the price of having no lock on every
// cell; it can only happen when the file is full.
async function dropOlderHalf(path: string, { maxBytes }: HistoryLimits): Promise<void> {
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

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isJsonObject(error) && error["code"] === "ENOENT") return "";
    throw error;
  }
}
