import type { HistoryLine, HistoryRequest } from "../wire/contents/questions.ts";

/** One cell that was run with store_history. */
export interface HistoryEntry {
  /** The number of the session that it was run in, counting up each time that a kernel starts. */
  readonly session: number;
  /** Its execution count. */
  readonly line: number;
  readonly input: string;
  /** The plain text of its result, where it had one. */
  readonly output?: string;
}

/** Where the history is kept. Writing neither throws nor keeps anyone waiting. */
export interface History {
  /** Begins a session and returns its number. */
  begin(): Promise<number>;
  /** Keeps a cell. */
  addInput(session: number, line: number, input: string): void;
  /** Keeps what a cell that is kept already resulted in. */
  addOutput(session: number, line: number, output: string): void;
  /** All that is kept, oldest first. */
  entries(): Promise<readonly HistoryEntry[]>;
  /** Resolves when all has been written. */
  close(): Promise<void>;
}

/** A history that ends with the process. */
export function memoryHistory(maxEntries: number = 10_000): History {
  const kept: HistoryEntry[] = [];
  let sessions = 0;
  return {
    begin: () => Promise.resolve((sessions += 1)),
    addInput(session, line, input) {
      kept.push({ session, line, input });
      if (kept.length > maxEntries) kept.splice(0, kept.length - maxEntries);
    },
    addOutput(session, line, output) {
      const at = kept.findLastIndex((entry) => entry.session === session && entry.line === line);
      const entry = kept[at];
      if (entry) kept[at] = { ...entry, output };
    },
    entries: () => Promise.resolve(kept),
    close: () => Promise.resolve(),
  };
}

/**
 * Picks what a history_request asks for.
 *
 * Source: "History" in jupyter_client's docs/messaging.rst; what it leaves open is done as IPython's HistoryAccessor does.
 *
 * @param current the number of the session that asks
 */
export function recall(
  entries: readonly HistoryEntry[],
  request: HistoryRequest,
  current: number,
): readonly HistoryLine[] {
  return select(entries, request, current).map(({ session, line, input, output }) => [
    session,
    line,
    request.output ? [input, output ?? null] : input,
  ]);
}

function select(
  entries: readonly HistoryEntry[],
  request: HistoryRequest,
  current: number,
): readonly HistoryEntry[] {
  if (request.hist_access_type === "tail") return lastOf(entries, request.n);
  if (request.hist_access_type === "range") {
    const session = request.session > 0 ? request.session : current + request.session;
    const { start, stop = Number.POSITIVE_INFINITY } = request;
    return entries.filter((entry) => entry.session === session && entry.line >= start && entry.line < stop);
  }
  const pattern = globPattern(request.pattern);
  const found = entries.filter((entry) => pattern.test(entry.input));
  return lastOf(request.unique ? lastOfEach(found) : found, request.n ?? found.length);
}

function lastOf<Item>(items: readonly Item[], count: number): readonly Item[] {
  return count > 0 ? items.slice(-count) : [];
}

// Of equal inputs the latest stands for all.
function lastOfEach(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const latest = new Map<string, HistoryEntry>();
  for (const entry of entries) {
    latest.delete(entry.input);
    latest.set(entry.input, entry);
  }
  return [...latest.values()];
}

function globPattern(glob: string): RegExp {
  const source = glob.replace(
    /[$()*+.?[\\\]^{|}]/g,
    (sign) => ({ "*": ".*", "?": "." })[sign] ?? `\\${sign}`,
  );
  return new RegExp(`^${source}$`, "su");
}
