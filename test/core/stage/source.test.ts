import { describe, expect, it } from "vitest";
import { LightnixError } from "../../../core/errors.ts";
import { functionText, sourceIdentity, syntaxDigest } from "../../../core/stage/source.ts";

const digest = (text: string): string => syntaxDigest(text, "a test");

describe("what does not count", () => {
  it.each([
    ["layout", "async (b) => { return b.x }", "async  ( b )=>\n{\n  return b.x;\n}"],
    ["comments", "(b) => 1", "/** doc */ (b) => /* one */ 1 // end"],
    ["quotes", "() => 'a'", '() => "a"'],
    ["quotes around the names of fields", "() => ({ 'a': 1 })", "() => ({ a: 1 })"],
    ["redundant parentheses", "() => (a * (b)) + ((c))", "() => a * b + c"],
    ["the parentheses of one parameter", "x => x", "(x) => x"],
    ["trailing commas", "() => f(a, [1, 2,],)", "() => f(a, [1, 2])"],
    ["semicolons", "() => { a(); b();; }", "() => { a()\nb() }"],
    ["the way a number is written", "() => 16", "() => 0x10"],
    ["line breaks in a template, written out or not", "() => `a\\nb`", "() => `a\nb`"],
    ["annotations of types", "async (b: Build<C>, n?: number): Promise<void> => {}", "async (b, n) => {}"],
    ["assertions of types", "() => (a as any)!.b satisfies C", "() => a.b"],
    ["type arguments", "() => f<string>(new Map<A, B>())", "() => f(new Map())"],
    ["type parameters", "function f<T extends object>(x: T) {}", "function f(x) {}"],
    ["the type of this", "function f(this: X, a) {}", "function f(a) {}"],
    ["overloads", "function f(a: string): void; function f(a) {}", "function f(a) {}"],
    [
      "interfaces and aliases",
      "interface A {} type B = A; export interface D {} export const c = 1",
      "export const c = 1",
    ],
    [
      "imports of types",
      "import type { A } from 'a'; import { b, type C } from 'b'",
      "import { b } from 'b'",
    ],
    [
      "the order of imports, and where they stand",
      "import a from 'a'; f(); import { b } from 'b'",
      "import { b } from 'b'; import a from 'a'; f()",
    ],
    ["declarations", "declare const a: number; declare global { var x: number } f()", "f()"],
    [
      "modifiers of class members",
      "class A<T> implements B { private readonly x?: T = 1; declare y: T; m(): void; m() {} }",
      "class A { x = 1; m() {} }",
    ],
    ["abstractness", "abstract class A { abstract m(): void; n() {} }", "class A { n() {} }"],
    ["whether a function stands as a statement", "function f() {}", "function f() {};"],
  ])("%s", (_, a, b) => {
    expect(digest(a)).toBe(digest(b));
  });
});

describe("what counts", () => {
  it.each([
    ["a number", "() => 1", "() => 2"],
    ["a text", "() => 'a'", "() => 'b'"],
    ["the kind of a literal", "() => 1", "() => '1'"],
    ["a bigint", "() => 1n", "() => 1"],
    ["null", "() => null", "() => 'null'"],
    ["infinity", "() => 1e999", "() => null"],
    ["a regular expression", "() => /a/", "() => /b/"],
    ["its flags", "() => /a/", "() => /a/g"],
    ["a template", "() => `a${x}`", "() => `b${x}`"],
    ["what a tag is shown", "() => tag`a\\n`", "() => tag`a\n`"],
    ["a name", "(b) => x", "(b) => y"],
    ["an operator", "() => a && b", "() => a || b"],
    ["precedence", "() => a * (b + c)", "() => a * b + c"],
    ["asynchrony", "async () => {}", "() => {}"],
    ["generators", "function* f() {}", "function f() {}"],
    ["an await", "async () => await f()", "async () => f()"],
    ["let and const", "() => { let a = 1 }", "() => { const a = 1 }"],
    ["optional chaining", "() => a?.b", "() => a.b"],
    ["where a chain ends", "() => (a?.b).c", "() => a?.b.c"],
    ["computed names", "() => ({ [a]: 1 })", "() => ({ a: 1 })"],
    ["spreading", "() => [...a]", "() => [a]"],
    ["holes", "() => [1, , 2]", "() => [1, 2]"],
    ["defaults", "(a = 1) => a", "(a = 2) => a"],
    ["the order of statements", "() => { a(); b() }", "() => { b(); a() }"],
    ["a directive", "() => { 'use strict'; f() }", "() => { ('use strict'); f() }"],
    ["static", "class A { static x = 1 }", "class A { x = 1 }"],
    ["an empty field", "class A { x }", "class A {}"],
    ["a decorator", "@a class A {}", "@b class A {}"],
    ["parameter properties", "class A { constructor(private x) {} }", "class A { constructor(x) {} }"],
    ["enums", "enum A { B = 1 }", "enum A { B = 2 }"],
    ["where an import comes from", "import { a } from 'a'", "import { a } from 'b'"],
    [
      "the order of imports of which one is for its effect",
      "import a from 'a'; import 'b'",
      "import 'b'; import a from 'a'",
    ],
    ["a label", "() => { a: for (;;) break a }", "() => { for (;;) break }"],
  ])("%s", (_, a, b) => {
    expect(digest(a)).not.toBe(digest(b));
  });
});

