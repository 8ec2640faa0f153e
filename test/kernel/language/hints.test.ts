import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { withHint } from "../../../kernel/language/hints.ts";
import { openNotebook } from "./notebook.ts";

it("an unknown name is answered with the name of an earlier cell that was meant", async () => {
  const { language, check } = openNotebook();
  await language.commit({ text: "let learningRate = 0.1; const model = { fit() {} };", title: "[3]" });
  expect(await check("learningrate * 2")).toEqual([
    "0:0 2304 Cannot find name 'learningrate'. Did you mean 'learningRate'? Cell [3] declares it.",
  ]);
  expect(await check("modle.fit()")).toEqual([
    expect.stringMatching(/'modle'\. Did you mean 'model'\? Cell \[3\] declares it\.$/),
  ]);
  expect(await check("const local = 1; locl;")).toEqual([expect.stringMatching(/Did you mean 'local'\?$/)]);
  expect(await check("nothingLikeIt")).toEqual(["0:0 2304 Cannot find name 'nothingLikeIt'."]);
});

it("a missing module is answered with where it was looked for", async () => {
  vi.stubEnv("NODE_PATH", "/some/place");
  const { check, folder } = openNotebook();
  const [told = ""] = await check('import x from "@scope/nowhere/sub";');
  expect(told).toContain("Cannot find module '@scope/nowhere/sub'");
  expect(told).toContain(`\n  There is no such package. Looked in ${join(folder, "node_modules")}, `);
  expect(told).toMatch(/\/some\/place$/);
  expect(await check('import x from "npm:chalk@5/sub";')).toEqual([
    expect.stringMatching(
      /Cannot find module 'npm:chalk@5\/sub'[^\n]*\n {2}There is no such package\. Looked in /,
    ),
  ]);
  expect(await check('import x from "https://x.y/z.js";')).toEqual([
    expect.stringMatching(/\n {2}Modules come from files and installed packages, and not from addresses/),
  ]);
  expect(await check('import x from "./none.ts";')).toEqual([
    expect.stringContaining(`\n  There is no such file. Looked from ${folder}`),
  ]);
});

it("a part of a package that is there, and has no such part, is answered with those that it has", async () => {
  const { check, folder } = openNotebook();
  const home = join(folder, "node_modules", "csv");
  mkdirSync(home, { recursive: true });
  const exports = { ".": "./index.js", "./sync": "./sync.js", "./lib/*": "./lib/*.js" };
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: "csv", exports }));
  expect(await check('import { parse } from "csv/snyc";')).toEqual([
    expect.stringMatching(
      /\n {2}The package "csv" is there, in \S.*node_modules, but has nothing of that name\. It offers "csv", "csv\/sync"$/u,
    ),
  ]);
  for (const [main, lacks] of [
    ["./dist/index.js", 'lacks its main file, "./dist/index.js", which may have to be built first'],
    [undefined, "lacks a file to import"],
  ] as const) {
    writeFileSync(join(home, "package.json"), JSON.stringify({ name: "csv", main }));
    for (const cell of ['import "csv";', 'import { parse } from "csv";'])
      expect(await check(cell)).toEqual([expect.stringContaining(`node_modules, but ${lacks}`)]);
  }
  expect(await check('import { parse } from "csv/snyc";')).toEqual([
    expect.stringMatching(/but has nothing of that name$/u),
  ]);
});

it("what this version of Node does not have is said to be that, unless tsconfig.json chooses the libraries", () => {
  const lacking = {
    line: 0,
    column: 0,
    length: 1,
    code: 2550,
    severity: "error" as const,
    message:
      "Property 'groupBy' does not exist on type 'X'. Do you need to change your target library? Try changing the 'lib' compiler option to 'es2024' or later.",
  };
  const hinted = (choosesLibraries: boolean): string =>
    withHint(lacking, {
      names: new Map(),
      sources: new Map(),
      declared: new Set(),
      folder: "/x",
      choosesLibraries,
      text: "",
      isFirst: true,
    }).message;
  expect(hinted(false)).toBe(
    `Property 'groupBy' does not exist on type 'X'. Node ${process.versions.node} does not have it.`,
  );
  expect(hinted(true)).toBe(lacking.message);
});

