import { describe, expect, it } from "vitest";
import { CodeSyntaxError } from "../../../kernel/engine/errors.ts";
import { startSession } from "./session.ts";

describe("the value of a cell", () => {
  it.each([
    ["1 + 1", 2],
    ["1 + 1;", 2],
    ["1 + 1;;", 2],
    ["let a = 5\na", 5],
    ["-0", -0],
    ["NaN", Number.NaN],
    ["10n ** 20n", 10n ** 20n],
    ["'text'", "text"],
    ['"use strict"', "use strict"],
    ["null", null],
    ["await Promise.resolve(3)", 3],
    ["(1, 2) // comment", 2],
    ["x = 3 satisfies number; var x", undefined],
    ["({ a: 1 }).a", 1],
    ["export default 4 + 1", 5],
    ["export const e = 5; e", 5],
  ])("of %s is what it says", async (code, expected) => {
    const { value } = startSession();
    expect(await value(code)).toBe(expected);
  });

  it.each([
    "let a = 5",
    "if (true) 7",
    "for (const x of [1]) x",
    "function f() {}",
    "class C {}",
    "undefined",
    "",
    "// nothing",
  ])("of %j is none", async (code) => {
    const { engine } = startSession();
    expect(await engine.evaluate(code)).toMatchObject({ status: "ok", hasValue: false });
  });

  it("is that of the session's name, which packages do not see, when there is one", async () => {
    const { value } = startSession();
    await value("const performance = 'mine'");
    expect(await value("performance.length")).toBe(4);
  });

  it("is the live object and no copy", async () => {
    const { value } = startSession();
    const map = await value("const m = new Map([[1, Symbol.for('s')]]); m");
    expect(map).toBe(await value("m"));
    expect(map).toEqual(new Map([[1, Symbol.for("s")]]));
  });

  it.each([
    ["{ a: 1, b: 'x' }", { a: 1, b: "x" }],
    ["  // note\n{ a: 1 }", { a: 1 }],
    ["{}", {}],
    ["{ a: 1 }.a", 1],
  ])("of %j is an object's", async (code, expected) => {
    const { value } = startSession();
    expect(await value(code)).toEqual(expected);
  });

  it("is a promise itself when nobody awaits it", async () => {
    const { engine } = startSession();
    const outcome = await engine.evaluate("Promise.resolve(1)");
    expect(outcome).toMatchObject({ status: "ok", hasValue: true, value: expect.any(Promise) as unknown });
  });
});

describe("TypeScript in a cell", () => {
  it.each([
    ["types", "const a: number = 1; interface I { x: string }; type T = I; (a as number)!", 1],
    ["generics", "function id<T>(x: T): T { return x }\nid<string>('s')", "s"],
    ["enums", "enum E { A, B = 5 }; E.B", 5],
    ["const enums", "const enum E { A = 3 }; E.A", 3],
    ["namespaces", "namespace N { export const x = 2 }; N.x", 2],
    ["parameter properties", "class P { constructor(readonly x: number) {} }; new P(4).x", 4],
    ["angle-bracket casts", "<number>6", 6],
    ["import equals", "import fs = require('node:fs'); typeof fs.readFileSync", "function"],
    [
      "declarations that leave nothing",
      "declare const q: number; abstract class A { abstract f(): void }; typeof A",
      "function",
    ],
  ])("may have %s", async (_, code, expected) => {
    const { value } = startSession();
    expect(await value(code)).toBe(expected);
  });

  it("is strict, as modules are", async () => {
    const { thrown, value } = startSession();
    expect(await thrown("nowhereDeclared = 1")).toBeInstanceOf(ReferenceError);
    expect(await value("(function () { return this })()")).toBeUndefined();
  });
});

describe("what a cell throws", () => {
  it.each([
    ["an error", "throw new RangeError('r')", new RangeError("r")],
    ["a text", "throw 'text'", "text"],
    ["undefined", "throw undefined", undefined],
    ["a number", "throw -0", -0],
    ["a bigint", "throw 3n", 3n],
    ["what it awaits", "await Promise.reject(new TypeError('t'))", new TypeError("t")],
  ])("is %s itself", async (_, code, expected) => {
    const { thrown } = startSession();
    expect(await thrown(code)).toEqual(expected);
  });

  it("keeps its identity", async () => {
    const { thrown, value } = startSession();
    const object = await thrown("const o = { a: 1 }; throw o");
    expect(object).toBe(await value("o"));
  });

  it("leaves what ran before it", async () => {
    const { thrown, value } = startSession();
    await thrown("let before = 1; throw new Error('x')");
    expect(await value("before")).toBe(1);
  });
});

