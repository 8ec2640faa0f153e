import * as fc from "fast-check";
import { expect, it } from "vitest";
import { LineIndex } from "../../../kernel/language/cursor.ts";

it("a line ends at LF, CR and CRLF, and at nothing else", () => {
  const index = new LineIndex("a\nb\rc\r\nd\u2028e");
  expect(index.lineCount).toBe(4);
  expect([0, 1, 2, 3, 4].map((line) => index.line(line))).toEqual(["a", "b", "c", "d\u2028e", ""]);
});

it("a position counts lines and UTF-16 units from 0", () => {
  const index = new LineIndex("😀x\ny");
  expect(index.positionAt(2)).toEqual({ line: 0, character: 2 });
  expect(index.positionAt(4)).toEqual({ line: 1, character: 0 });
  expect(index.offsetAt({ line: 1, character: 1 })).toBe(5);
});

it("what lies outside of the text is moved to the nearest place in it", () => {
  const index = new LineIndex("ab\ncd");
  expect(index.positionAt(-1)).toEqual({ line: 0, character: 0 });
  expect(index.positionAt(99)).toEqual({ line: 1, character: 2 });
  expect(index.offsetAt({ line: 9, character: 0 })).toBe(5);
  expect(index.offsetAt({ line: -1, character: 3 })).toBe(0);
  expect(index.offsetAt({ line: 0, character: 99 })).toBe(3);
});

it("an offset survives the way to a position and back", () => {
  const anyText = fc.string({ unit: fc.constantFrom("a", "\n", "\r", "\r\n", "😀", "é") });
  fc.assert(
    fc.property(anyText, fc.nat(60), (code, at) => {
      const index = new LineIndex(code);
      const offset = Math.min(at, code.length);
      expect(index.offsetAt(index.positionAt(offset))).toBe(offset);
    }),
  );
});
