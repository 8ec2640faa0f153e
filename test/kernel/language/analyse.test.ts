import { expect, it } from "vitest";
import { analyse } from "../../../kernel/language/analyse.ts";

function declared(text: string, wanted: "variable" | "fixed"): string[] {
  return [...analyse(text).declared].filter(([, { kind }]) => kind === wanted).map(([name]) => name);
}

it("a cell declares what stands at its top level, and what var and patterns bind", () => {
  const cell = [
    "let a = 1, { b, c: [d, ...e], ...f } = x; const g = 1; function h() { var no; } class I {}",
    "interface J {} type K = 1; enum L {} namespace M {} if (1) { var n; let no2; }",
    "import o, { p as q, type r } from 'x'; import s = require('y'); export const t = 1;",
    "export default function u() {} using v = w; declare global {} declare module 'z' {}",
  ].join("\n");
  expect(declared(cell, "variable")).toEqual(["a", "b", "d", "e", "f", "n"]);
  expect(declared(cell, "fixed")).toEqual([
    "g",
    "h",
    "I",
    "J",
    "K",
    "L",
    "M",
    "o",
    "q",
    "r",
    "s",
    "t",
    "u",
    "v",
  ]);
});

it("a variable that is a type as well is passed on whole", () => {
  expect(declared("interface A {} let A = 1;", "fixed")).toEqual(["A"]);
  expect(declared("let A = 1; interface A {}", "fixed")).toEqual(["A"]);
});

it("imports are told with their modules", () => {
  expect(
    analyse("import a, { b as c, 'x-y' as d } from 'm'; import * as e from 'n'; import f = require('o');")
      .imports,
  ).toEqual([
    { local: "a", imported: "default", specifier: "m" },
    { local: "c", imported: "b", specifier: "m" },
    { local: "d", imported: "x-y", specifier: "m" },
    { local: "e", imported: "*", specifier: "n" },
    { local: "f", imported: "=", specifier: "o" },
  ]);
});

it("broken code is read as far as it goes", () => {
  const analysis = analyse("let size = 1;\nconst rows = [1, 2;\nfunction half(");
  expect(analysis.isBroken).toBe(true);
  expect([...analysis.declared.keys()]).toEqual(expect.arrayContaining(["size", "rows", "half"]));
  expect([...analysis.words]).toEqual(expect.arrayContaining(["rows", "half"]));
});

it("a text whose tree the parser cannot give is broken, and no more is said of it", () => {
  expect(analyse("const x = <a\\iv/>;")).toMatchObject({ isBroken: true, statements: [] });
});
