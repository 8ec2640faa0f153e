import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const adder = Uint8Array.from(
  Buffer.from("0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b", "hex"),
);

const files = {
  "tsconfig.json": '{ "compilerOptions": { "paths": { "#/*": ["./src/*"] }, "jsxImportSource": "tiny" } }',
  "data.json": '{ "rows": [1, 2, 3] }',
  "src/alias.ts": "export const aliased = 'by alias';\nexport type Alias = number;",
  "src/broken.ts": "export const wrong: string = 1;\nexport const right = 2;\n",
  "view.tsx": "export const View = ({ n }: { n: number }) => <b>{n}</b>;",
  "assigned.cts": "const one: number = 1;\nexport = { one };",
  "legacy.cts": "module.exports = { legacy: 1 as number };",
  "deep.ts": "export function fail(n: number): never {\n  throw new RangeError(`too deep: ${n}`);\n}",
  "node_modules/tiny/package.json":
    '{ "name": "tiny", "type": "module", "exports": { "./jsx-runtime": { "types": "./jsx-runtime.d.ts", "default": "./jsx-runtime.js" } } }',
  "node_modules/tiny/jsx-runtime.js":
    "export const jsx = (tag, props) => ({ tag, props });\nexport const jsxs = jsx;\nexport const Fragment = Symbol.for('fragment');",
  "node_modules/tiny/jsx-runtime.d.ts": `export namespace JSX {
      interface Element { tag: unknown; props: unknown }
      interface IntrinsicElements { b: { id?: string; children?: unknown } }
    }
    export function jsx(tag: unknown, props: unknown): JSX.Element;
    export const jsxs: typeof jsx;
    export const Fragment: symbol;`,
  "node_modules/esm-only/package.json":
    '{ "name": "esm-only", "type": "module", "exports": { "types": "./index.d.ts", "import": "./index.js" } }',
  "node_modules/esm-only/index.js": "export const esm = 'only';\nexport default class Esm {}",
  "node_modules/esm-only/index.d.ts": "export const esm: string;\nexport default class Esm {}",
  "node_modules/old-cjs/package.json": '{ "name": "old-cjs", "main": "./index.js", "types": "./index.d.ts" }',
  "node_modules/old-cjs/index.js": "exports.one = 1; exports.two = (n) => n * 2;\nmodule.exports.later = 3;",
  "node_modules/old-cjs/index.d.ts":
    "export const one: number;\nexport function two(n: number): number;\nexport const later: number;",
  "node_modules/old-assigned/package.json":
    '{ "name": "old-assigned", "main": "./index.js", "types": "./index.d.ts" }',
  "node_modules/old-assigned/index.js":
    "const lib = function lib(x) { return [x]; };\nfor (const n of ['map', 'zip']) lib[n] = () => n;\nmodule.exports = lib;",
  "node_modules/old-assigned/index.d.ts":
    "declare function lib(x: number): number[];\ndeclare namespace lib { function map(): string; function zip(): string }\nexport = lib;",
  "node_modules/@types/untyped/package.json": '{ "name": "@types/untyped", "types": "./index.d.ts" }',
  "node_modules/@types/untyped/index.d.ts": "export function typed(n: number): string;",
  "node_modules/untyped/package.json": '{ "name": "untyped", "main": "./index.js" }',
  "node_modules/untyped/index.js": "exports.typed = (n) => `typed ${n}`;",
  "node_modules/boom/package.json": '{ "name": "boom", "main": "./index.js" }',
  "node_modules/boom/index.js": "exports.call = (f) => inner(f);\nfunction inner(f) { return f(); }",
  "packages/mine/package.json": '{ "name": "mine", "exports": "./index.ts" }',
  "packages/mine/index.ts": "export const version: number = 1;",
};

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel(files);
  kernel.write("add.wasm", adder);
  kernel.write("undeclared.wasm", adder);
  kernel.write("add.d.wasm.ts", "export function add(a: number, b: number): number;");
  mkdirSync(join(kernel.folder, "node_modules"), { recursive: true });
  symlinkSync(join(kernel.folder, "packages", "mine"), join(kernel.folder, "node_modules", "mine"));
}, 60_000);
afterAll(async () => await kernel.stop());