describe("a text that is no TypeScript", () => {
  it.each([
    ["let a b", 1, 6],
    ["const x = 1;\nfoo(", 2, 5],
    ["let x = 1; let x = 2", 1, 16],
    ["return 1", 1, 1],
    ["const a: = 3", 1, 10],
  ])("%j is refused at line %i, column %i", async (code, line, column) => {
    const { thrown } = startSession();
    const error = await thrown(code);
    expect(error).toBeInstanceOf(CodeSyntaxError);
    expect((error as CodeSyntaxError).problems[0]).toMatchObject({ line, column });
  });

  it("counts lines from where it stands in its cell", async () => {
    const { engine } = startSession();
    const outcome = await engine.evaluate("let a b", { name: "[1]", line: 4 });
    expect(outcome).toMatchObject({ status: "error", thrown: { problems: [{ line: 4, column: 6 }] } });
  });
});

describe("names bound from outside", () => {
  it("are seen by cells, and can be declared again", async () => {
    const { engine, value } = startSession();
    engine.define("given", { a: 1 });
    expect(await value("given.a")).toBe(1);
    expect(await value("const given = 2; given")).toBe(2);
    expect(engine.lookup("given")).toEqual({ value: 2 });
    expect(engine.declaration("given")).toMatchObject({ kind: "variable", text: "const given = 2;" });
  });

  it("can be bound while a cell runs", async () => {
    const { engine, value } = startSession();
    engine.define("bind", (name: string, given: unknown) => engine.define(name, given));
    expect(await value("bind('during', 3); await 1; during")).toBe(3);
  });

  it("can be looked up as far as they have a value", async () => {
    const { engine, thrown } = startSession();
    expect(engine.lookup("nowhere")).toBeUndefined();
    expect(engine.lookup("Math")).toEqual({ value: Math });
    await thrown("const uninitialised = (() => { throw 1 })()");
    expect(engine.lookup("uninitialised")).toBeUndefined();
    expect(() => engine.lookup("a.b")).toThrow('Cannot look up "a.b"');
  });

  it("are told with the text that declared them", async () => {
    const { engine, value } = startSession({ "m.ts": "export const q = 1" });
    await value(
      "import { q as r } from './m.ts'\nlet a: number = 1, b = 2\nexport function f(x: string): string { return x }\nclass C {}\nenum E { A }",
    );
    expect(engine.declaration("a")?.text).toBe("let a: number = 1;");
    expect(engine.declaration("f")).toMatchObject({
      kind: "function",
      text: "function f(x: string): string { return x }",
    });
    expect(engine.declaration("r")).toMatchObject({
      kind: "import",
      text: "import { q as r } from './m.ts'",
    });
    expect(engine.declaration("C")).toMatchObject({ kind: "class" });
    expect(engine.declaration("E")).toMatchObject({ kind: "other", text: "enum E { A }" });
    expect(engine.declaration("nowhere")).toBeUndefined();
  });
});

describe("the text of a function", () => {
  it.each([
    "async function f() { await 1; const m = await import('node:fs'); return m }",
    "async function f() { for (;;) { await 1; performance.now() } }",
    "function f() { return { performance, self } }",
    "function f() { return import.meta.url }",
  ])("is what was typed: %s", async (code) => {
    const { value } = startSession();
    await value("const performance = 1, self = 2");
    expect(await value(`${code}\nString(f)`)).toBe(code);
  });
});

describe("two cells at once", () => {
  it("keep their values apart", async () => {
    const { engine } = startSession();
    const slow = engine.evaluate("await new Promise((r) => setTimeout(r, 20)); 'slow'");
    const quick = engine.evaluate("'quick'");
    expect(await Promise.all([slow, quick])).toMatchObject([{ value: "slow" }, { value: "quick" }]);
  });
});
