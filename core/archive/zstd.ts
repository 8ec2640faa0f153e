import { closeSync, openSync, readSync } from "node:fs";
import { Zstd } from "@hpcc-js/wasm-zstd";
import { Decompress } from "fzstd";
import { ZstdWindows } from "../stages/extract/zstd-windows.ts";
import { Breath } from "../store/breath.ts";

const LEVEL = 3;
const FRAME_BYTES = 4 * 1024 * 1024;
const READ_BYTES = 64 * 1024;
// What every decoder is to support, and twice what the frames that are written here need.
const MOST_WINDOW_BYTES = 8 * 1024 * 1024;

/**
 * Compresses a stream of bytes with Zstandard. The same bytes give the same result, however they were cut into pieces.
 *
 * The stream is cut into frames of one size, each compressed by itself: the encoder has one state for all who use it, and only
 * the call that does a whole frame leaves that alone. Frames in a row are a valid Zstandard file (RFC 8878, section 3).
 */
export async function* compressed(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zstd = await Zstd.load();
  const frame = Buffer.alloc(FRAME_BYTES);
  const breath = new Breath();
  let filled = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + FRAME_BYTES - filled);
      frame.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < FRAME_BYTES) continue;
      yield zstd.compress(frame, LEVEL);
      filled = 0;
      await breath.take();
    }
  }
  if (filled > 0) yield zstd.compress(frame.subarray(0, filled), LEVEL);
}

/**
 * Decompresses a file and hands its content, piece by piece, to `take`.
 *
 * @throws {LightnixError} `archive-too-large` when a frame wants more than 8 MiB of memory
 * @throws what the decoder throws at bytes that are no Zstandard; what `take` throws
 */
export async function decompressFile(file: string, take: (piece: Buffer) => void): Promise<void> {
  const decoder = new Decompress(({ buffer, byteOffset, length }) => {
    if (length > 0) take(Buffer.from(buffer, byteOffset, length));
  });
  const windows = new ZstdWindows(MOST_WINDOW_BYTES);
  const breath = new Breath();
  const fd = openSync(file, "r");
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) {
      windows.check(buffer.subarray(0, got));
      // The decoder keeps what it cannot use yet, so each piece is a copy of its own.
      decoder.push(Uint8Array.from(buffer.subarray(0, got)));
      await breath.take();
    }
    decoder.push(new Uint8Array(0), true);
  } finally {
    closeSync(fd);
  }
}
