import { on, once } from "node:events";
import { Parser, type ReadEntry } from "tar";
import { LightnixError } from "../../errors.ts";
import type { Bytes } from "./decode.ts";
import { damaged, unsafe, type ArchiveEntry } from "./entry.ts";

/**
 * The entries of a tar, one at a time: the next one comes when the content of the last one has been read, or is not wanted.
 *
 * @throws {LightnixError} `damaged-archive`, `unsafe-archive` for devices, pipes and what else is no file, folder or link
 */
export async function* tarEntries(bytes: Bytes): AsyncGenerator<ArchiveEntry> {
  const parser = new Parser({ strict: true });
  const stop = new AbortController();
  const { signal } = stop;
  // Asked for before the first byte goes in, so that no event is missed.
  const entries = on(parser, "entry", { close: ["end"], signal });
  let current: ReadEntry | undefined;
  // The iterator above takes the first error only, and one that nobody listens to is thrown.
  parser.on("error", () => undefined);
  parser.on("ignoredEntry", ({ path, type }: ReadEntry) =>
    parser.emit("error", unsafe(path, `it is of the type ${type}, which is no file, folder or link`)),
  );
  const pumping = pump(bytes, parser, signal).catch((error: unknown) => {
    if (signal.aborted) return;
    parser.emit("error", error);
    // Whoever is reading an entry waits for bytes that will not come.
    current?.destroy(error);
  });
  try {
    for await (const [entry] of entries as AsyncIterable<[ReadEntry]>) {
      current = entry;
      entry.on("error", () => undefined);
      yield archiveEntry(entry);
      entry.resume();
    }
  } catch (error) {
    throw error instanceof LightnixError || isAbort(error) ? error : damaged("tar", error);
  } finally {
    stop.abort();
    await pumping;
  }
}

async function pump(bytes: Bytes, parser: Parser, signal: AbortSignal): Promise<void> {
  for await (const chunk of bytes) {
    if (signal.aborted) return;
    // It reads Buffers only, although its type says otherwise.
    const { buffer, byteOffset, byteLength } = chunk;
    if (!parser.write(Buffer.from(buffer, byteOffset, byteLength))) await once(parser, "drain", { signal });
  }
  parser.end();
}

function archiveEntry(entry: ReadEntry): ArchiveEntry {
  const { path, type, linkpath: target = "" } = entry;
  const kind = kinds[type];
  // A slash at the end is how the oldest tars tell a folder.
  if (kind === "folder" || (kind === "file" && path.endsWith("/"))) return { kind: "folder", path };
  if (kind === "file") return { kind, path, executable: ((entry.mode ?? 0) & 0o111) !== 0, content: entry };
  if (kind !== undefined) return { kind, path, target };
  throw unsafe(path, `it is of the type ${type}, which is no file, folder or link`);
}

// Neither devices nor pipes are among them.
const kinds: Readonly<Partial<Record<ReadEntry["type"], ArchiveEntry["kind"]>>> = {
  File: "file",
  OldFile: "file",
  ContiguousFile: "file",
  Directory: "folder",
  GNUDumpDir: "folder",
  SymbolicLink: "link",
  Link: "same",
};

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
