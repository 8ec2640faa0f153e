import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completeness } from "../../../kernel/engine/completeness.ts";
import { Edits } from "../../../kernel/engine/edits.ts";
import { Lines } from "../../../kernel/engine/lines.ts";

describe("completeness()", () => {
  it.each([
    "",
    "1",
    "let a = 1",
    "foo()\n",
    "{ a: 1 }",
    "`a${1}b`",
    "// x",
    "await 1",
    "interface A { x: number }",
    "<a>{b}</a>",
    "@dec class A {}",
    "#!/usr/bin/env node\n1",
    "`a\n${1}`",
  ])("of %j is complete", (code) => {
    expect(completeness(code)).toEqual({ status: "complete" });
  });

  it.each([
    ["function f() {", "  "],
    ["if (x) {\n  foo(", "    "],
    ["[1,", ""],
    ["[", "  "],
    ["`abc", ""],
    ["`a${b}\n", ""],
    ["/* c", ""],
    ["a.", ""],
    ["x = ", ""],
    ["(a) =>", "  "],
    ["for (const x of y)", ""],
    ["import { a", ""],
    ["class A {\n  m() {\n    x()", "    "],
    ["foo( // why", "  "],
    ["switch (x) {\n  case 1:", "    "],
    ["@dec()\nclass A {", "  "],
    ["@dec", ""],
    ["const x = (\n  <div>\n    <b>{x}</b>", "    "],
    ["<div>", "  "],
    ["<>", "  "],
    ["<div a={1}", ""],
    ["<a>{`x", ""],
    ["const f = <T>(x: T) =>", "  "],
    ["const f = <T,>(x: T) => {", "  "],
    ["const f = async <T>(x: T) => {\n  g([", "    "],
    ["`a ${ f(`", ""],
    ["for await (const x of y) {", "  "],
    ["try {}", ""],
  ])("of %j is incomplete", (code, indent) => {
    expect(completeness(code)).toEqual({ status: "incomplete", indent });
  });

  it.each([
    "let a b",
    "foo)",
    "'abc",
    "'abc\ndef'",
    "let x: = 3",
    "/abc",
    "else",
    "return 1",
    "const x",
    "<a></b>",
    "<a\\iv/>",
    "const id = <T>(x: T) => x; )",
  ])("of %j is invalid", (code) => {
    expect(completeness(code)).toMatchObject({ status: "invalid" });
  });

  it("says something of any text", () => {
    const ofAnyText = fc.property(fc.string({ maxLength: 40 }), (code) => {
      expect(["complete", "incomplete", "invalid"]).toContain(completeness(code).status);
    });
    expect(() => fc.assert(ofAnyText)).not.toThrow();
  });
});

describe("edits", () => {
  const line = fc.stringMatching(/^[a-z{} ]{0,8}$/u);
  const text = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join("\n"));

  it("lead back from every kept place to where it was", () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(30), { maxLength: 5 }), (source, places) => {
        const edits = new Edits(source);
        for (const place of places) edits.insert(Math.min(place, source.length), "<>");
        const { text: rendered, toOriginal } = edits.render();
        expect(rendered.replaceAll("<>", "")).toBe(source);
        const led = rendered
          .split("")
          .map((character, offset) => ("<>".includes(character) ? "" : source[toOriginal(offset)]));
        expect(led.join("")).toBe(source);
      }),
    );
  });

  it("keep lines, also apart", () => {
    fc.assert(
      fc.property(text, fc.nat(20), fc.nat(20), (source, a, b) => {
        const [start, end] = [Math.min(a, b, source.length), Math.min(Math.max(a, b), source.length)];
        const edits = new Edits(source);
        const { inside, outside } = edits.renderApart([{ start, end }]);
        expect(inside.length).toBe(source.length);
        expect(outside.text.split("\n").map(({ length }) => length)).toEqual(
          source.split("\n").map(({ length }) => length),
        );
      }),
    );
  });
});

describe("lines", () => {
  it("lead from offsets to positions and back", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.nat(30), (source, place) => {
        const lines = new Lines(source);
        const offset = Math.min(place, source.length);
        expect(lines.offsetAt(lines.positionAt(offset))).toBe(offset);
      }),
    );
  });
});
