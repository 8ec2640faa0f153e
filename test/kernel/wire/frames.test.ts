import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameReader, arrived, writeFrames } from "../../../kernel/wire/frames.ts";
import { HeaderWriter } from "../../../kernel/wire/header.ts";
import type { Message } from "../../../kernel/wire/message.ts";
import { createSigner } from "../../../kernel/wire/signature.ts";
import { frameBytes, messages } from "./arbitraries.ts";

const signer = createSigner("secret");
const message: Message = {
  identities: [Buffer.from("me")],
  header: new HeaderWriter("user", "s").write("kernel_info_request"),
  parentHeader: {},
  metadata: {},
  content: {},
  buffers: [],
};

test.each(["", "secret"])("a message comes back from its frames as it was (key %j)", (key) => {
  const signed = createSigner(key);
  fc.assert(
    fc.property(messages, (original) => {
      const frames = arrived(writeFrames(original, signed));
      expect(new FrameReader(signed).read(frames)).toEqual({ ok: true, message: original });
    }),
  );
});

test("frames are the bytes that the protocol says", () => {
  const header = { ...message.header, date: "2026-01-02T03:04:05.678Z" };
  const frames = arrived(writeFrames({ ...message, header, buffers: [Buffer.from([1])] }, createSigner("")));
  expect(frames.map((frame) => Buffer.from(frame).toString("latin1"))).toEqual([
    "me",
    "<IDS|MSG>",
    "",
    '{"msg_id":"s_1","msg_type":"kernel_info_request","session":"s","username":"user","date":"2026-01-02T03:04:05.678Z","version":"5.5"}',
    "{}",
    "{}",
    "{}",
    "\u0001",
  ]);
});

describe("a reader", () => {
  const read = (frames: readonly Uint8Array[]) => new FrameReader(signer).read(frames);
  const frames = arrived(writeFrames(message, signer));

  test.each([
    ["nothing at all", [], "no-delimiter"],
    ["no delimiter", frames.slice(2), "no-delimiter"],
    ["too few frames", frames.slice(0, 6), "too-few-frames"],
    ["an empty signature", frames.with(2, Buffer.alloc(0)), "unsigned"],
    ["another one's signature", frames.with(2, Buffer.from("0".repeat(64))), "wrong-signature"],
    ["another content", frames.with(6, Buffer.from('{"code":"evil"}')), "wrong-signature"],
  ])("refuses %s", (_what, given, fault) => {
    expect(read(given)).toMatchObject({ ok: false, fault });
  });

  test.each([
    ["header", 0, "bad-header"],
    ["parent header", 1, "bad-json"],
    ["metadata", 2, "bad-json"],
    ["content", 3, "bad-json"],
  ])("refuses a %s that is no JSON object, and knows the sender where it can", (_what, at, fault) => {
    const parts = frames.slice(3, 7).with(at, Buffer.from("no"));
    const given = [...frames.slice(0, 2), Buffer.from(signer.sign(parts)), ...parts];
    const decoded = read(given);
    expect(decoded).toMatchObject({ ok: false, fault });
    expect("sender" in decoded).toBe(fault !== "bad-header");
  });

  test("refuses a header that could not come back as a parent header, however deep it is nested", () => {
    const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const withDepth = (depth: number): readonly Uint8Array[] => {
      const deep = nested(depth);
      const header = Buffer.from(String(frames[3]).replace(/\}$/u, `,"deep":${deep}}`));
      const parts = frames.slice(3, 7).with(0, header);
      return [...frames.slice(0, 2), Buffer.from(signer.sign(parts)), ...parts];
    };
    expect(read(withDepth(100))).toMatchObject({ ok: true });
    // Node 26 writes JSON of any depth, earlier ones as deep as the stack is.
    const comesBack = isWritten(JSON.parse(nested(200_000)));
    expect(read(withDepth(200_000))).toMatchObject(comesBack ? { ok: true } : { fault: "bad-header" });
  });

  test("refuses a message that it has read before, but not one whose forgery it has", () => {
    const reader = new FrameReader(signer);
    expect(reader.read(frames.with(6, Buffer.from("{ }")))).toMatchObject({ fault: "wrong-signature" });
    expect(reader.read(frames)).toMatchObject({ ok: true });
    expect(reader.read(frames)).toMatchObject({ ok: false, fault: "replayed" });
  });

  test("never throws, whatever the frames", () => {
    const pieces = fc.oneof(
      frameBytes,
      fc.constantFrom(
        Buffer.from("<IDS|MSG>"),
        Buffer.from("{}"),
        Buffer.alloc(0),
        Buffer.from('{"msg_id":1}'),
      ),
      fc.constantFrom(...frames),
    );
    for (const key of ["", "secret"]) {
      const reader = new FrameReader(createSigner(key));
      fc.assert(
        fc.property(fc.array(pieces, { maxLength: 10 }), (given) => {
          expect(reader.read(given).ok).toBeTypeOf("boolean");
        }),
        { numRuns: 1000 },
      );
    }
  });
});

test("short JSON is sent as text, long JSON as bytes, which a socket need not copy", () => {
  const kind = (text: string): string => {
    const [, , , , , , content] = writeFrames({ ...message, content: { text } }, signer);
    return typeof content;
  };
  expect(kind("short")).toBe("string");
  expect(kind("x".repeat(20_000))).toBe("object");
});

test("a message that JSON has no words for cannot be written", () => {
  const content = { big: 1n };
  expect(() => writeFrames({ ...message, content }, signer)).toThrow(
    expect.objectContaining({ code: "not-json" }),
  );
});

function isWritten(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== "";
  } catch {
    return false;
  }
}
