import { Zstd } from "@hpcc-js/wasm-zstd";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZstdWindows } from "../../../core/stages/extract/zstd-windows.ts";

const zstd = await Zstd.load();
const MiB = 1024 ** 2;

/** What is looked at is cut where the numbers say. */
function check(file: Uint8Array, mostBytes: number, cuts: readonly number[] = []): void {
  const windows = new ZstdWindows(mostBytes);
  let at = 0;
  for (const cut of [...cuts, file.length]) {
    windows.check(file.subarray(at, at + cut));
    at += cut;
  }
}

function skippable(content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a53, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.integer({ min: 0, max: 3 * MiB }).map((length) => new Uint8Array(length)),
);
const parts = fc.oneof(
  contents.map((content) => zstd.compress(content, 3)),
  fc.uint8Array({ maxLength: 50 }).map(skippable),
);

describe("ZstdWindows", () => {
  it("lets files of the encoder pass, whatever frames they have and however they are cut", () => {
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 4 }), fc.array(fc.nat(300)), (frames, cuts) => {
        expect(() => check(Buffer.concat(frames), 4 * MiB, cuts)).not.toThrow();
      }),
    );
  });

  it("finds the frame with too large a window wherever it stands, and however the file is cut", () => {
    const large = zstd.compress(new Uint8Array(2 * MiB), 3);
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 4 }), fc.array(fc.nat(300)), (frames, cuts) => {
        expect(() => check(Buffer.concat([...frames, large]), 2 * MiB - 1, cuts)).toThrow(
          expect.objectContaining({ code: "archive-too-large" }),
        );
      }),
    );
  });

  it.each([
    [0, 1024],
    [8 << 3, 256 * 1024],
    [(20 << 3) + 4, 1.5 * 1024 ** 3],
    [255, 1.875 * 2 ** 41],
  ])("reads the window descriptor %i as %i bytes", (descriptor, bytes) => {
    const header = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, descriptor]);
    expect(() => check(header, bytes)).not.toThrow();
    expect(() => check(header, bytes - 1)).toThrow(`it asks for ${bytes} bytes of memory`);
  });

  it("leaves what is no Zstandard file to the decoder", () => {
    expect(() => check(Buffer.from("no such file at all, and long enough"), 1)).not.toThrow();
  });
});
