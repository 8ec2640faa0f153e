import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../wire/json.ts";
import { silentLog, type Log } from "../wire/log.ts";
import { appendRecords, beginSession, readRecords } from "./history-disk.ts";
import { entriesOf, type HistoryRecord } from "./history-records.ts";
import { memoryHistory, type History, type HistoryEntry } from "./history.ts";

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
  return new FileHistory(path, log, limits);
}

class FileHistory implements History {
  readonly #path: string;
  readonly #log: Log;
  readonly #limits: HistoryLimits;
  readonly #ids = new Map<number, string>();
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #fallback: History | undefined;

  constructor(path: string, log: Log, limits: HistoryLimits) {
    this.#path = path;
    this.#log = log;
    this.#limits = limits;
  }

  begin(): Promise<number> {
    return this.#inOrder(async () => {
      if (this.#fallback) return this.#fallback.begin();
      try {
        const id = randomUUID();
        const number = await beginSession(this.#path, id);
        this.#ids.set(number, id);
        return number;
      } catch (error) {
        return this.#giveUp(error).begin();
      }
    });
  }

  addInput(session: number, line: number, input: string): void {
    if (input.length > this.#limits.maxTextLength) return;
    this.#add({ session: this.#idOf(session), line, input }, (history) =>
      history.addInput(session, line, input),
    );
  }

  addOutput(session: number, line: number, text: string): void {
    const output = text.slice(0, this.#limits.maxTextLength);
    this.#add({ session: this.#idOf(session), line, output }, (history) =>
      history.addOutput(session, line, output),
    );
  }

  async entries(): Promise<readonly HistoryEntry[]> {
    await this.#writeAll();
    return await this.#inOrder(async () =>
      this.#fallback ? this.#fallback.entries() : entriesOf(await readRecords(this.#path)),
    );
  }

  close(): Promise<void> {
    return this.#writeAll();
  }

  #idOf(session: number): string {
    return this.#ids.get(session) ?? "";
  }

  #add(record: HistoryRecord, instead: (history: History) => void): void {
    this.#waiting.push({ record, instead });
    this.#timer ??= setTimeout(() => void this.#writeAll(), WINDOW_MS);
  }

  #writeAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#inOrder(() => this.#write(this.#waiting.splice(0)));
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    if (waiting.length === 0) return;
    const records = waiting.map(({ record }) => record);
    const inMemory =
      this.#fallback ??
      (await appendRecords(this.#path, records, this.#limits.maxBytes).then(
        () => undefined,
        (error: unknown) => this.#giveUp(error),
      ));
    if (inMemory) for (const { instead } of waiting) instead(inMemory);
  }

  #giveUp(error: unknown): History {
    if (!this.#fallback)
      this.#log(
        "warn",
        `Cannot keep the history in "${this.#path}": ${messageOf(error)}. It is kept in memory.`,
      );
    return (this.#fallback ??= memoryHistory());
  }

  #inOrder<Result>(task: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }
}
