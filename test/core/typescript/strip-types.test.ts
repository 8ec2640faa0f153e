import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import type { Program } from "oxc-parser";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { isSameCode } from "../../../core/typescript/same-code.ts";
import { stripTypes } from "../../../core/typescript/strip-types.ts";
import { projectRoot } from "../../support/jupyter.ts";

function programOf(text: string, lang: "ts" | "js"): Program {
  const { program, errors } = parseSync(`a.${lang}`, text, {
    lang,
    sourceType: "module",
    preserveParens: false,
  });
  if (errors.length > 0) throw new SyntaxError(`${errors[0]?.message} in ${text}`);
  return program;
}

const strip = (text: string): string | undefined => stripTypes(text, programOf(text, "ts"));

/** What is left, with runs of blanks as one. */
const left = (text: string): string | undefined =>
  strip(text)
    ?.replaceAll(/[ \n]+/g, " ")
    .trim();

describe("stripTypes()", () => {
  it.each([
    ["let a: number = 1 as any as number;", "let a = 1 ;"],
    ["const f = <T,>(x: T, y?: number): T => x!;", "const f = (x , y ) => x ;"],
    [
      "function g<T>(this: Window, { a }: { a: T }, [b]?: T[], ...c: T[]): asserts a is string {}",
      "function g ( { a } , [b] , ...c ) {}",
    ],
    ["f<number>(<string>b, (c as (d)).e, new Map<string, number>())", "f ( b, (c ).e, new Map ())"],
    ["import { type A, B } from 'x'; export { type C, D };", "import { B } from 'x'; export { D };"],
    [
      "import type E from 'x'; import type { F } from 'y'; export type { G } from 'z'; export type * from 'w'; h",
      "; ; ; ; h",
    ],
    [
      "interface A { x: 1 } type B = 2; declare const c: 3; declare function d(): void; declare global { var e: 1 } i",
      "; ; ; ; ; i",
    ],
    ["namespace N { export type A = 1 } export default interface Z {} j", "; ; j"],
    ["function over(a: string): void; function over(a: any) {}", "; function over(a ) {}"],
    [
      "abstract class A<T> extends B<T> implements C, D { private readonly x?: number = 1; static override async m?<U>(a: U): Promise<void> {} declare y: 1; abstract z: 2; abstract q(): void; [k: string]: any; constructor(); constructor(a?: any) { super() } protected w!: T; get v(): T { return 1 as T } }",
      "class A extends B { x = 1; static async m (a ) {} ; ; ; ; ; constructor(a ) { super() } w ; get v() { return 1 } }",
    ],
    [
      "let x!: number; try {} catch (e: unknown) {} for (const y of z as T[]) {}",
      "let x ; try {} catch (e ) {} for (const y of z ) {}",
    ],
    [
      "const s = a satisfies B; a!.b!.c![0]!(); const fn = g<string>;",
      "const s = a ; a .b .c [0] (); const fn = g ;",
    ],
    ["const /* : no */ t /* ? */ : string = `${u as V}`;", "const /* : no */ t /* ? */ = `${u }`;"],
    ["a ? (b): c => d : e; a ? (b) : c", "a ? (b) => d : e; a ? (b) : c"],
    ["type T = 1\n(function () {})()", "; (function () {})()"],
  ])("of %j leaves %j", (typed, plain) => {
    expect(left(typed)).toBe(plain);
  });

  it("leaves everything where it was", () => {
    const text = "type A = {\n  x: 1;\n};\nconst b: A =\n  /* é */ c as A;";
    expect(strip(text)?.length).toBe(text.length);
    expect(
      strip(text)
        ?.split("\n")
        .map((line) => line.length),
    ).toEqual(text.split("\n").map((line) => line.length));
  });

  it.each([
    "enum A { x }",
    "namespace N { export const a = 1 }",
    "class A { constructor(private x: number) {} }",
    "@dec class A {}",
    "import a = require('a')",
    "const f = (x: number): Promise<\n  number> => x",
    "const f = async <\nT>(x: T) => x",
  ])("does not take %j", (text) => {
    expect(strip(text)).toBeUndefined();
  });
});

describe("isSameCode()", () => {
  it.each([
    ["let a = b as any\n(c)", false],
    ["let a = b as any\n;(c)", true],
    ["function f() { return <T>\n x }", false],
    ["let a: number = 1; type B = typeof a; a!.toFixed()", true],
  ])("sees what becomes of %j: %s", (text, isSame) => {
    const plain = strip(text) ?? "";
    let program: Program | undefined;
    try {
      program = programOf(plain, "js");
    } catch {
      // Where it is no program any more, it is not the same either.
    }
    expect(program !== undefined && isSameCode(programOf(text, "ts"), program)).toBe(isSame);
  });

  it("finds no difference in any file of this project, and neither does esbuild", () => {
    // The bench and other tests come and go in test/out.
    const inTest = readdirSync(join(projectRoot, "test")).filter((name) => name !== "out");
    const folders = ["core", "kernel", "magics", ...inTest.map((name) => join("test", name))];
    const files = folders
      .map((name) => join(projectRoot, name))
      .flatMap((path) =>
        statSync(path).isDirectory()
          ? readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name))
          : path,
      )
      .filter((path) => path.endsWith(".ts"));
    const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } };
    // What is erased leaves an empty statement.
    const print = (text: string, loader: "ts" | "js"): string =>
      transformSync(text, { loader, tsconfigRaw }).code.replaceAll(/^\s*;\n/gmu, "");
    const kinds = files.map((path) => {
      const text = readFileSync(path, "utf8");
      const typed = programOf(text, "ts");
      const plain = stripTypes(text, typed);
      if (plain === undefined) return "has more than types";
      const isSame = isSameCode(typed, programOf(plain, "js")) && print(plain, "js") === print(text, "ts");
      return isSame ? "the same" : path;
    });
    expect(kinds.filter((kind) => kind === "the same").length).toBeGreaterThan(300);
    expect(kinds.filter((kind) => kind.startsWith("/"))).toEqual([]);
  });
});
