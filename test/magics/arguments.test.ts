import { describe, expect, it } from "vitest";
import { isIdentifier } from "../../magics/identifier.ts";
import { parseArguments } from "../../magics/arguments.ts";
import type { ArgumentSpecs } from "../../magics/argument-specs.ts";

const specs: ArgumentSpecs = {
  expression: { type: "expression", summary: "what" },
  new: { type: "number", placeholder: "N", min: 1, summary: "how many" },
  by: { type: "text", placeholder: "metric", summary: "which" },
  as: { type: "text", placeholder: "name", identifier: true, summary: "where" },
  dryRun: { type: "switch", summary: "whether" },
};

describe("parseArguments()", () => {
  it("reads an expression, flags with values in both forms, and switches", () => {
    expect(parsed(' f("x --y")  --new 5 --by=test.loss --dry-run')).toEqual({
      expression: { start: 1, end: 11 },
      new: 5,
      by: "test.loss",
      dryRun: true,
    });
    expect(parsed("a")).toEqual({ expression: { start: 0, end: 1 }, dryRun: false });
  });

  it.each([
    ["", "missing-argument", "it needs an expression: what"],
    ["a --nw 5", "unknown-flag", 'there is no flag --nw. Did you mean "--new"?'],
    ["a --zzzzzz", "unknown-flag", "there is no flag --zzzzzz. (it knows --new --by --as --dry-run)"],
    ["a --new", "missing-argument", "--new needs a value: --new N"],
    ["a --new --dry-run", "missing-argument", "--new needs a value: --new N"],
    ["a --new five", "wrong-argument", '--new takes a whole number from 1 on, and "five" is none'],
    ["a --new 0", "wrong-argument", '--new takes a whole number from 1 on, and "0" is none'],
    ["a --new 1.5", "wrong-argument", '--new takes a whole number from 1 on, and "1.5" is none'],
    ["a --as 1x", "wrong-argument", '--as takes a variable name, and "1x" is none'],
    ["a --as class", "wrong-argument", '--as takes a variable name, and "class" is none'],
    ["a --dry-run=1", "wrong-argument", "--dry-run takes no value"],
    ["a --new 1 --new 2", "unexpected-argument", "--new is given twice"],
    ["a --new 1 b", "unexpected-argument", '"b" is one word too many'],
    [
      "a, b",
      "unexpected-argument",
      "it takes one expression, and a comma stands in it. Give each a line of its own",
    ],
  ])("refuses %j", (text, code, message) => {
    expect(() => parsed(text)).toThrowError(
      expect.objectContaining({ code, message: `Cannot run %test: ${message}` }),
    );
  });

  it("takes an expression with commas in brackets and strings", () => {
    for (const text of ["f(a, b)", "[a, b]", "{ a, b }", '"a, b"', "`${[a, b]}, c`"])
      expect(
        parseArguments("%test", { value: { type: "expression", summary: "" } }, text).expression?.end,
      ).toBe(text.length);
  });

  it("reads words, with quotes around blanks, and checks choices", () => {
    const root: ArgumentSpecs = { root: { type: "word", optional: true, summary: "where" } };
    expect(parseArguments("%store", root, ' "my folder/x" ').values).toEqual({ root: "my folder/x" });
    expect(parseArguments("%store", root, "").values).toEqual({});
    const mode: ArgumentSpecs = { mode: { type: "word", choices: ["strict", "off"], summary: "how" } };
    expect(() => parseArguments("%check", mode, "strikt")).toThrow(
      'Cannot run %check: mode is one of strict, off, not "strikt". Did you mean "strict"?',
    );
    expect(() => parseArguments("%check", mode, "")).toThrow("Cannot run %check: it needs a mode: how");
  });
});

describe("isIdentifier()", () => {
  it("knows what a variable may be called", () => {
    expect(["a", "_x", "$", "größe", "a1"].filter(isIdentifier)).toHaveLength(5);
    expect(["", "1a", "a-b", "class", "await", "a b"].filter(isIdentifier)).toEqual([]);
  });
});

function parsed(text: string): Record<string, unknown> {
  const { values } = parseArguments("%test", specs, text);
  return { ...values };
}

describe("a flag of several words", () => {
  const specs = {
    expression: { type: "expression", summary: "" },
    grid: { type: "words", summary: "", placeholder: "field=value" },
    plot: { type: "words", summary: "", placeholder: "x y", max: 2 },
    force: { type: "switch", summary: "" },
  } as const;

  it("takes what stands before the next flag", () => {
    const { values } = parseArguments("%x", specs, 'model --grid a=1,2 b="x y" --force --plot a b');
    expect(values).toMatchObject({ grid: ["a=1,2", "b=x y"], force: true, plot: ["a", "b"] });
    expect(parseArguments("%x", specs, "model --grid=a=1 --force").values).toMatchObject({ grid: ["a=1"] });
  });

  it("says what is missing, and which word is one too many", () => {
    expect(() => parseArguments("%x", specs, "model --grid --force")).toThrow(
      "--grid needs a value: --grid field=value",
    );
    expect(() => parseArguments("%x", specs, "model --plot a b c")).toThrow('"c" is one word too many');
    expect(() => parseArguments("%x", specs, "model --grid a --grid b")).toThrow("--grid is given twice");
  });
});