it("a module that this version of Node does not have is said to be that", async () => {
  expect(await openNotebook().check("import x from 'node:nowhere';")).toEqual([
    `0:14 2307 Cannot find module 'node:nowhere'. Node ${process.versions.node} does not have it.`,
  ]);
});

it("a name of another kernel, language or of browsers is answered with what does its work", async () => {
  const { check, run } = openNotebook();
  expect(await check("print(1)")).toEqual([
    "0:0 2304 Cannot find name 'print'.\n  Cells print by console.log(value)",
  ]);
  expect(await check("document.body")).toEqual([
    expect.stringMatching(/\n {2}Cells run in Node, which has no page/),
  ]);
  expect(await check("const on = True;")).toEqual([expect.stringMatching(/\n {2}In TypeScript it is true$/)]);
  await run("const prompt = 1;");
  expect(await check("prompt + 1")).toEqual([]);
});

it("a name that is only assigned to is answered with how to declare it, unless another was meant", async () => {
  const { language, check } = openNotebook();
  await language.commit({ text: "let learningRate = 0.1;", title: "[3]" });
  const [told, again] = await check("epochs = 5\nepochs * 2");
  expect(told).toBe(
    "0:0 2304 Cannot find name 'epochs'.\n  A new name is declared: const epochs = ..., or let where it changes",
  );
  expect(again).toBe("1:0 2304 Cannot find name 'epochs'.");
  expect(await check("learningrate = 5")).toEqual([expect.stringContaining("Did you mean 'learningRate'?")]);
  expect(await check("epochs == 5")).toEqual(["0:0 2304 Cannot find name 'epochs'."]);
});

it.each([
  ["import numpy as np", 'import * as np from "numpy"'],
  ["from danfo import read_csv, concat", 'import { read_csv, concat } from "danfo"'],
  ["for i in range(3): console.log(i)", "for (const i of list) { ... }"],
  ["def f(x): return x", "function name(argument: number) { ... }"],
  ["if 1 > 0:\n  console.log(1)", "braces hold a block, and round brackets a condition"],
])("Python is answered with TypeScript, once: %s", async (cell, advice) => {
  const { check } = openNotebook();
  const [first, ...rest] = await check(cell);
  expect(first).toContain(`\n  That reads like Python. In TypeScript: ${advice}`);
  expect(rest.join("\n")).not.toContain("Python");
});

it("an error of syntax that is none of Python's is not taken for one", async () => {
  const { check } = openNotebook();
  expect((await check("for (const x of [1]) { x y }")).join("\n")).not.toContain("Python");
  expect((await check("class A { b: number: string }")).join("\n")).not.toContain("Python");
});

it("a field of what a promise promises is answered with the await that is missing", async () => {
  const { check } = openNotebook();
  expect(await check("Promise.resolve([1]).length")).toEqual([
    expect.stringMatching(/\n {2}A promise has to be awaited first: \(await \.\.\.\)$/u),
  ]);
});

it("a member of an interface, namespace or enum of an earlier cell is answered with what took its place", async () => {
  const { language, check, run } = openNotebook();
  await language.commit({
    text: "interface Shape { w: number }\nnamespace N { export const a = 1; }",
    title: "[3]",
  });
  expect(await check("interface Shape { h: number }\nconst s: Shape = { h: 1, w: 2 };")).toEqual([
    expect.stringMatching(
      /'w' does not exist in type 'Shape'\.\n {2}It is in the Shape of cell \[3\], which that of this cell takes the place of\. To add to one: declare global \{ interface Shape \{ \.\.\. \} \} in both$/,
    ),
  ]);
  expect(await check("namespace N { export const b = 2; }\nN.a;")).toEqual([
    expect.stringMatching(
      /\n {2}It is in the N of cell \[3\], which that of this cell takes the place of\.$/,
    ),
  ]);
  expect((await check("const s: Shape = { q: 1 };")).join("")).not.toContain("takes the place");
  expect((await check("interface Shape { h: number }\nconst s: Shape = { q: 1 };")).join("")).not.toContain(
    "takes the place",
  );
  expect(await run("declare global { interface Both { a: number } }")).toEqual([]);
  expect(
    await run("declare global { interface Both { b: number } }\nconst both: Both = { a: 1, b: 2 };"),
  ).toEqual([]);
  expect(await check("const again: Both = { a: 1 };")).toEqual([
    expect.stringContaining("Property 'b' is missing"),
  ]);
});
