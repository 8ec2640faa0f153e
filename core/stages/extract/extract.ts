import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { LightnixError } from "../../errors.ts";
import { decode, type Bytes } from "./decode.ts";
import type { ArchiveEntry } from "./entry.ts";
import {
  compressionOf,
  formatParts,
  isTarHead,
  isZipHead,
  TAR_HEAD_BYTES,
  type ArchiveFormat,
  type Compression,
} from "./format.ts";
import { Tally, type UnpackLimits } from "./limits.ts";
import { tarEntries } from "./tar.ts";
import { TreeWriter } from "./tree-writer.ts";
import { zipEntries } from "./zip.ts";

/** What to unpack, and where to. */
export interface ExtractRequest {
  /** The archive's path. */
  readonly archive: string;
  /** What the archive is called, where its path does not say it. */
  readonly name?: string | undefined;
  /** An empty folder. */
  readonly out: string;
  /** Whether that is a realization itself, where some names are the store's. */
  readonly isTop: boolean;
  /** Told by the content unless given. */
  readonly format?: ArchiveFormat | undefined;
  readonly limits?: UnpackLimits | undefined;
  readonly signal: AbortSignal;
  /** Told how many bytes of the archive have been read, and how many there are. */
  readonly onProgress?: (readBytes: number, totalBytes: number) => void;
}

const CHUNK_BYTES = 64 * 1024;

/**
 * Unpacks an archive or a compressed file into a folder. It goes through it as a stream; when it fails, nothing is left of it.
 *
 * @throws {LightnixError} `unknown-format`, `damaged-archive`, `unsafe-archive`, `archive-too-large`; the signal's reason
 */
export async function extract(request: ExtractRequest): Promise<void> {
  const { archive, out, isTop, limits = {}, signal } = request;
  const { size } = await stat(archive);
  const writer = new TreeWriter({ out, isTop, tally: new Tally(limits, size), signal });
  try {
    for await (const entry of await entriesOf(request, size)) await writer.add(entry);
    await writer.finish();
  } catch (error) {
    await writer.undo();
    signal.throwIfAborted();
    throw error;
  }
}

async function entriesOf(request: ExtractRequest, size: number): Promise<AsyncIterable<ArchiveEntry>> {
  const { archive, format } = request;
  const raw = await peek(fileBytes(request, size));
  if (format === "zip" || (format === undefined && isZipHead(raw.head))) {
    await raw.close();
    return zipEntries(archive);
  }
  const parts = format === undefined ? undefined : formatParts(format);
  const compression = parts === undefined ? compressionOf(raw.head) : parts.compression;
  const plain = compression === undefined ? raw : await peek(decode(compression, raw.bytes));
  if (parts?.isTar ?? isTarHead(plain.head)) return tarEntries(plain.bytes);
  if (compression !== undefined) return onlyFile(request, compression, plain.bytes);
  await raw.close();
  throw new LightnixError(
    "unknown-format",
    `Cannot unpack "${nameOf(request)}": its content is neither a tar nor a zip nor compressed by gzip, bzip2, xz or zstd`,
    { data: { archive } },
  );
}

async function* fileBytes(
  { archive, signal, onProgress }: ExtractRequest,
  size: number,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of createReadStream(archive, { highWaterMark: CHUNK_BYTES, signal }) as Bytes) {
    read += chunk.length;
    onProgress?.(read, size);
    yield chunk;
  }
}

interface Peeked {
  /** The beginning, or all where that is less. */
  readonly head: Uint8Array;
  /** Everything, the beginning included. */
  readonly bytes: Bytes;
  /** For who does not read the bytes. */
  close(): Promise<unknown>;
}

async function peek(source: AsyncGenerator<Uint8Array>): Promise<Peeked> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < TAR_HEAD_BYTES) {
    const next = await source.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      yield* source;
    } finally {
      // Whoever stops at the beginning has not come to the source.
      await source.return(undefined);
    }
  }
  return { head: Buffer.concat(chunks), bytes: whole(), close: () => source.return(undefined) };
}

async function* onlyFile(
  request: ExtractRequest,
  compression: Compression,
  content: Bytes,
): AsyncGenerator<ArchiveEntry> {
  const name = nameOf(request);
  const suffix = new RegExp(`\\.${compression}$`, "i");
  yield { kind: "file", path: name.replace(suffix, "") || name, executable: false, content };
}

function nameOf({ archive, name }: ExtractRequest): string {
  return name ?? basename(archive);
}