/** Runs cells that follow one another, checked; gives what became of those that did not give what they are to. */
async function unexpected(
  ...steps: readonly (readonly [code: string, result?: string])[]
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const [code, result] of steps) {
    const outcome = await kernel.run(code);
    const isRight = outcome.status === "ok" && (result === undefined || outcome.result === result);
    if (!isRight) found.push({ code, ...outcome });
  }
  return found;
}

describe("a notebook's language", () => {
  it("has all declarations of TypeScript, known to later cells", async () => {
    expect(
      await unexpected(
        [
          "enum Color { Red, Green = 5 }\nconst enum Size { S = 1, L = 8 }\nnamespace Geo { export const pi = 3; }",
        ],
        ["const c: Color = Color.Green; [Color[c], Size.L, Geo.pi]", "[ 'Green', 8, 3 ]"],
        [
          "class Point { constructor(readonly x: number, protected y = 2) {} sum() { return this.x + this.y; } }",
        ],
        ["new Point(3).sum()", "5"],
        [
          "abstract class Shape { abstract area(): number }\nclass Square extends Shape { override area() { return 4; } }",
        ],
        ["new Square().area() satisfies number", "4"],
        [
          "declare global { interface Array<T> { second(): T } }\nArray.prototype.second = function () { return this[1]; };",
        ],
        ["[1, 2].second()", "2"],
        [
          "function over(a: string): string;\nfunction over(a: number): number;\nfunction over(a: unknown) { return a; }",
        ],
        ["over('x').toUpperCase()", "'X'"],
      ),
    ).toEqual([]);
  });

  it("has decorators, accessors and using", async () => {
    expect(
      await unexpected(
        [
          "const log: string[] = [];\nfunction traced<T extends (...a: never[]) => unknown>(f: T, c: ClassMethodDecoratorContext): T { log.push(String(c.name)); return f; }",
        ],
        [
          "class Model { accessor epochs = 3; @traced fit() { return this.epochs; } }\nnew Model().fit()",
          "3",
        ],
        [
          "{ using file = { [Symbol.dispose]() { log.push('closed'); } }; log.push('open'); }\nlog",
          "[ 'fit', 'open', 'closed' ]",
        ],
        ["await using later = { async [Symbol.asyncDispose]() { log.push('async'); } };\n1", "1"],
        ["log.at(-1)", "'async'"],
      ),
    ).toEqual([]);
  });

  it("has elements, in cells and in modules", async () => {
    expect(
      await unexpected(
        ["const el = <b id='x'>{1 + 1}</b>;\nel", "{ tag: 'b', props: { id: 'x', children: 2 } }"],
        ['import { View } from "./view";\n<View n={3}/>', "{ tag: [Function: View], props: { n: 3 } }"],
        ["el.props", "{ id: 'x', children: 2 }"],
      ),
    ).toEqual([]);
    expect((await kernel.run("<View n='three'/>")).traceback).toContain("TS2322");
    expect((await kernel.run("<unknown/>")).traceback).toContain("TS2339");
  });

  it("imports JSON, WebAssembly, aliases, workspaces and packages of every kind", async () => {
    expect(
      await unexpected(
        ['import data from "./data.json" with { type: "json" };\ndata.rows.length', "3"],
        ['import { add } from "./add.wasm";\nadd(2, 3)', "5"],
        ['import * as undeclared from "./undeclared.wasm";\nundeclared.add(2, 4)', "6"],
        ['import assigned from "./assigned.cts";\nassigned.one.toFixed(1)', "'1.0'"],
        [
          'import { aliased } from "#/alias";\nimport type { Alias } from "#/alias";\nlet n: Alias = 1; aliased',
          "'by alias'",
        ],
        [
          'import { esm } from "esm-only";\nimport Esm from "esm-only";\n[esm, Esm.name]',
          "[ 'only', 'Esm' ]",
        ],
        ['import { one, two, later } from "old-cjs";\n[one, two(4), later]', "[ 1, 8, 3 ]"],
        ['import * as old from "old-cjs";\n[old.one, old.two(1)]', "[ 1, 2 ]"],
        ['import lib from "old-assigned";\n[lib(1), lib.map()]', "[ [ 1 ], 'map' ]"],
        [
          'import * as all from "old-assigned";\n[all.map(), all.zip(), all.default(2)]',
          "[ 'map', 'zip', [ 2 ] ]",
        ],
        ['import { zip } from "old-assigned";\nzip()', "'zip'"],
        ['import { typed } from "untyped";\ntyped(3).length', "7"],
        ['import fs = require("node:fs");\ntypeof fs.existsSync', "'function'"],
        ['const { legacy } = require("./legacy.cts") as { legacy: number }; legacy', "1"],
        ['const { aliased: again } = await import("#/alias"); again', "'by alias'"],
        ['import { version } from "mine";\nversion', "1"],
      ),
    ).toEqual([]);
    expect((await kernel.run('typed("three")')).traceback).toContain("TS2345");
    kernel.write("packages/mine/index.ts", "export const version = 'two';");
    expect(await unexpected(["version.toUpperCase()", "'TWO'"])).toEqual([]);
  });

  it("knows where it is", async () => {
    expect(
      await unexpected(
        [
          "[import.meta.dirname === process.cwd(), import.meta.filename.startsWith(import.meta.dirname), import.meta.url.startsWith('file:')]",
          "[ true, true, true ]",
        ],
        ["import.meta.resolve('esm-only').endsWith('/node_modules/esm-only/index.js')", "true"],
        ["__dirname === import.meta.dirname", "true"],
      ),
    ).toEqual([]);
  });

  it("takes what a module's top level takes", async () => {
    expect(
      await unexpected(
        [
          "let total = 0;\nfor await (const n of (async function* () { yield 1; yield 2; })()) total += n;\ntotal",
          "3",
        ],
        [
          "outer: for (const a of [1, 2]) { for (const b of [1, 2]) { if (b === 2) continue outer; total += 10; } }\ntotal",
          "23",
        ],
        ["#!/usr/bin/env node\nexport const shared = 1;\nexport default class Main {}"],
        ["export { shared as renamed };\nnew Main() instanceof Main", "true"],
        ["const shared = 'another type now';\nshared.length", "16"],
        ["const { a, ...rest } = { a: 1, b: 2, c: 3 }; rest", "{ b: 2, c: 3 }"],
      ),
    ).toEqual([]);
  });
});

