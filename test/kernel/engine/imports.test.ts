import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startSession } from "./session.ts";

const packages = {
  "node_modules/modern/package.json":
    '{"name":"modern","version":"1.2.3","type":"module","exports":{".":"./main.mjs","./deep/*":"./lib/*.js"}}',
  // The test runner leaves only such files as they are.
  "node_modules/modern/main.mjs":
    "export let count = 0; export const more = () => ++count; export default 'modern'",
  "node_modules/modern/lib/part.js": "export const part = 'part'",
  "node_modules/classic/package.json": '{"name":"classic","version":"0.9.0","main":"lib"}',
  "node_modules/classic/lib/index.js":
    "'use strict'; for (const k of ['a', 'b']) exports[k] = k; module.exports.f = function () { return this === undefined ? 'bare' : 'bound' }",
  "node_modules/@types/onlytypes/package.json":
    '{"name":"@types/onlytypes","version":"1.0.0","types":"index.d.ts"}',
  "node_modules/@types/onlytypes/index.d.ts": "export interface Shape { x: number }",
};

describe("an import in a cell", () => {
  it.each([
    ["Node's own", "import { sep } from 'node:path'; import path from 'path'; sep === path.sep", true],
    [
      "an ESM-only package with an exports map",
      "import d, { more } from 'modern'; import { part } from 'modern/deep/part'; [d, typeof more, part].join()",
      "modern,function,part",
    ],
    [
      "a CommonJS package, names that only running it tells",
      "import c, { a, b } from 'classic'; [c.a, a, b].join()",
      "a,a,b",
    ],
    ["a namespace", "import * as ns from 'modern'; ns.default", "modern"],
    ["import()", "(await import('modern')).default", "modern"],
    ["require", "require('classic').a", "a"],
    [
      "JSON",
      "import data from './data.json'; import { n } from './data.json' with { type: 'json' }; data.n + n",
      2,
    ],
    [
      "a package as Deno names it",
      "import d from 'npm:modern@^1.2'; import { part } from 'npm:/modern@1/deep/part'; [d, part, (await import('npm:classic')).a, require('jsr:classic').b].join()",
      "modern,part,a,b",
    ],
    ["a local TypeScript file", "import { twice } from './lib/twice.ts'; twice(2)", 4],
    ["a local file without extension", "import { twice } from './lib/twice'; twice(2)", 4],
    ["a local file by the name of its output", "import { twice } from './lib/twice.js'; twice(2)", 4],
    ["a local CommonJS file", "import old, { tag } from './old.cjs'; old.tag + tag", "oldold"],
    ["a path alias of tsconfig.json", "import { twice } from '@lib/twice'; twice(3)", 6],
    ["an import of package.json's", "import { twice } from '#twice'; twice(4)", 8],
    [
      "only types",
      "import { Shape } from 'onlytypes'; import type { Other } from 'nowhere'; const s: Shape = { x: 1 }; s.x",
      1,
    ],
    [
      "a type among values of a local file",
      "import { twice, Pair } from './lib/twice.ts'; const p: Pair = [1, 2]; twice(p[0])",
      2,
    ],
    ["a re-export", "export { twice as doubled } from './lib/twice.ts'; doubled(1)", 2],
    ["what the kernel provides", "import { given } from 'provided'; given", "given"],
    ["an import below its use", "const r = sep2; import { sep as sep2 } from 'node:path'; r.length", 1],
  ])("may be of %s", async (_, code, expected) => {
    const { value } = startSession(
      {
        ...packages,
        "data.json": '{"n": 1}',
        "old.cjs": "exports.tag = 'old'",
        "lib/twice.ts":
          "export type Pair = [number, number];\nexport const twice = (n: number): number => n * 2",
        "tsconfig.json": '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
        "package.json": '{ "imports": { "#twice": "./lib/twice.ts" } }',
      },
      { provided: { provided: async () => await Promise.resolve({ given: "given" }) } },
    );
    expect(await value(code)).toBe(expected);
  });

  it("knows where the notebook is", async () => {
    const { value, folder } = startSession({}, { file: "book.ipynb" });
    expect(await value("[import.meta.dirname, __dirname]")).toEqual([folder, folder]);
    expect(await value("import.meta.filename")).toBe(join(folder, "book.ipynb"));
  });

  it.each([
    ["import x from 'lodahs'", "no such package. Looked in", "npm install lodahs"],
    ["import x from '@scope/none/deep'", "no such package", "npm install @scope/none"],
    ["import x from './none.ts'", "no such file", "Looked from"],
    ["import x from 'modern/hidden'", 'the package "modern" is there, in', "has nothing of that name"],
    ["import x from 'https://a.b/c.js'", "not from addresses", "https://a.b/c.js"],
    [
      "import x from 'https://esm.sh/v1/@a/b@2/c.js'",
      "not from addresses",
      'Import "@a/b"',
      "npm install @a/b@2",
    ],
    ["import x from 'npm:lodahs@^4/fp'", "no such package", 'npm install "lodahs@^4"'],
    ["import x from 'jsr:@none/none@1'", "no such package", "npx jsr add @none/none@1"],
    ["import x from 'npm:modern@2'", "version 1.2.3 is installed", "npm install modern@2"],
    ["import { nope } from 'modern'; nope", 'Cannot import "nope" from "modern"', "count, default"],
  ])("that leads nowhere says so: %s", async (code, ...words) => {
    const { trace } = startSession(packages);
    const text = await trace(code);
    for (const word of words) expect(text).toContain(word);
    expect(text).toContain("Cell [1], line 1");
  });
});

