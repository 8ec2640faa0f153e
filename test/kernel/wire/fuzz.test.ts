import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader, arrived, writeFrames } from "../../../kernel/wire/frames.ts";
import { HeaderWriter } from "../../../kernel/wire/header.ts";
import { SeenSignatures } from "../../../kernel/wire/replay.ts";
import { writeJson } from "../../../kernel/wire/json.ts";
import { createSigner } from "../../../kernel/wire/signature.ts";
import { Dice, mutateBytes } from "../../support/mutate.ts";
import { messages } from "./arbitraries.ts";

// Both kinds of reader together: a million inputs.
const UNSIGNED = 700_000;
const SIGNED = 300_000;
const SEED = 20_26;

const pieces = [
  "<IDS|MSG>", "{}", "[]", "null", "{", "}", '"', "\\ud800", "\\u0000", ",", ":", "1e999", "-0", "[[[[[[[[",
  '{"__proto__":{"polluted":1}}', '{"msg_id":1}', '"msg_type":', '"toString":1', "\u0000", "\ufeff", "true",
  '{"a":{"a":{"a":', "0".repeat(64),
].map((text) => Buffer.from(text)); // prettier-ignore
const bytes = [
  ...pieces,
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xc3]),
  Buffer.alloc(0),
];

/** Frames after one to three changes, of the frames or of what is in them. */
function mutateFrames(frames: readonly Uint8Array[], dice: Dice): Uint8Array[] {
  const result = [...frames];
  for (let times = 1 + dice.below(3); times > 0; times -= 1) {
    const at = dice.below(result.length + 1);
    const frame = result[at] ?? Buffer.alloc(0);
    switch (dice.below(8)) {
      case 0:
        result.splice(at, 1);
        break;
      case 1:
        result.splice(at, 0, frame);
        break;
      case 2:
        result.splice(at, 0, dice.pick(bytes));
        break;
      case 3:
        result.splice(dice.below(result.length + 1), 0, ...result.splice(at, 1));
        break;
      default:
        if (at < result.length) result[at] = mutateBytes(frame, bytes, dice);
    }
  }
  return result;
}

/** Messages of all kinds as frames; short ones, as a long one is mostly what is between its changes. */
function corpus(key: string): Uint8Array[][] {
  const headers = new HeaderWriter("fuzz", "s");
  const usual = [
    ["execute_request", { code: "1 + 1", silent: false, user_expressions: { a: "b" } }],
    ["complete_request", { code: "Math.é𝒜", cursor_pos: 6 }],
    ["history_request", { hist_access_type: "search", pattern: "*", n: -1 }],
    ["comm_msg", { comm_id: "c", data: { deep: [[{}]] } }],
    ["kernel_info_request", {}],
  ] as const;
  const written = usual.map(([type, content]) => ({
    identities: [Buffer.from("me")],
    header: { ...headers.write(type), date: "2026-01-02T03:04:05.678Z" },
    parentHeader: {},
    metadata: {},
    content,
    buffers: type === "comm_msg" ? [Buffer.from([0, 255])] : [],
  }));
  const sampled = fc.sample(messages, { numRuns: 300, seed: SEED });
  return [...written, ...sampled]
    .map((message) => [...arrived(writeFrames(message, createSigner(key)))])
    .filter((frames) => Buffer.concat(frames).length < 700);
}

test("whatever the frames, a reader without a key throws nothing, and what it takes for a message is one", () => {
  const dice = new Dice(SEED);
  const samples = corpus("");
  const signer = createSigner("");
  const reader = new FrameReader(signer);
  let accepted = 0;
  for (let round = 0; round < UNSIGNED; round += 1) {
    const decoded = reader.read(mutateFrames(dice.pick(samples), dice));
    if (!decoded.ok) {
      if (typeof decoded.detail !== "string") throw new Error(`no detail in round ${round}`);
      continue;
    }
    accepted += 1;
    const { header, content, metadata, parentHeader } = decoded.message;
    const texts = [
      header.msg_id,
      header.msg_type,
      header.session,
      header.username,
      header.date,
      header.version,
    ];
    if (!texts.every((text) => typeof text === "string")) throw new Error(`no header in round ${round}`);
    for (const part of [content, metadata, parentHeader]) {
      if (typeof part !== "object" || part === null || Array.isArray(part))
        throw new Error(`no object in round ${round}`);
    }
    // Now and then the long way: what was understood can be written, and is understood the same.
    if (accepted % 50 !== 0) continue;
    const again = new FrameReader(signer).read(arrived(writeFrames(decoded.message, signer)));
    // As JSON: a number that is too large for JavaScript, and half a surrogate pair, are written as something else.
    const expected = writeJson(JSON.parse(writeJson(decoded.message)));
    if (!again.ok || writeJson(again.message) !== expected)
      throw new Error(`another message comes back in round ${round}: ${expected}`);
  }
  expect(accepted).toBeGreaterThan(UNSIGNED / 100);
  expect(accepted).toBeLessThan(UNSIGNED);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("whatever the frames, a reader with a key takes only what was signed with it, byte for byte", () => {
  const dice = new Dice(SEED + 1);
  const samples = corpus("secret");
  const signed = new Set(samples.map((frames) => signedText(frames)));
  const signer = createSigner("secret");
  let accepted = 0;
  for (let round = 0; round < SIGNED; round += 1) {
    const frames = mutateFrames(dice.pick(samples), dice);
    // Each gets a memory of its own, so that what is sent once more is not dropped for that alone.
    if (!new FrameReader(signer, new SeenSignatures(1)).read(frames).ok) continue;
    accepted += 1;
    if (!signed.has(signedText(frames))) throw new Error(`a forgery was taken in round ${round}`);
  }
  // Changes to identities and buffers are not covered by the signature.
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(SIGNED / 2);
});

function signedText(frames: readonly Uint8Array[]): string {
  const at = frames.findIndex((frame) => Buffer.from(frame).toString("latin1") === "<IDS|MSG>");
  return Buffer.concat(frames.slice(at + 1, at + 6)).toString("latin1");
}
