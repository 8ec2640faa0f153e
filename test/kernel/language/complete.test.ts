import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openNotebook, takeMark } from "./notebook.ts";

describe("completion offers", () => {
  it("members of values of earlier cells, those that begin so", async () => {
    const { run, complete } = openNotebook();
    await run("const run = { accuracy: 0.9, loss: 0.1, label: 'a' };");
    expect(await complete("run.|")).toEqual(["accuracy", "label", "loss"]);
    expect(await complete("run.l|")).toEqual(["label", "loss"]);
    expect(await complete("[run].map((one) => one.acc|")).toEqual(["accuracy"]);
  });

  it("names of earlier cells, of this one and of Node, but none of its own", async () => {
    const { run, complete } = openNotebook();
    await run(
      "const learningRate = 1; function learn() {}; class Learner {} type Learned = 1; import os from 'node:os';",
    );
    expect(await complete("const learnt = 1;\nlea|")).toEqual(["learn", "learningRate", "learnt", "Learner"]);
    expect(await complete("let x: Lea|")).toEqual(["Learned", "Learner"]);
    expect(await complete("struc|")).toEqual(["structuredClone"]);
    const all = await complete("|");
    expect(all).toContain("learningRate");
    expect(all.filter((name) => name.startsWith("$"))).toEqual([]);
    expect(all.length).toBeLessThan(300);
  });

  it("what continues the letters as they were typed before what only sounds like it, and keywords last", async () => {
    const { complete } = openNotebook();
    const found = await complete("const foot = 1; const FOO = 2; const form = 3;\nfo|");
    expect(found.slice(0, 2)).toEqual(["foot", "form"]);
    expect(found.indexOf("for")).toBeGreaterThan(found.indexOf("form"));
    expect(found.indexOf("FOO")).toBeGreaterThan(found.indexOf("for"));
  });

  it("keys of object literals and of strings that a type allows", async () => {
    const { run, complete } = openNotebook();
    await run("function train(options: { epochs: number; optimizer: 'adam' | 'sgd' }) {}");
    expect(await complete("train({ |")).toEqual(["epochs", "optimizer"]);
    expect(await complete("train({ optimizer: '|' })")).toEqual(["adam", "sgd"]);
  });

  it("paths, packages and what they export", async () => {
    const { folder, complete } = openNotebook();
    writeFileSync(join(folder, "helper.ts"), "export const answer = 42; export const again = 1;");
    mkdirSync(join(folder, "node_modules", "some-package"), { recursive: true });
    writeFileSync(join(folder, "node_modules", "some-package", "package.json"), '{ "name": "some-package" }');
    expect(await complete("import x from './he|'")).toEqual(["helper"]);
    expect(await complete("import x from 'some|'")).toEqual(["some-package"]);
    expect(await complete('import x from "node:child|"')).toEqual(["node:child_process"]);
    expect(await complete("import { an| } from './helper.ts'")).toEqual(["answer"]);
    expect(await complete("const { |} = await import('./helper.ts')")).toEqual(["again", "answer"]);
  });

  it("something in half-typed code", async () => {
    const { run, complete } = openNotebook();
    await run("const data = { rows: [1] };");
    expect(await complete("if (data.ro|")).toEqual(["rows"]);
    expect(await complete("const t = `a ${data.r|")).toEqual(["rows"]);
    expect(await complete("function f() {\n  for (const x of data.|\n}")).toEqual(["rows"]);
    expect(await complete("class A { x = data.rows.len|")).toEqual(["length"]);
    expect(await complete("data.|\nconst other = 1;")).toEqual(["rows"]);
    expect(await complete("const data2 = data.|; let = = )")).toContain("rows");
  });

  it("nothing in comments and in strings that may be anything", async () => {
    const { complete } = openNotebook();
    expect(await complete("// the arr|")).toEqual([]);
    expect(await complete("const text = 'arr|'")).toEqual([]);
  });

  it("members behind optional chains and inside of classes", async () => {
    const { complete } = openNotebook();
    expect(await complete("let o: { a?: { bee: 1 } } = {};\no.a?.b|")).toEqual(["bee"]);
    expect(await complete("let o: { a?: { bee: 1 } } = {};\no.a.|")).toEqual(["?.bee"]);
    expect(await complete("class A { #own = 1; shown = 2; m() { this.| } }")).toEqual(["m", "shown", "#own"]);
  });
});

describe("a completion", () => {
  it("tells what it replaces, in UTF-16 units, and what it is", async () => {
    const { language } = openNotebook();
    await language.commit({ text: "const run = { accuracy: 0.9, add(n: number) { return n; } };" });
    const { code, at } = takeMark("const s = '😀'; run.a|ny");
    const found = await language.complete({ text: code }, at);
    expect(found).toEqual({
      matches: ["accuracy", "add"],
      start: at - 1,
      end: at,
      isOpen: false,
      metadata: {
        _jupyter_types_experimental: [
          { text: "accuracy", type: "property", start: at - 1, end: at },
          {
            text: "add",
            type: "method",
            start: at - 1,
            end: at,
            signature: "(method) add(n: number): number",
          },
        ],
      },
    });
  });

  it("works in a stretch that is mirrored in the epilogue", async () => {
    const { language } = openNotebook();
    await language.commit({ text: "const run = { accuracy: 0.9 };" });
    const view = {
      text: "             ",
      epilogue: "\nvoid (run.ac);\n",
      mirrors: [{ start: 7, end: 13, at: 7 }],
    };
    const found = await language.complete(view, 13);
    expect(found).toMatchObject({ matches: ["accuracy"], start: 11, end: 13 });
  });
});

it("completion tells of each name of earlier cells what it is, and how functions are declared", async () => {
  const { language, run } = openNotebook();
  await run(
    `class xClass {} function xFunction(n: number) { return n; } enum xEnum { A } interface xInterface {} type xType = 1;
    namespace xModule { export const q = 1; } const xConstant = 1; let xVariable = 1; import * as xFs from "node:fs";
    import { readFileSync as xRead } from "node:fs"; import { Stats as xStats, constants as xValues } from "node:fs";`,
  );
  const values = await language.complete({ text: "x" }, 1);
  const types = await language.complete({ text: "let it: x" }, 9);
  const choices = [types, values].flatMap(({ metadata }) => metadata._jupyter_types_experimental);
  expect(Object.fromEntries(choices.map(({ text, type }) => [text, type]))).toEqual({
    xClass: "class",
    xFunction: "function",
    xEnum: "enum",
    xInterface: "interface",
    xType: "type",
    xModule: "module",
    xConstant: "constant",
    xVariable: "variable",
    xFs: "module",
    xRead: "function",
    xStats: "class",
    xValues: "module",
  });
  const signature = (name: string): string | undefined =>
    choices.find(({ text }) => text === name)?.signature;
  expect(signature("xFunction")).toBe("function xFunction(n: number): number");
  expect(signature("xRead")).toMatch(/^function (?:xRead|readFileSync)[(<]/u);
  expect(signature("xClass")).toBeUndefined();
});