describe("errors of a notebook", () => {
  it("in types come with place, code, frame and squiggle, all of them at once", async () => {
    const { status, traceback } = await kernel.run(
      "const fine = 1;\nlet a: string = fine;\nconst lenght = 2; [1].lenght;\nconsole.logg(missingg);",
    );
    expect(status).toBe("error");
    expect(traceback).toMatch(
      /\]:2:5 - error TS2322: Type 'number' is not assignable to type 'string'\.\n\n2 let a: string = fine;\n {6}~/u,
    );
    expect(traceback).toMatch(/:3:23 - error TS2551: .*Did you mean 'length'\?/u);
    expect(traceback).toMatch(/:4:9 - error TS2551: .*Did you mean 'log'\?/u);
    expect(traceback).toContain("Nothing was run");
  });

  it("in the user's own modules are told beside the cell, once", async () => {
    const first = await kernel.run('import { right } from "./src/broken";\nright');
    expect(first).toMatchObject({ status: "ok", result: "2" });
    expect(first.printed).toMatch(
      /^\.\/src\/broken\.ts:1:14 - error TS2322: .*\n\n1 export const wrong: string = 1;\n {15}~~~~~\n$/u,
    );
    expect((await kernel.run("right")).printed).toBe("");
  });

  it("while running are mapped, with packages folded and causes", async () => {
    const { traceback } = await kernel.run(
      'import { fail } from "./deep";\nimport { call } from "boom";\ninterface Unused { a: 1 }\nfunction outer(n: number) {\n  return call(() => fail(n));\n}\ntry { outer(7); } catch (cause) { throw new Error("wrapped", { cause }); }',
    );
    expect(traceback).toMatch(/^Error: wrapped\n {2}Cell \[\d+\], line 7\n/u);
    expect(traceback).toContain("Caused by RangeError: too deep: 7\n  ./deep.ts:2:9 in fail");
    expect(traceback).toContain("> 2 |   throw new RangeError(`too deep: ${n}`);");
    expect(traceback).toMatch(/\.\.\. 2 frames in boom\n {2}Cell \[\d+\], line 5 in outer/u);
    expect(traceback).not.toMatch(/node:|dist\/|kernel/u);
  });
});

