import { Script } from "node:vm";
import fc from "fast-check";
import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { loneExpression } from "../../../core/typescript/lone-expression.ts";

describe("a text that is one expression by its characters", () => {
  it.each([
    "1 + 1",
    "model.loss",
    "  losses.at(-1) ",
    "mean(losses) / 2",
    "table[3]?.name ?? 0",
    'results["run 1"]',
    "console.log('two words', (1 + 2) % 3)",
    "f(...xs)",
    "a, b",
    "x",
  ])("is found: %s", (text) => {
    expect(loneExpression(text)).toBe(text.trimEnd());
  });

  it("is given without the semicolon behind it", () => {
    expect(loneExpression("console.log(x) ; ")).toBe("console.log(x)");
  });

  it.each([
    ["is none", "let x"],
    ["assigns", "x = 1"],
    ["assigns", "x++"],
    ["awaits", "await(x)"],
    ["imports", 'import("x")'],
    ["imports", "import.meta"],
    ["closes a parenthesis that it has not opened", "a) + (b"],
    ["closes one, as a string has it", 'a ")" ) + ( "("'],
    ["has a regular expression", "/[(]/) + (/[)]/"],
    ["has a regular expression", "f(/a/)"],
    ["has a regular expression", "typeof/[(]/) + (/)/"],
    ["has a comment", "a // b"],
    ["has a comment", "a /* ( */ ) + ( /* ) */ b"],
    ["has two lines", "a\nb"],
    ["has a type", "x as number"],
    ["has a type", "f<number>(x)"],
    ["has a template", "`a`"],
    ["has a body", "() => 1"],
    ["is an object", "{ a: 1 }"],
    ["is two statements", "a; b"],
    ["is empty", " ; "],
  ])("is not taken for one when it %s: %s", (_, text) => {
    expect(loneExpression(text)).toBeUndefined();
  });

  const words = "a b as in of await let typeof new var this type declare 1 0.5 08 async".split(" ");
  const signs = "( ) [ ] . , ; + - * / % & | ^ ~ ? ?. ?? ... \" ' \\ # ! = > < : { } $".split(" ");
  const spaces = ["", "", " ", "  ", "\t", "\n"];
  const token = fc.oneof(fc.constantFrom(...words), fc.constantFrom(...signs), fc.constantFrom('"("', "')'"));
  const text = fc
    .array(fc.tuple(token, fc.constantFrom(...spaces)), { minLength: 1, maxLength: 12 })
    .map((parts) => parts.flat().join(""));

  it("is what it is also in parentheses, for V8 and for TypeScript", () => {
    let taken = 0;
    fc.assert(
      fc.property(text, (one) => {
        const expression = loneExpression(one);
        if (expression === undefined) return;
        if (isTakenByV8(`"use strict";(${expression})`)) {
          taken += 1;
          expect(statementsOf(one)).toEqual(["ExpressionStatement"]);
        }
        // And what it is to TypeScript is no declaration, whatever V8 says.
        expect(statementsOf(one) ?? []).not.toContainEqual(expect.stringMatching(/Declaration|^TS/));
      }),
      { numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

function isTakenByV8(script: string): boolean {
  try {
    return new Script(script) instanceof Script;
  } catch {
    return false;
  }
}

/** The kinds of a text's statements; nothing for what is no TypeScript. */
function statementsOf(text: string): string[] | undefined {
  const { program, errors } = parseSync("text.ts", text, { sourceType: "module", lang: "ts" });
  if (errors.length > 0) return undefined;
  return program.body.map(({ type }) => type).filter((type) => type !== "EmptyStatement");
}