describe("a local module", () => {
  it("may import others in a circle, live", async () => {
    const { value } = startSession({
      "a.ts":
        "import { b, bump } from './b.ts'\nexport let n = 0\nexport function inc() { n++ }\nexport const seen = () => b + bump()",
      "b.ts":
        "import { inc, n } from './a.ts'\nexport const b = typeof inc\nexport const bump = () => { inc(); inc()\nreturn n }",
    });
    expect(await value("import * as a from './a.ts'; [a.seen(), a.n]")).toEqual(["function2", 2]);
  });

  it("may await, export everything, and call what it imports without `this`", async () => {
    const { value } = startSession({
      ...packages,
      "m.ts":
        "import { f } from 'classic'\nexport * from './n.ts'\nexport * as n from './n.ts'\nexport const how = f(), waited = await Promise.resolve(1)\nexport default class {}",
      "n.ts": "export const x = 1\nexport default 2",
    });
    expect(
      await value(
        "import d, * as m from './m.ts'; [Object.keys(m).sort(), m.how, m.waited, m.x, m.n.default, d.name]",
      ),
    ).toEqual([["default", "how", "n", "waited", "x"], "bare", 1, 1, 2, "default"]);
  });

  it("is evaluated once, and its error names its line", async () => {
    const { value, trace } = startSession({
      "once.ts": "globalThis.evaluated = (globalThis.evaluated ?? 0) + 1; export const one = 1",
      "bad.ts": "import { one } from './once.ts'\n\nthrow new Error('bad' + one)",
      "broken.ts": "export const x = 1\nlet y z",
    });
    expect(await trace("import './bad.ts'")).toMatch(/Error: bad1\n {2}\.\/bad\.ts:3:7\n/u);
    expect(await trace("import './broken.ts'")).toMatch(/SyntaxError: .*\n {2}\.\/broken\.ts:2:6\n/u);
    expect(await value("import { one } from './once.ts'; globalThis.evaluated")).toBe(1);
  });

  it("may have enums, and be wrong in a traced line all the same", async () => {
    const { trace } = startSession({
      "e.ts": "export enum E {\n  A,\n  B,\n}\n\nexport function fail() {\n  throw new Error(E[1])\n}",
    });
    expect(await trace("import { fail } from './e.ts'\nfail()")).toContain("./e.ts:7:");
  });

  it("may be WebAssembly", async () => {
    const { value, write } = startSession();
    // (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
    const bytes = "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b";
    write("add.wasm", Buffer.from(bytes, "hex"));
    expect(await value("import { add } from './add.wasm'; add(2, 3)")).toBe(5);
  });

  it("can be required, unless it awaits", async () => {
    const { value, trace } = startSession({
      "plain.ts": "export const x: number = 1",
      "waits.ts": "export const x = await 1",
      "lazy.cjs": "exports.load = async () => (await import('./plain.ts')).x",
      "c.cjs": "const { x } = require('./plain.ts'); module.exports = x + require('node:path').sep.length",
    });
    expect(await value("require('./plain.ts').x + require('./c.cjs')")).toBe(3);
    expect(await value("await require('./lazy.cjs').load()")).toBe(1);
    expect(await trace("require('./waits.ts')")).toContain("it awaits at its top level");
  });
});