describe("completeness", () => {
  it.each([
    ["%realize model --new 2", "complete", undefined],
    ["%nothing_of_that_name", "complete", undefined],
    ["%%stage model\nexport const config = {", "incomplete", "  "],
    ["const t = `\n%realize", "incomplete", ""],
    ["const x = <b>\n  <b/>", "incomplete", "  "],
    ["@dec\nclass A {", "incomplete", "  "],
    ["const f = async <T>(x: T) => {", "incomplete", "  "],
    ["let a b", "invalid", undefined],
  ])("of %j is %s", async (code, status, indent) => {
    expect(await kernel.client.request("is_complete_request", { code })).toEqual(
      indent === undefined ? { status } : { status, indent },
    );
  });
});

describe("what may help with an error", () => {
  it("is the magic that was meant, and the name that was", async () => {
    await kernel.run("const learnedModel = { fit() {} };");
    expect((await kernel.run("lsmagic")).traceback).toContain("The magic is %lsmagic.");
    expect((await kernel.run("  realize learnedModel")).traceback).toContain("The magic is %realize.");
    expect((await kernel.run("stage classifier")).traceback).toContain("The magic is %%stage.");
    expect((await kernel.run("!ls")).traceback).toContain("A command of the shell is %sh ls");
    for (const command of ["npx tsc x", "ls -la", "pip install x"])
      expect((await kernel.run(command)).traceback).toContain(`A command of the shell is %sh ${command}\n`);
    expect((await kernel.run("npm install x")).traceback).toContain("The magic is %npm.");
    expect((await kernel.run("const files = !ls -la;")).traceback).toContain(
      'The output of a command: execSync("ls -la", { encoding: "utf8" }), from "node:child_process"',
    );
    expect((await kernel.run("git - 1")).traceback).not.toContain("%sh");
    expect((await kernel.run("!touched")).traceback).toContain("Cannot find name 'touched'");
  });

  it("says where a package that is not there was looked for, and how to install it", async () => {
    const missing = await kernel.run('import { x } from "@scope/not-there/deep";\nx');
    expect(missing.traceback).toContain(`Looked in ${join(kernel.folder, "node_modules")}, `);
    expect(missing.traceback).toContain("To install it: %npm install @scope/not-there\n");
    expect((await kernel.run('import x from "jsr:@scope/none@1";')).traceback).toContain(
      "To install it: %sh npx jsr add @scope/none@1\n",
    );
    expect((await kernel.run('import { y } from "./not-there.ts";\ny')).traceback).not.toContain(
      "To install",
    );
    expect((await kernel.run("learnedModle.fit()")).traceback).toMatch(
      /Did you mean 'learnedModel'\? Cell \[\d+\] declares it\./u,
    );
    await kernel.run("%check off");
    expect((await kernel.run("learnedModle.fit()")).traceback).toMatch(
      /Did you mean "learnedModel"\? Cell \[\d+\] declares it\./u,
    );
    await kernel.run("%check strict");
  });
});

describe("inspection", () => {
  it("tells type, documentation and source as text, Markdown and HTML", async () => {
    await kernel.run(
      "/** Adds **two** numbers.\n * @param a the first\n */\nfunction plus(a: number, b = 2): number { return a + b; }",
    );
    const short = await kernel.inspect("plu|s(1)");
    expect(short["text/plain"]).toContain("function plus(a: number, b?: number): number");
    expect(short["text/plain"]).toContain("Adds two numbers.");
    expect(short["text/markdown"]).toContain("Adds **two** numbers.");
    expect(short["text/html"]).toContain("<strong>two</strong>");
    expect(short["text/plain"]).not.toContain("return a + b");
    expect((await kernel.inspect("plu|s(1)", 1))["text/plain"]).toContain("return a + b");
    expect((await kernel.inspect("plus(1, |"))["text/plain"]).toContain("b");
    expect((await kernel.inspect("Math.ma|x"))["text/plain"]).toContain("max(...values: number[]): number");
    expect((await kernel.inspect("%real|ize x"))["text/plain"]).toContain("--new");
    expect(await kernel.inspect("nothing_of_that_nam|e")).toEqual({});
  });
});
