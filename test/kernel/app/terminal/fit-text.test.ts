import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsOf, fitLine, padEnd, plainText } from "../../../../kernel/app/terminal/fit-text.ts";
import { painter, wantsColours } from "../../../../kernel/app/terminal/paint.ts";

const plain = painter(false);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("手書き", "👩‍👩‍👧", "\x1b[31mred\r"),
);

describe("a line of a terminal", () => {
  it("is never wider than it may be, whatever is in it, and moves no cursor", () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 5 }),
        fc.nat(30),
        fc.boolean(),
        (texts, columns, hasColours) => {
          const parts = texts.map((one) => ({ text: one, style: "good" as const }));
          const line = stripVTControlCharacters(fitLine(parts, columns, painter(hasColours)));
          expect(columnsOf(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
        },
      ),
    );
  });

  it("is what it was where there is room, and else ends in an ellipsis", () => {
    expect(fitLine([{ text: "ab" }, { text: "cd" }], 4, plain)).toBe("abcd");
    expect(fitLine([{ text: "ab" }, { text: "cde" }], 4, plain)).toBe("abc…");
    expect(fitLine([{ text: "手書き" }], 5, plain)).toBe("手書…");
    expect(fitLine([{ text: "手書き" }], 4, plain)).toBe("手…");
  });

  it("shows what stands in it last when a program went back to its beginning", () => {
    expect(plainText("10 %\r20 %\r30 %\r")).toBe("30 %");
    expect(plainText("a\tb\x07")).toBe("a  b");
  });

  it("is padded by columns and not by characters", () => {
    expect(padEnd("手", 4)).toBe("手  ");
    expect(padEnd("long", 2)).toBe("long");
  });
});

describe("colours", () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { TERM: "dumb" }, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [false, { FORCE_COLOR: "1" }, true],
    [false, { FORCE_COLOR: "3", NO_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { FORCE_COLOR: "false" }, false],
  ])("on a terminal: %s, with %j: %s", (isTTY, env, wanted) => {
    expect(wantsColours({ isTTY }, env)).toBe(wanted);
  });
});
