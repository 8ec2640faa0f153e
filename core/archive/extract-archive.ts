import { closeSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Parser, type ReadEntry } from "tar";
import { errorCode, LightnixError } from "../errors.ts";
import type { DRef, RRef } from "../ref.ts";
import { Tally, type UnpackLimits } from "../stages/extract/limits.ts";
import { CONTEXT_FILE, RECORD_FILE } from "../store/layout.ts";
import { makeFolders } from "../store/make-folders.ts";
import { readArchiveEntry, type ArchiveEntry } from "./archive-entry.ts";
import { refusedArchive } from "./archive-error.ts";
import { MARKER_ENTRY, MARKER_TEXT } from "./entry-name.ts";
import { decompressFile } from "./zstd.ts";

const READ_WHOLE: ReadonlySet<string> = new Set([CONTEXT_FILE, RECORD_FILE]);
const MOST_READ_BYTES = 64 * 1024 ** 2;

/** What an archive holds, extracted but not yet believed. */
export interface Extracted {
  /** The archive. */
  readonly file: string;
  /** Where the configs are. */
  readonly configs: ReadonlyMap<DRef, string>;
  /** Where the code of closed derivations is. */
  readonly bundles: ReadonlyMap<DRef, string>;
  /** Where the texts of code are, by their digests. */
  readonly sources: ReadonlyMap<string, string>;
  /** The folders of the realizations. */
  readonly realizations: ReadonlyMap<RRef, string>;
}

/**
 * Extracts an archive into an empty folder. Nothing is written outside of it, whatever the archive says: every entry is a
 * file, folder or link in a place where archives have one, appears once, and lies in a folder that came before it, so that no
 * path leads through a link.
 *
 * @throws {LightnixError} `not-an-archive`, `unsafe-archive`, `archive-too-large`
 */
