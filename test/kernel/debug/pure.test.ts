import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHitCondition, splitLogMessage } from "../../../kernel/debug/condition.ts";
import { murmur2 } from "../../../kernel/debug/murmur2.ts";
import { choosePlace } from "../../../kernel/debug/places.ts";
import type { Place } from "../../../kernel/debug/places.ts";
import { statementLines } from "../../../kernel/debug/statement-lines.ts";
import { typedName, valueText } from "../../../kernel/debug/values.ts";

describe("murmur2()", () => {
  // As ipykernel's murmur2_x86 has them.
  it.each([
    ["", 0xc70f6907, 3990065800],
    ["a", 0xc70f6907, 2167009006],
    ["print(1)", 0xc70f6907, 3773950048],
    ["const ä = '🙂';", 0xc70f6907, 372415977],
  ])("of %j is what other implementations find", (text, seed, hash) => {
    expect(murmur2(text, seed)).toBe(hash);
  });
});

describe("splitLogMessage()", () => {
  it("tells texts from expressions, braces inside of these included", () => {
    expect(splitLogMessage("a {b} c {({ d: 1 }).d}")).toEqual(["a ", "b", " c ", "({ d: 1 }).d", ""]);
    expect(splitLogMessage("no {end")).toEqual(["no {end"]);
  });

  it("loses nothing of any message", () => {
    fc.assert(
      fc.property(fc.string(), (message) => {
        const parts = splitLogMessage(message);
        expect(parts.map((part, index) => (index % 2 === 0 ? part : `{${part}}`)).join("")).toBe(message);
        expect(parts.length % 2).toBe(1);
      }),
    );
  });
});

describe("readHitCondition()", () => {
  it.each([
    ["5", "=", 5],
    ["== 5", "=", 5],
    [">= 10", ">=", 10],
    ["<3", "<", 3],
    ["% 2", "%", 2],
  ])("reads %j", (text, compare, count) => {
    expect(readHitCondition(text)).toEqual({ compare, count });
  });

  it.each(["", "x", "% 0", "-1", "1 2"])("refuses %j", (text) => {
    expect(() => readHitCondition(text)).toThrow(`Cannot count visits by "${text}"`);
  });
});

describe("choosePlace()", () => {
  const place = (line: number, column: number, isReturn = false): Place => ({
    typed: { line, column },
    location: { scriptId: "1", lineNumber: line - 1, columnNumber: column - 1 },
    isReturn,
  });
  const places = [place(2, 9), place(2, 3), place(5, 1, true), place(5, 4)];

  it("takes the first place of the line, else of the next line that has one", () => {
    expect(choosePlace(places, { line: 2 }, false)?.typed).toEqual({ line: 2, column: 3 });
    expect(choosePlace(places, { line: 3 }, false)?.typed).toEqual({ line: 5, column: 4 });
    expect(choosePlace(places, { line: 3 }, true)).toBeUndefined();
    expect(choosePlace(places, { line: 6 }, false)).toBeUndefined();
  });

  it("takes a column into account, but rather stays on its line", () => {
    expect(choosePlace(places, { line: 2, column: 4 }, false)?.typed).toEqual({ line: 2, column: 9 });
    expect(choosePlace(places, { line: 2, column: 40 }, false)?.typed).toEqual({ line: 2, column: 3 });
  });
});

describe("statementLines()", () => {
  it("leaves out types, imports and what continues a statement", () => {
    const text = 'import "x";\ntype A = 1;\nconst a = [\n  1,\n];\nfor (const b of a) {\n  b;\n}';
    expect(statementLines(text)).toEqual([3, 6, 7]);
    expect(statementLines("const = ")).toEqual([]);
  });
});

describe("valueText()", () => {
  it("writes values in a line", () => {
    expect(valueText({ type: "string", value: 'a"b' })).toBe('"a\\"b"');
    expect(valueText({ type: "object", subtype: "null", value: null })).toBe("null");
    expect(valueText({ type: "bigint", description: "5n" })).toBe("5n");
    expect(valueText({ type: "number", description: "-0" })).toBe("-0");
    expect(valueText({ type: "object", subtype: "error", description: "Error: x\n    at y" })).toBe(
      "Error: x",
    );
    expect(valueText({ type: "function", description: "(x        , y         ) => x" })).toBe("(x, y) => x");
    expect(valueText({ type: "string", value: "x".repeat(1000) })).toHaveLength(201);
  });
});

describe("typedName()", () => {
  it("takes away what bindings are told apart by", () => {
    expect(["plain", "fetch\u02B9", "added\u02B93\u02B9", "again\u02B9\u02B9"].map(typedName)).toEqual([
      "plain",
      "fetch",
      "added",
      "again",
    ]);
  });
});
