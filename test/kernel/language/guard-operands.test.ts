import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withInsertions } from "../../../core/typescript/insertions.ts";
import { guardPoints, withoutGuards } from "../../../kernel/language/guard-operands.ts";
import { parse } from "../../../kernel/language/syntax.ts";
import { openNotebook } from "./notebook.ts";

const guarded = (text: string): string => withInsertions(text, guardPoints(parse(text).statements));

describe("left operands over which the server would panic", () => {
  it("stand in parentheses, unless a name or a statement begins with them", () => {
    expect(guarded("f(() => this.side * 2)")).toBe("f(() => (this.side) * 2)");
    expect(guarded("x = () => g().n.m ?? this.n > 3")).toBe("x = () => (g().n.m) ?? (this.n) > 3");
    expect(guarded("f(this.n += 1, (this?.n, 2))")).toBe("f((this.n) += 1, ((this?.n), 2))");
    expect(guarded("a.b.c * 2; x = a.b * 2; x = this.a[0] * 2; x = this.f() * 2")).not.toContain("(a.b");
    const statement = "let y = x\nthis.ready.now && g()\nthis.n = 3";
    expect(guarded(statement)).toBe(statement);
  });

  it("leave all else where it was typed", () => {
    const text = "class A { n = 1; m() { return this.n * this.n + [1].length * 2 } }";
    const guards = guardPoints(parse(text).statements);
    const whole = withInsertions(text, guards);
    expect(guards).toHaveLength(4);
    for (let at = 0, typed = 0; at < whole.length; at += 1) {
      expect(withoutGuards(at, guards)).toBe(typed);
      const isTyped = whole[at] === text[typed] && !guards.some((one, index) => one.at + index === at);
      if (isTyped) typed += 1;
    }
    expect(withoutGuards(whole.length, guards)).toBe(text.length);
  });

  it.each([
    "class A { n = 1; m() { return this.n * 2; } }",
    "class A { n = 1; m() { return this.n > 3; } }",
    "class A { #n = 1; m = () => this.#n ** 2; }",
    "class A { n?: number; m() { return this.n ?? 3; } o() { return (this.n ??= 4); } }",
    "class A extends Array<number> { m() { return super.length * 2; } }",
    "class A { static n = 1; static m = () => this.n + 1; }",
    "function f(this: { n: number }) { return this.n, 2; }",
    "const o = { n: 1, m() { return this.n * 2; } };",
    "function f(list: number[]) { return list.map((x) => x).length > 3; }",
    "const f = () => [1].length + `a`.length * (2).toFixed.length;",
    "function f() { return new Date().getTime.length - 1; }",
    "function f(x: any) { return (x as string).length * 2; }",
  ])("do not keep %s from being checked, nor its type from later cells", async (cell) => {
    const { check, run } = openNotebook();
    const wrong = "const wrong: string = 1;";
    expect(await check(`${cell} ${wrong}`)).toEqual([
      `0:${cell.length + 7} 2322 Type 'number' is not assignable to type 'string'.`,
    ]);
    expect(await run(cell)).toEqual([]);
  });

  it("are marked as they were typed", async () => {
    const { language, check, typeOf, run } = openNotebook();
    const text = "class A { n = 'a'; m() { return this.n * 2; } o() { return this.nope + 1; } }";
    const { diagnostics } = await language.check({ text });
    expect(diagnostics.map(({ column, length }) => text.slice(column, column + length))).toEqual([
      "this.n",
      "nope",
    ]);
    await run("class B { n = 1; m() { return this.n * 2; } o = (by = 3) => this.n > by; }");
    expect(await typeOf("[new B().m(), new B().o()] as const")).toBe("readonly [number, boolean]");
    expect(await check("new B().m().nope;")).toHaveLength(1);
  });

  it("do not keep the user's own files from being checked", async () => {
    const { language, folder, check } = openNotebook();
    writeFileSync(
      join(folder, "shape.ts"),
      "export class Shape { side = 1; area() { return this.side * 2; } }\nexport const s: string = 5;",
    );
    const { files, diagnostics } = await language.check({
      text: 'import { Shape } from "./shape.ts"; new Shape().area();',
    });
    expect(diagnostics).toEqual([]);
    expect(files.map((file) => file.diagnostics.map(({ code }) => code))).toEqual([[2322]]);
    expect(await check("const later: string = 1;")).toHaveLength(1);
  });
});
