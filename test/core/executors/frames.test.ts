import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FrameReader,
  messageFrame,
  textFrame,
  type Frame,
} from "../../../core/executors/processes/frames.ts";

const message = fc.record({ type: fc.string(), value: fc.jsonValue() });
const frame: fc.Arbitrary<Frame<unknown>> = fc.oneof(
  message.map((one) => ({ kind: "message", message: one }) as const),
  fc.record({
    kind: fc.constant("text" as const),
    stream: fc.constantFrom("stdout" as const, "stderr" as const, "log" as const),
    text: fc.string({ unit: "grapheme", minLength: 1 }),
  }),
);

function bytesOf(frames: readonly Frame<unknown>[]): Buffer {
  return Buffer.concat(
    frames.map((one) => (one.kind === "text" ? textFrame(one.stream, one.text) : messageFrame(one.message))),
  );
}

/** The bytes cut at some places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((place, at) => bytes.subarray(places[at - 1] ?? 0, place));
}

function joined(frames: readonly Frame<unknown>[]): Frame<unknown>[] {
  const result: Frame<unknown>[] = [];
  for (const one of frames) {
    const last = result.at(-1);
    if (one.kind === "text" && last?.kind === "text" && last.stream === one.stream)
      result[result.length - 1] = { ...one, text: last.text + one.text };
    else result.push(one);
  }
  return result;
}

describe("frames", () => {
  it("come out as they went in, however their bytes are cut; texts that follow each other as one", () => {
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.nat()), (frames, cuts) => {
        const reader = new FrameReader<unknown>();
        const read = pieces(bytesOf(frames), cuts).flatMap((piece) => reader.read(piece));
        expect(joined(read)).toEqual(joined(frames));
      }),
    );
  });

  it("are of this form: length, kind, body", () => {
    expect(textFrame("stderr", "\u00e9").toString("hex")).toBe("0200000002c3a9");
    expect(messageFrame(undefined).subarray(0, 5).toString("hex")).toBe("0300000000");
  });
});