describe("a local module that has changed", () => {
  it("is there at the next cell, with all that imports it; the rest stays what it was", async () => {
    const { value, write } = startSession({
      "lib/base.ts": "export const tag = 'first'",
      "lib/user.ts": "import { tag } from './base.js'\nexport const told = () => tag\nexport class Told {}",
      "lib/other.ts": "export class Other {}",
    });
    await value(
      "import { told, Told } from './lib/user.ts'; import { Other } from './lib/other.ts'; const before = { Told, Other }",
    );
    write("lib/base.ts", "export const tag = 'second, longer'");
    expect(await value("told()")).toBe("second, longer");
    expect(await value("[Told === before.Told, Other === before.Other]")).toEqual([false, true]);
  });

  it("is evaluated anew when only its time tells", async () => {
    const { value, write, folder } = startSession({ "t.ts": "export const n = 1" });
    await value("import { n } from './t.ts'");
    write("t.ts", "export const n = 2");
    utimesSync(join(folder, "t.ts"), new Date(), new Date(Date.now() + 5000));
    expect(await value("n")).toBe(2);
  });

  it("leaves its earlier version in use when it is broken, and says so", async () => {
    const { value, write } = startSession({ "b.ts": "export const n = 1" });
    await value("import { n } from './b.ts'");
    const told = await toldOnStderr(async () => {
      write("b.ts", "export const n = = 2");
      expect(await value("n")).toBe(1);
      expect(await value("n")).toBe(1);
    });
    expect(told.match(/Cannot reload "\.\/b\.ts"/gu)).toHaveLength(1);
  });

  it("leaves its earlier version in use when a file has taken its folder's place", async () => {
    const { value, write, folder } = startSession({ "lib/b.ts": "export const n = 1" });
    await value("import { n } from './lib/b.ts'");
    rmSync(join(folder, "lib"), { recursive: true });
    write("lib", "");
    expect(await value("n")).toBe(1);
  });

  it("is taken up again by the names of earlier cells once what was broken or missing is mended", async () => {
    const { value, write, folder } = startSession({
      "user.ts": "import { n } from './base.ts';\nexport const told = () => n;",
      "base.ts": "export const n = 1;",
    });
    await value("import { told } from './user.ts'");
    const steps: [string, () => void][] = [
      ["base.ts", () => write("base.ts", "export const n = = 2;")],
      [
        "user.ts",
        () => write("user.ts", "import { n } from './gone.ts';\nexport const told = () => n + 10;"),
      ],
    ];
    for (const [, breakIt] of steps)
      await toldOnStderr(async () => {
        breakIt();
        expect(await value("told()")).toBe(1);
      });
    write("base.ts", "export const n = 22;");
    write("gone.ts", "export const n = 33;");
    expect(await value("told()")).toBe(43);
    rmSync(join(folder, "gone.ts"));
    expect(await value("told()")).toBe(43);
    expect(
      await toldOnStderr(async () => {
        write("user.ts", "import { n } from './base.ts';\nexport const other = () => n;");
        expect(await value("told()")).toBe(43);
      }),
    ).toMatch(/Cannot import "told" from "\.\/user\.ts": it exports other/u);
    write(
      "user.ts",
      "import { n } from './base.ts';\nthrow new Error('at its top');\nexport const told = () => 5;",
    );
    expect(
      await toldOnStderr(async () => {
        expect(await value("told()")).toBe(43);
      }),
    ).toContain("at its top");
    write("user.ts", "import { n } from './base.ts';\nexport const told = () => n;");
    expect(await value("told()")).toBe(22);
  });

  it("that imports what is missing is named as the place of the error", async () => {
    const { trace } = startSession({ "deep/a.ts": "export const a = 1;\nimport './none.ts';" });
    const told = await trace("import { a } from './deep/a.ts'");
    expect(told).toContain("./deep/a.ts:2:");
    expect(told).not.toContain("Cell [1]");
  });

  it("is found when it was missing before", async () => {
    const { value, write, thrown } = startSession();
    await thrown("import { n } from './late.ts'");
    write("late.ts", "export const n = 1");
    expect(await value("import { n } from './late.ts'; n")).toBe(1);
  });
});

describe("packages", () => {
  it("are loaded once, whoever asks", async () => {
    const { value } = startSession({ ...packages, "uses.ts": "export { more } from 'modern'" });
    await value("import { more } from 'modern'; const first = more");
    const code =
      "import { more as same } from './uses.ts'; const again = await import('modern'); [first === same, first === again.more]";
    expect(await value(code)).toEqual([true, true]);
  });
});

async function toldOnStderr(run: () => Promise<void>): Promise<string> {
  const written: string[] = [];
  const before = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text: string) => written.push(text) > 0;
  try {
    await run();
  } finally {
    process.stderr.write = before;
  }
  return written.join("");
}
