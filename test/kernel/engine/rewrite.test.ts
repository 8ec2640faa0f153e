import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCode } from "../../../kernel/engine/code.ts";
import { restoreTyped } from "../../../kernel/engine/hidden.ts";
import { rewriteCell } from "../../../kernel/engine/rewrite-cell.ts";
import { rewriteModule } from "../../../kernel/engine/rewrite-module.ts";
import { SessionNames } from "../../../kernel/engine/session-names.ts";

const context = { names: new SessionNames(), slot: 1, unit: "[1]", line: 1 };

// Statements that may stand in a function; each exercises one way in which code is rewritten.
const statement = fc.constantFrom(
  "await 1;",
  "imported();",
  "imported`t`;",
  "if (imported) imported(1);",
  "const o = { imported, other: imported };",
  "const { x = imported } = o;",
  "(0, imported)();",
  "a; imported()",
  "a\nimported()",
  "for (;;) { await imported(); break; }",
  "for await (const y of imported) { y; }",
  "await import('x');",
  "import.meta.url;",
  "performance.now();",
  "const p = { performance };",
  "switch (a) { case 1: await 2; imported(); }",
  "label: while (true) { await null; break label; }",
);
const body = fc
  .array(statement, { minLength: 1, maxLength: 6 })
  .map((lines) => lines.map((line) => `{ ${line} }`).join("\n"));

describe("rewritten code", () => {
  it("gives back what was typed, in modules", () => {
    fc.assert(
      fc.property(body, (text) => {
        const typed = `async function f(a) {\n${text}\n}`;
        const code = readCode(`import { imported } from 'm'\n${typed}`, { unit: "m" });
        expect(restoreTyped(rewriteModule(code, () => []).text)).toContain(typed);
      }),
    );
  });

  it("gives back what was typed, in cells", () => {
    fc.assert(
      fc.property(body, (text) => {
        const typed = `async function f(a) {\n${text}\n}`;
        const code = readCode(`const performance = 1\n${typed}`, { unit: "[1]" });
        expect(restoreTyped(rewriteCell(code, context).functions ?? "")).toContain(typed);
      }),
    );
  });

  it("has the lines of what was typed", () => {
    fc.assert(
      fc.property(body, (text) => {
        const typed = `${text.replaceAll("await", "await ")}\nfunction g() {\n}\nvar { v } = {}\n1`;
        const { body: script, functions } = rewriteCell(readCode(typed, { unit: "[1]" }), context);
        const count = typed.split("\n").length;
        expect(script.split("\n")).toHaveLength(count);
        expect(functions?.split("\n")).toHaveLength(count);
      }),
    );
  });

  it("is the same whatever the cell is called", () => {
    const code = "async function f() { await 1; return import('x') }";
    const first = rewriteCell(readCode(code, { unit: "[1]" }), context);
    const second = rewriteCell(readCode(code, { unit: "[9]" }), { ...context, slot: 9, unit: "[9]" });
    expect(first.functions).toBe(second.functions);
  });
});