export async function extractArchive(
  file: string,
  folder: string,
  {
    limits = {},
    signal,
  }: { readonly limits?: UnpackLimits | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Extracted> {
  const tally = new Tally(limits, statSync(file).size);
  const extraction = new Extraction(file, folder, tally);
  const parser = new Parser({ strict: true });
  parser.on("entry", (entry: ReadEntry) => extraction.add(entry));
  parser.on("ignoredEntry", (entry: ReadEntry) => extraction.add(entry));
  parser.on("error", (error: unknown) => extraction.fail(error));
  try {
    await decompressFile(file, (piece) => {
      signal?.throwIfAborted();
      // All of it counts, also what belongs to no entry.
      tally.addBytes(piece.length);
      extraction.checkStart(piece);
      parser.write(piece);
      extraction.throwIfFailed();
    });
    parser.end();
    extraction.throwIfFailed();
  } catch (error) {
    if (error instanceof LightnixError || isOfSystem(error) || signal?.aborted === true) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw refusedArchive("not-an-archive", file, `it is damaged, or no .tar.zst file (${cause})`);
  } finally {
    extraction.close();
  }
  return extraction.result();
}

/** Whether an error is the operating system's: the file is not there, the disk is full. */
function isOfSystem(error: unknown): boolean {
  return /^E[A-Z0-9]+$/.test(errorCode(error) ?? "");
}

/** The store reads its own files whole, except for logs. */
function isReadWhole({ kind, path }: ArchiveEntry): boolean {
  const [, , , name, ...rest] = path.split("/");
  return (
    kind === "marker" ||
    kind === "config" ||
    kind === "bundle" ||
    (rest.length === 0 && READ_WHOLE.has(name ?? ""))
  );
}

/** One extraction while it goes on. */
class Extraction {
  readonly #file: string;
  readonly #folder: string;
  readonly #tally: Tally;
  readonly #configs: Map<DRef, string> = new Map();
  readonly #bundles: Map<DRef, string> = new Map();
  readonly #sources: Map<string, string> = new Map();
  readonly #realizations: Map<RRef, string> = new Map();
  readonly #seen: Set<string> = new Set();
  readonly #folders: Set<string> = new Set();
  #failure: Error | undefined;
  #open: number | undefined;

  constructor(file: string, folder: string, tally: Tally) {
    this.#file = file;
    this.#folder = folder;
    this.#tally = tally;
  }

  result(): Extracted {
    const marker = this.#seen.has(MARKER_ENTRY)
      ? readFileSync(`${this.#folder}/${MARKER_ENTRY}`, "utf8")
      : undefined;
    if (marker === undefined) throw notOurs(this.#file);
    if (marker !== MARKER_TEXT) {
      throw refusedArchive(
        "not-an-archive",
        this.#file,
        `its ${MARKER_ENTRY} does not say that it is of version 1`,
      );
    }
    return {
      file: this.#file,
      configs: this.#configs,
      bundles: this.#bundles,
      sources: this.#sources,
      realizations: this.#realizations,
    };
  }

  /** The parser would unpack what starts like a gzip file; an archive starts with its marker. */
  checkStart(piece: Buffer): void {
    if (this.#seen.size > 0) return;
    const start = piece.toString("latin1", 0, MARKER_ENTRY.length);
    if (!MARKER_ENTRY.startsWith(start)) throw notOurs(this.#file);
  }

  add(raw: ReadEntry): void {
    // The parser takes what its listeners throw for a fault of the archive, so it is kept and thrown afterwards.
    try {
      if (this.#failure === undefined) this.#add(raw);
    } catch (error) {
      this.fail(error);
    }
    if (this.#failure !== undefined) raw.resume();
  }

  fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Closes the file that was written last. Entries come one after the other. */
  close(): void {
    if (this.#open !== undefined) closeSync(this.#open);
    this.#open = undefined;
  }

  #add(raw: ReadEntry): void {
    const entry = readArchiveEntry(raw);
    if (typeof entry === "string") throw this.#unsafe(raw.path, entry);
    this.#check(raw, entry);
    const place = `${this.#folder}/${entry.path}`;
    switch (entry.kind) {
      case "marker":
      case "file":
        return this.#write(raw, place);
      case "config":
      case "bundle":
      case "source":
        this.#note(entry, place);
        makeFolders(dirname(place));
        return this.#write(raw, place);
      case "folder":
        if (entry.path.split("/").length === 3) this.#realizations.set(entry.rref, place);
        this.#folders.add(entry.path);
        makeFolders(place);
        return raw.resume();
      case "link":
        symlinkSync(entry.target, place);
        return raw.resume();
    }
  }

  #check(raw: ReadEntry, entry: ArchiveEntry): void {
    if (this.#seen.has(entry.path)) throw this.#unsafe(entry.path, "it is there twice");
    this.#seen.add(entry.path);
    this.#tally.addEntry();
    this.#tally.checkRoom(raw.size);
    if (raw.size > MOST_READ_BYTES && isReadWhole(entry))
      throw this.#unsafe(
        entry.path,
        `it has ${raw.size} bytes, where ${MOST_READ_BYTES} are more than enough`,
      );
    this.#checkParent(entry);
  }

  #note(entry: Extract<ArchiveEntry, { kind: "config" | "bundle" | "source" }>, place: string): void {
    if (entry.kind === "source") this.#sources.set(entry.digest, place);
    else (entry.kind === "config" ? this.#configs : this.#bundles).set(entry.dref, place);
  }

  #checkParent({ kind, path }: ArchiveEntry): void {
    if (kind === "marker" || kind === "config" || kind === "source" || path.split("/").length === 3) return;
    if (!this.#folders.has(dirname(path))) throw this.#unsafe(path, "no folder for it came before it");
  }

  #write(raw: ReadEntry, place: string): void {
    this.close();
    this.#open = openSync(place, "wx", ((raw.mode ?? 0) & 0o111) === 0 ? 0o644 : 0o755);
    raw.on("data", (piece) => {
      try {
        if (this.#failure === undefined && this.#open !== undefined) writeFileSync(this.#open, piece);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  #unsafe(path: string, reason: string): LightnixError {
    return refusedArchive("unsafe-archive", this.#file, `it holds ${JSON.stringify(path)}, and ${reason}`, {
      path,
    });
  }
}

function notOurs(file: string): LightnixError {
  return refusedArchive("not-an-archive", file, "it was not made by packClosure");
}
