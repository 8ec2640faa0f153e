import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readJsonObject, writeJson } from "../../../kernel/wire/json.ts";

test("writeJson() replaces lone surrogates, which no client could pass on, and keeps pairs", () => {
  expect(writeJson({ a: "\ud800", b: "\ud800\udc00", c: "\udc00\ud800" })).toBe(
    String.raw`{"a":"\ufffd","b":"𐀀","c":"\ufffd\ufffd"}`,
  );
});

test("writeJson() leaves alone what only looks like a surrogate", () => {
  const text = String.raw`\ud800 \\ud800 \\\ud800`;
  expect(JSON.parse(writeJson({ text }))).toEqual({ text });
});

test("writeJson() writes what JSON.parse reads as the well-formed string", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("\\", "\ud800", "\udfff", "u", "ud800", '"', "a") }),
      (text) => {
        expect(JSON.parse(writeJson([text]))).toEqual([Buffer.from(text).toString()]);
      },
    ),
  );
});

test("writeJson() refuses what JSON has no words for", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  for (const value of [{ a: 1n }, cycle, undefined]) {
    expect(() => writeJson(value)).toThrow(expect.objectContaining({ code: "not-json" }));
  }
});

test("readJsonObject() takes objects and nothing else", () => {
  expect(readJsonObject(Buffer.from('{"a":1}'))).toEqual({ a: 1 });
  for (const text of ["", "[]", "null", "1", '"a"', "{", "\u0000"]) {
    expect(readJsonObject(Buffer.from(text))).toBeUndefined();
  }
});
