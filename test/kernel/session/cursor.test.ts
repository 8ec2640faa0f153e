import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toCodePoints, toUtf16, utf16Cursor, wireCursor } from "../../../kernel/session/cursor.ts";

test("an astral character counts as one on the wire and as two inside", () => {
  const text = "a𝒜b";
  expect([0, 1, 2, 3].map((position) => toUtf16(text, wireCursor(text, position)))).toEqual([0, 1, 3, 4]);
  expect([0, 1, 3, 4].map((index) => toCodePoints(text, utf16Cursor(text, index)))).toEqual([0, 1, 2, 3]);
});

test("an index inside a surrogate pair counts as before the pair", () => {
  expect(toCodePoints("𝒜b", utf16Cursor("𝒜b", 1))).toBe(0);
});

test("positions outside of the text are moved to its ends", () => {
  for (const far of [99, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(toUtf16("𝒜", wireCursor("𝒜", far))).toBe(2);
    expect(toCodePoints("𝒜", utf16Cursor("𝒜", far))).toBe(1);
  }
  expect(toUtf16("𝒜", wireCursor("𝒜", -1))).toBe(0);
  expect(toCodePoints("", utf16Cursor("", 3))).toBe(0);
});

test("every position on the wire comes back from UTF-16", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "𝒜", "é", "\ud800", "\udc00", "\n") });
  fc.assert(
    fc.property(texts, (text) => {
      for (let position = 0; position <= Array.from(text).length; position += 1) {
        const index = toUtf16(text, wireCursor(text, position));
        expect(toCodePoints(text, index)).toBe(position);
        expect(Array.from(text.slice(0, index)).length).toBe(position);
      }
    }),
  );
});
