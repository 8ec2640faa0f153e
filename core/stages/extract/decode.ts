import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import unbzip2 from "unbzip2-stream";
import xz from "xz-decompress";
import { LightnixError } from "../../errors.ts";
import type { Compression } from "./format.ts";
import { ZstdWindows } from "./zstd-windows.ts";

/** Bytes as they come. */
export type Bytes = AsyncIterable<Uint8Array>;

// What one read of compressed bytes may come to. Real files stay far below it, a bomb must not fill the memory before
// anybody has counted.
const MAX_BURST_BYTES = 256 * 1024 * 1024;
// A block of zstd may be four bytes long and stand for 128 KiB; so little goes in at a time.
const ZSTD_SLICE_BYTES = 4096;
// As much as the zstd program allows unless asked for more.
const ZSTD_WINDOW_BYTES = 128 * 1024 * 1024;

/**
 * Decompresses bytes as they are asked for. Several streams one after the other (as of pbzip2, pigz, `cat a.xz b.xz`) come out
 * as one.
 *
 * @throws {LightnixError} `damaged-archive` when they are cut short or broken
 */
export async function* decode(compression: Compression, bytes: Bytes): AsyncGenerator<Uint8Array> {
  let count = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      count += chunk.length;
      yield chunk;
    }
  }
  try {
    yield* decoders[compression](counted());
  } catch (error) {
    if (error instanceof LightnixError || isAbort(error)) throw error;
    throw new LightnixError(
      "damaged-archive",
      `Cannot decompress the ${compression} file: it is damaged or cut short (${reason(compression, error)}, ` +
        `after ${count} compressed bytes)`,
      { cause: error },
    );
  }
}

const decoders: Readonly<Record<Compression, (bytes: Bytes) => Bytes>> = {
  // What goes wrong comes out of the last stream; there is nothing left to do here.
  gz: (bytes) => pipeline(bytes, createGunzip(), () => undefined),
  bz2: decodeBzip2,
  xz: decodeXz,
  zst: decodeZstd,
};

async function* decodeBzip2(bytes: Bytes): AsyncGenerator<Uint8Array> {
  const burst = new Burst("bz2");
  let failure: Error | undefined;
  const decoder = unbzip2();
  decoder.on("data", (chunk: Uint8Array) => burst.add(chunk));
  decoder.on("error", (error: Error) => (failure ??= error));
  for await (const chunk of bytes) {
    decoder.write(Buffer.from(chunk));
    if (failure !== undefined) throw failure;
    yield* burst.take();
  }
  decoder.end();
  if (failure !== undefined) throw failure;
  yield* burst.take();
}

async function* decodeXz(bytes: Bytes): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      // The decoder takes the whole buffer of what it is given.
      else controller.enqueue(new Uint8Array(next.value));
    },
  });
  yield* new xz.XzReadableStream(source) as unknown as Bytes;
}

async function* decodeZstd(bytes: Bytes): AsyncGenerator<Uint8Array> {
  const burst = new Burst("zst");
  const windows = new ZstdWindows(ZSTD_WINDOW_BYTES);
  const decoder = new Decompress((chunk) => burst.add(chunk));
  for await (const chunk of bytes) {
    windows.check(chunk);
    for (let at = 0; at < chunk.length; at += ZSTD_SLICE_BYTES) {
      decoder.push(chunk.slice(at, at + ZSTD_SLICE_BYTES));
      yield* burst.take();
    }
  }
  decoder.push(new Uint8Array(), true);
  yield* burst.take();
}

/** What a decoder that answers at once has said since the last time one asked. */
class Burst {
  readonly #compression: Compression;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  constructor(compression: Compression) {
    this.#compression = compression;
  }

  add(chunk: Uint8Array): void {
    // Decoders give an end without bytes as well.
    if (chunk === null || chunk.length === 0) return;
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes > MAX_BURST_BYTES) {
      throw new LightnixError(
        "archive-too-large",
        `Cannot decompress the ${this.#compression} file: a few bytes of it stand for more than ${MAX_BURST_BYTES} bytes, ` +
          "as only bombs have it",
      );
    }
    this.#chunks.push(chunk);
  }

  take(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#sizeBytes = 0;
    return chunks;
  }
}

// From the header of XZ Embedded, whose numbers the package hands on.
const xzReasons: Readonly<Record<string, string>> = {
  "3": "out of memory",
  "4": "its dictionary is too large",
  "5": "it is not in the xz format",
  "6": "it uses options that the decoder does not know, such as a SHA-256 check",
  "7": "its data is corrupt",
  "8": "its end is missing",
};

function reason(compression: Compression, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (compression === "xz")
    return xzReasons[/error code (\d)/.exec(message)?.[1] ?? ""] ?? "its end is missing";
  // What the bzip2 decoder says when it finds no more bytes.
  return compression === "bz2" && error instanceof TypeError ? "its end is missing" : message;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
