import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../core/parse-json.ts";

describe("parseJson()", () => {
  it("reads NaN and infinite numbers as Python's json writes them", () => {
    expect(parseJson('{"loss": NaN, "curve": [1, Infinity, -Infinity], "x": {"y":NaN}}')).toEqual({
      loss: Number.NaN,
      curve: [1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      x: { y: Number.NaN },
    });
    expect(parseJson("NaN")).toBeNaN();
    expect(parseJson(" -Infinity\n")).toBe(Number.NEGATIVE_INFINITY);
  });

  it("leaves texts and names alone that hold the same words", () => {
    const text =
      '{"NaN": "NaN", "Infinity": "it is \\"NaN\\", Infinity", "a": NaN, "b": "NaN~", "c": "\\u004eaN"}';
    expect(parseJson(text)).toEqual({
      NaN: "NaN",
      Infinity: 'it is "NaN", Infinity',
      a: Number.NaN,
      b: "NaN~",
      c: "NaN",
    });
  });

  it("reads all other JSON as JSON.parse does, also with such a word beside it", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
        expect(parseJson(`[${text}, NaN]`)).toEqual([JSON.parse(text), Number.NaN]);
      }),
    );
  });

  it.each([
    "{",
    '{"loss": nan}',
    '{"loss": -NaN}',
    "NaNs",
    "[1NaN]",
    "{NaN: 1}",
    "--Infinity",
    '{"a": NaN, }',
  ])("refuses %s, which is no JSON otherwise either", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it("reads such a word beside a text of many megabytes", () => {
    const text = "x".repeat(40_000_000);
    expect(parseJson(`{"loss": NaN, "picture": "${text}"}`)).toEqual({ loss: Number.NaN, picture: text });
  });

  it("names the place of what is wrong in the text that there is", () => {
    const text = '{"a": NaN, "b": -Infinity, "c": ?}';
    const plain = text.replace("NaN", "111").replace("-Infinity", "-11111111");
    const message = (read: () => unknown): string => {
      try {
        read();
        return "";
      } catch (error) {
        return String(error);
      }
    };
    expect(message(() => parseJson(text))).toBe(message(() => JSON.parse(plain)));
  });
});
