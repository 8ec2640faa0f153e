import * as fc from "fast-check";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { StreamGatherer } from "../../../kernel/session/streams.ts";
import type { StreamName } from "../../../kernel/wire/contents/display.ts";

function textOf(from: readonly [StreamName, string][], wanted: StreamName): string {
  return from.flatMap(([name, text]) => (name === wanted ? [text] : [])).join("");
}

function gather(limits: { windowMs?: number; maxBytes?: number } = {}) {
  const sent: [StreamName, string][] = [];
  const all = { windowMs: 20, maxBytes: 1_000_000, ...limits };
  return { sent, streams: new StreamGatherer((name, text) => sent.push([name, text]), all) };
}

test("text is gathered for a window and sent as one message", async () => {
  const { sent, streams } = gather();
  for (const text of ["a", "b", "", "c"]) streams.write("stdout", text);
  expect(sent).toEqual([]);
  await delay(60);
  expect(sent).toEqual([["stdout", "abc"]]);
  streams.write("stdout", "d");
  streams.flush();
  streams.flush();
  expect(sent).toEqual([
    ["stdout", "abc"],
    ["stdout", "d"],
  ]);
});

test("the order between the streams is kept", () => {
  const { sent, streams } = gather();
  streams.write("stdout", "1");
  streams.write("stdout", "2");
  streams.write("stderr", "3");
  streams.write("stdout", "4");
  streams.flush();
  expect(sent).toEqual([
    ["stdout", "12"],
    ["stderr", "3"],
    ["stdout", "4"],
  ]);
});

test("a flood of turns between the streams makes few messages and loses nothing", () => {
  const { sent, streams } = gather();
  for (let turn = 0; turn < 10_000; turn += 1) {
    streams.write("stdout", "o");
    streams.write("stderr", "e");
  }
  streams.flush();
  expect(sent.length).toBeLessThanOrEqual(101);
  expect(sent.map(([, text]) => text).join("")).toHaveLength(20_000);
});

test("each stream says what was written to it, in order, whatever the turns", () => {
  const writes = fc.array(fc.tuple(fc.constantFrom("stdout" as const, "stderr" as const), fc.string()), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(writes, (given) => {
      const { sent, streams } = gather();
      for (const [name, text] of given) streams.write(name, text);
      streams.flush();
      for (const name of ["stdout", "stderr"] as const) expect(textOf(sent, name)).toBe(textOf(given, name));
    }),
  );
});

test("what goes over the limit is dropped, with one note that says so", () => {
  const { sent, streams } = gather({ maxBytes: 10 });
  for (let line = 0; line < 5; line += 1) streams.write("stdout", "1234567");
  streams.write("stderr", "more");
  streams.flush();
  expect(sent).toEqual([
    ["stdout", "1234567123"],
    [
      "stderr",
      expect.stringMatching(
        /^\n\[The output of this cell passed 10 bytes; the rest of it is not shown.\]\n$/,
      ),
    ],
  ]);
});

test("after the output was cleared there is room again", () => {
  const { sent, streams } = gather({ maxBytes: 3 });
  streams.write("stdout", "12345");
  streams.restart();
  streams.write("stdout", "678");
  streams.flush();
  expect(sent.at(-1)).toEqual(["stdout", "678"]);
});
