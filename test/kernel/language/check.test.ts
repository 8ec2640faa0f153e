import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openNotebook } from "./notebook.ts";

describe("a check", () => {
  it("tells line, column, length, code and message", async () => {
    const { language } = openNotebook();
    const { diagnostics } = await language.check({ text: "const ok = 1;\n  const bad: string = ok;" });
    expect(diagnostics).toEqual([
      {
        line: 1,
        column: 8,
        length: 3,
        code: 2322,
        message: "Type 'number' is not assignable to type 'string'.",
        severity: "error",
      },
    ]);
  });

  it("counts columns in UTF-16 units, whatever stands in front", async () => {
    const { check } = openNotebook();
    expect(await check("const smile = '😀😀'; nope;\r\nconst ünï = '漢'; nope;\rnope;")).toEqual([
      "0:22 2304 Cannot find name 'nope'.",
      "1:17 2304 Cannot find name 'nope'.",
      "2:0 2304 Cannot find name 'nope'.",
    ]);
  });

  it("tells nothing of unused names, unreachable code and missing types of parameters", async () => {
    const { check } = openNotebook();
    expect(
      await check("const unused = 1; function f(x) { return x; throw x; }\nconst g = (y) => y;"),
    ).toEqual([]);
  });

  it("tells of readonly lists and of overriding, whose numbers stand among those of declaration files", async () => {
    const { check } = openNotebook();
    expect(await check("const fixed: readonly number[] = [1];\nconst list: number[] = fixed;")).toEqual([
      expect.stringMatching(/^1:6 4104 /),
    ]);
    expect(await check("class A {}\nclass B extends A { override nope() { return 1; } }")).toEqual([
      expect.stringMatching(/^1:29 4113 /),
    ]);
    expect(await check("export const hidden = class { private n = 1; };")).toEqual([]);
  });

  it("tells only of the syntax when that is broken", async () => {
    const { check } = openNotebook();
    expect(await check("const x: string = 1;\nfoo(")).toEqual(["1:4 1005 ')' expected."]);
    expect(await check("const text = `never ends")).toEqual(["0:24 1160 Unterminated template literal."]);
    expect(await check("/* never ends")).toHaveLength(1);
  });

  it("knows top-level await, for await, import.meta, dynamic import and disposal", async () => {
    const { check } = openNotebook();
    const code = [
      "const one = await Promise.resolve(1);",
      "for await (const part of [Promise.resolve('a')]) part.length;",
      "const { join } = await import('node:path');",
      "join(import.meta.url, String(one.toFixed()));",
      "using handle = { [Symbol.dispose]() {} };",
    ];
    expect(await check(code.join("\n"))).toEqual([]);
  });

  it("knows what Node has built in and no browser, without any package in the folder", async () => {
    const { check } = openNotebook();
    const code =
      "await (await fetch('x')).json(); new URL('a:b').host; structuredClone([1]); performance.now(); console.table([]); new AbortController().signal; Buffer.from('a'); setTimeout(() => {}, 1).unref(); process.pid; crypto.randomUUID(); new TextEncoder();";
    expect(await check(code)).toEqual([]);
    expect(await check("document.title; window;")).toHaveLength(2);
  });

  it("minds @ts-nocheck, @ts-ignore and @ts-expect-error", async () => {
    const { check } = openNotebook();
    expect(await check("// @ts-nocheck\nconst x: string = 1;")).toEqual([]);
    expect(await check("// @ts-ignore\nnope;\n// @ts-expect-error\nnope;\nnope;")).toHaveLength(1);
  });

  it("checks and maps what stands in the epilogue for a stretch of the cell", async () => {
    const { check } = openNotebook();
    const told = await check({
      text: "const size = 1;\n       size.foo",
      epilogue: "\nvoid (size.foo);\nnothingOfThis;",
      mirrors: [{ start: 23, end: 31, at: 7 }],
    });
    expect(told[0]).toBe("1:12 2339 Property 'foo' does not exist on type '1'.");
    expect(told.every((one) => one.includes("2339"))).toBe(true);
  });

  it("leaves the folder as it is", async () => {
    const { folder, run } = openNotebook();
    await run("import fs from 'node:fs'; const x = fs.existsSync('a');");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("imports of files and packages", () => {
  it("are resolved from the notebook's folder", async () => {
    const { folder, check } = openNotebook();
    writeFileSync(join(folder, "helper.ts"), "export const answer = 42;");
    writeFileSync(
      join(folder, "plain.js"),
      "/** @param {number} n */ export function twice(n) { return n * 2; }",
    );
    writeFileSync(join(folder, "data.json"), '{ "name": "x" }');
    writePackage(
      folder,
      "typed",
      { types: "./index.d.ts" },
      "declare const value: number;\nexport default value;",
    );
    writePackage(folder, "@types/untyped", {}, "export declare const typed: string;");
    writePackage(folder, "untyped", { main: "index.js" }, undefined);
    writePackage(folder, "bare", { main: "index.js" }, undefined);
    const imports =
      "import { answer } from './helper.ts'; import { twice } from './plain.js'; import data from './data.json'; import value from 'typed'; import { typed } from 'untyped'; import anything from 'bare';";
    expect(
      await check(
        `${imports}\ntwice(answer + value).toFixed(); data.name.trim(); typed.trim(); anything.what;`,
      ),
    ).toEqual([]);
    expect(await check(`${imports}\nanswer.foo; twice('a'); data.foo; value.foo; typed.foo;`)).toHaveLength(
      5,
    );
  });

  it("are looked at again after the file has changed, also one that they import", async () => {
    const { folder, check } = openNotebook();
    writeFileSync(join(folder, "deep.ts"), "export const value = 1;");
    writeFileSync(join(folder, "helper.ts"), "export { value } from './deep.ts';");
    const cell = "import { value } from './helper.ts';\nvalue.toFixed();";
    expect(await check(cell)).toEqual([]);
    writeFileSync(join(folder, "deep.ts"), "export const value = 'now a text';");
    expect(await check(cell)).toHaveLength(1);
  });

  it("that are missing are found as soon as they are there", async () => {
    const { folder, check } = openNotebook();
    const cell = "import { answer } from './helper.ts'; import value from 'typed';\nanswer + value;";
    expect(await check(cell)).toHaveLength(2);
    writeFileSync(join(folder, "helper.ts"), "export const answer = 42;");
    writePackage(
      folder,
      "typed",
      { types: "./index.d.ts" },
      "declare const value: number;\nexport default value;",
    );
    expect(await check(cell)).toEqual([]);
  });
});

describe("the user's tsconfig.json", () => {
  it("decides how strict checks are, also from a folder above", async () => {
    const { folder } = openNotebook();
    writeFileSync(
      join(folder, "tsconfig.json"),
      '{ "compilerOptions": { "strict": false }, /* all of them */ }',
    );
    mkdirSync(join(folder, "notes"));
    const { check } = openNotebook({ folder: join(folder, "notes") });
    expect(await check("const x: string = null;")).toEqual([]);
  });

  it("may ask for types everywhere, and for more", async () => {
    const { folder } = openNotebook();
    writeFileSync(join(folder, "base.json"), '{ "compilerOptions": { "noUncheckedIndexedAccess": true } }');
    writeFileSync(
      join(folder, "tsconfig.json"),
      '{ "extends": "./base", "compilerOptions": { "strict": true, "noUnusedLocals": true, "module": "commonjs" } }',
    );
    const { check } = openNotebook({ folder });
    expect(await check("const first: number = [1][0];\nfunction f(x) {}")).toEqual([
      expect.stringContaining("2322"),
      expect.stringContaining("7006"),
    ]);
  });

  it("is read again when it changes, with what it extends and with packages of types", async () => {
    const { folder, run, check } = openNotebook();
    await run("const before = { n: 1 };");
    const loose = "function f(x) { return x; } let s: string = null;";
    expect(await check(loose)).toEqual([expect.stringContaining(" 2322 ")]);
    writeFileSync(join(folder, "tsconfig.json"), '{ "extends": "./base.json" }');
    writeFileSync(join(folder, "base.json"), '{ "compilerOptions": { "strict": false } }');
    expect(await check(loose)).toEqual([]);
    writeFileSync(
      join(folder, "base.json"),
      '{ "compilerOptions": { "strict": true, "noImplicitAny": true } }',
    );
    expect(await check(loose)).toEqual([
      expect.stringContaining(" 7006 "),
      expect.stringContaining(" 2322 "),
    ]);
    expect(await check("before.n.toFixed(); before.missing")).toEqual([expect.stringContaining(" 2339 ")]);
    rmSync(join(folder, "tsconfig.json"));
    mkdirSync(join(folder, "node_modules", "@types", "gauge"), { recursive: true });
    writeFileSync(join(folder, "node_modules", "@types", "gauge", "package.json"), "{}");
    writeFileSync(
      join(folder, "node_modules", "@types", "gauge", "index.d.ts"),
      "declare const gauge: number;",
    );
    expect(await check(`${loose} gauge.toFixed()`)).toEqual([expect.stringContaining(" 2322 ")]);
  });

  it("that is broken, or asks for what is not there, is told of once until it changes", async () => {
    const { language, folder } = openNotebook();
    const notice = async (): Promise<string | undefined> => (await language.check({ text: "1;" })).notice;
    const path = join(folder, "tsconfig.json");
    writeFileSync(path, '{ "compilerOptions": { "strict": fals } }');
    expect(await notice()).toMatch(/^Cannot read ".*tsconfig\.json": /);
    expect(await notice()).toBeUndefined();
    writeFileSync(path, '{ "compilerOptions": { "types": ["node", "no-such-types"] } }');
    expect(await notice()).toBe(`Cannot find the types "no-such-types", which "${path}" asks for.`);
    expect(await notice()).toBeUndefined();
    writeFileSync(path, '{ "compilerOptions": { "strict": true } }');
    expect(await notice()).toBeUndefined();
  });

  it("gives aliases of paths, libraries and types", async () => {
    const { folder } = openNotebook();
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "src", "one.ts"), "export const one = 1;");
    writePackage(folder, "@types/wanted", {}, "declare const wanted: number;");
    writePackage(folder, "@types/other", {}, "declare const other: number;");
    writeFileSync(
      join(folder, "tsconfig.json"),
      '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] }, "lib": ["esnext", "dom"], "types": ["wanted"] } }',
    );
    const { check } = openNotebook({ folder });
    expect(
      await check("import { one } from '@/one';\none + wanted + document.title.length + process.pid;"),
    ).toEqual([]);
    expect(await check("other;")).toHaveLength(1);
  });
});

function writePackage(folder: string, name: string, manifest: object, types: string | undefined): void {
  const at = join(folder, "node_modules", name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, "package.json"), JSON.stringify({ name, version: "1.0.0", ...manifest }));
  writeFileSync(join(at, types === undefined ? "index.js" : "index.d.ts"), types ?? "module.exports = {};");
}

it.skipIf(process.platform === "win32")("a cell that was foreseen is not asked about again", async () => {
  const { language, run, check } = openNotebook();
  await run("const rows = [1, 2];");
  await language.foresee({ text: "rows.map((row) => row + 1)" });
  const pid = language.serverPid ?? 0;
  process.kill(pid, "SIGSTOP");
  try {
    expect(await check("rows.map((row) => row + 1)")).toEqual([]);
  } finally {
    process.kill(pid, "SIGCONT");
  }
});

it("a cell that was foreseen is asked about again when names mean something else", async () => {
  const { language, run, check } = openNotebook();
  await run("const rows = [1, 2];");
  await language.foresee({ text: "rows.map((row) => row + 1)" });
  await language.define("rows", "string");
  expect(await check("rows.map((row) => row + 1)")).toEqual([expect.stringContaining("2339")]);
});

it("a cell that is an object is checked as one", async () => {
  const { check, complete } = openNotebook();
  expect(await check("{ a: 1, b: 'x' }")).toEqual([]);
  expect(await check("{\n  a: 1,\n} // one")).toEqual([]);
  expect(await check("{ ...[1], n: nothing }")).toEqual([expect.stringMatching(/^0:13 2304 /)]);
  expect(await complete("{ n: 'text'.length, at: 'text'.toUpper| }")).toEqual(["toUpperCase"]);
});
