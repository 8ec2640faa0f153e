import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contextEntries, contextText, emptyContext, makeContext, parseContext } from "../../core/context.ts";
import { makeDRef, makeRRef, type DRef, type RRef } from "../../core/ref.ts";
import { arbitraryContext } from "../support/arbitraries.ts";

const [a, b] = ["a", "b"].map((name) => makeDRef({ hash: "0123456789abcdef0123456789abcdef", name })) as [
  DRef,
  DRef,
];
const [a1, a2, b1] = [makeRRef("1".repeat(32), a), makeRRef("2".repeat(32), a), makeRRef("1".repeat(32), b)];

describe("makeContext()", () => {
  test("sorts, and drops repetitions", () => {
    const context = makeContext([
      [b, [b1]],
      [a, [a2, a1, a2]],
    ]);
    expect(contextEntries(context)).toEqual([
      [a, [a1, a2]],
      [b, [b1]],
    ]);
    expect(context[a]).toEqual([a1, a2]);
  });

  test("makes what nobody can change", () => {
    const context = makeContext([[a, [a1]]]);
    expect(Object.isFrozen(context) && Object.isFrozen(context[a])).toBe(true);
  });

  test.each<[what: string, entries: [DRef, RRef[]][], message: string]>([
    ["a derivation without a realization", [[a, []]], "it names no realization of"],
    ["a realization of another derivation", [[a, [b1]]], `"${b1}" is not a realization of ${a}`],
    ["a derivation that is named twice", [[a, [a1]], [a, [a2]]], `it names ${a} twice`], // prettier-ignore
    ["what is no derivation", [["x" as DRef, [a1]]], '"x" is not a derivation'],
    ["what is no realization", [[a, ["x" as RRef]]], '"x" is not a realization of'],
  ])("refuses %s", (_, entries, message) => {
    expect(() => makeContext(entries)).toThrow(`Cannot read a context: ${message}`);
    expect(() => makeContext(entries)).toThrow(expect.objectContaining({ code: "invalid-context" }));
  });
});

describe("the text of a context", () => {
  test("is what it always was", () => {
    const context = makeContext([[b, [b1]], [a, [a2, a1]]]); // prettier-ignore
    expect(contextText(context)).toBe(`{"${a}":["${a1}","${a2}"],"${b}":["${b1}"]}`);
    expect(contextText(emptyContext)).toBe("{}");
  });

  test("can be read back", () => {
    fc.assert(
      fc.property(arbitraryContext, (context) => {
        expect(parseContext(contextText(context))).toEqual(context);
      }),
    );
  });

  test.each(["", "[]", "null", "1", '{"x":[]}', `{"${a}":"${a1}"}`, `{"${a}":[1]}`])("is not %j", (text) => {
    expect(() => parseContext(text)).toThrow(expect.objectContaining({ code: "invalid-context" }));
  });
});