/* oxlint-disable typescript/unbound-method -- nothing is called here, only read */
describe("the forms in which functions give their text", () => {
  class Realizers extends Object {
    async method(): Promise<number> {
      return 1;
    }
    *generator(): Generator<number> {
      yield 1;
    }
    async *[Symbol.iterator](): AsyncGenerator<number> {
      yield 1;
    }
    static fixed(): number {
      return 1;
    }
    #hidden(): number {
      return 1;
    }
    get hidden(): () => number {
      return this.#hidden;
    }
    parental(): unknown {
      return super.hasOwnProperty("x");
    }
  }
  const { prototype } = Realizers;
  const forms: [string, (...args: never[]) => unknown][] = [
    ["an arrow", async () => 1],
    [
      "a function",
      function named() {
        return 1;
      },
    ],
    ["a method", { async realize() {} }.realize],
    ["a method of a class", prototype.method],
    ["a generator", prototype.generator],
    ["a method with a computed name", prototype[Symbol.iterator]],
    ["a static method", Realizers.fixed],
    ["a private method", new Realizers().hidden],
    ["a method that calls super", prototype.parental],
  ];

  it.each(forms)("%s", (_, realize) => {
    expect(digest(functionText(realize, "a"))).toMatch(/^[0-9a-f]{32}$/);
  });

  it("a method whose brace is on the next line is no call with a block after it", () => {
    expect(digest("realize(build)\n{ f() }")).toBe(digest("realize(build) { f() }"));
  });
});

describe("functions without a text", () => {
  it.each([
    ["native", Math.max],
    ["bound", ((): number => 1).bind(undefined)],
  ])("%s ones are refused, with what to do", (_, realize) => {
    const read = (): string => functionText(realize, "model");
    expect(read).toThrow(
      /Cannot read the source of the realizer of stage "model".*native or bound.*source: false.*version: 1/,
    );
    expect(read).toThrow(expect.objectContaining({ code: "unreadable-source" }));
  });
});

describe("sourceIdentity()", () => {
  it("digests every text by itself, so that one can tell which changed", () => {
    const one = sourceIdentity(
      { code: "() => f()", uses: { f: "function f() { return 1 }", g: "const g = 1" } },
      "a",
    );
    const two = sourceIdentity(
      { code: "() => f()", uses: { g: "const g = 1;", f: "function f() { return 2 }" } },
      "a",
    );
    expect(one["code"]).toBe(two["code"]);
    expect(one["uses"]).toHaveProperty("g", (two["uses"] as { g: string }).g);
    expect(one["uses"]).not.toHaveProperty("f", (two["uses"] as { f: string }).f);
  });

  it("refuses what does not parse, and names it", () => {
    expect(() => sourceIdentity({ code: "() => {" }, "model")).toThrow(
      /Cannot read the source of the realizer of stage "model": it does not parse as TypeScript/,
    );
    expect(() => sourceIdentity({ code: "() => f()", uses: { f: "function (" } }, "model")).toThrow(
      /Cannot read the source of "f", which stage "model" uses,/,
    );
    expect(() => sourceIdentity({ code: "}{" }, "model")).toThrow(LightnixError);
  });

  it("is the same in every process", () => {
    expect(digest("async (build) => { await build.exec('make', ['-j', 2]) }")).toMatchInlineSnapshot(
      `"6935e309a065a90ff60ed22b9aefe830"`,
    );
  });
});
