import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel();
}, 60_000);
afterAll(async () => await kernel.stop());

const install = (name: string, version: string, code: string): void => {
  const home = join(kernel.folder, "node_modules", name);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ name, version, main: "index.js" }));
  writeFileSync(join(home, "index.js"), code);
};

const stage = `%%stage trained
export const config = {};
export default async () => { console.log("backend", library.backend()); };`;

it("a stage that uses an import has what the imports beside it do, and counts those as its own", async () => {
  install(
    "library",
    "1.0.0",
    "let used = 'none'; exports.use = (name) => { used = name; }; exports.backend = () => used;",
  );
  install("library-wasm", "1.0.0", "require('library').use('wasm');");
  expect((await kernel.run('import * as library from "library";\nimport "library-wasm";')).status).toBe("ok");
  await kernel.run(stage);
  await kernel.run("%realize trained");
  expect((await kernel.run("%log trained")).printed).toContain("backend wasm");
  install("library-wasm", "1.1.0", "require('library').use('faster');");
  await kernel.run(stage);
  expect((await kernel.run("%explain trained")).printed).toContain("package library-wasm 1.0.0 -> 1.1.0");
  await kernel.run("%realize trained");
  expect((await kernel.run("%log trained")).printed).toContain("backend faster");
}, 60_000);

it("a cell that imports a package is told, once, that another version is installed than the session has loaded", async () => {
  install("counted", "1.0.0", "exports.count = 1;");
  const cell = 'import { count } from "counted";\ncount';
  expect(await kernel.run(cell)).toMatchObject({ result: "1", printed: "" });
  expect(await kernel.run(cell)).toMatchObject({ printed: "" });
  install("counted", "1.1.0", "exports.count = 2;");
  expect(await kernel.run(cell)).toMatchObject({
    result: "1",
    printed: expect.stringMatching(
      /^counted 1\.1\.0 is installed now, and this session goes on with 1\.0\.0, .*restart the kernel/u,
    ) as string,
  });
  expect(await kernel.run(cell)).toMatchObject({ printed: "" });
});

it("a default export that is inside of what Node imports of CommonJS is pointed at", async () => {
  install(
    "twice",
    "1.0.0",
    "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = (n) => 2 * n;",
  );
  expect((await kernel.run('import twice from "twice";\ntwice(2)')).traceback).toMatch(
    /^TypeError: twice is not a function\n"twice" is CommonJS, of which Node imports all as "twice": const \{ default: twiceItself \} = twice as any;\n/u,
  );
  expect(await kernel.run("const { default: twiceItself } = twice as any;\ntwiceItself(2)")).toMatchObject({
    result: "4",
  });
  const { traceback } = await kernel.run("const one = { default() {} } as any;\none()");
  expect(traceback).toMatch(/^TypeError: one is not a function\n {2}Cell/u);
});

it("a stage that uses nothing of such a cell has nothing of it", async () => {
  await kernel.run(
    '%%stage other\nexport const config = {};\nexport default async () => { console.log("alone"); };',
  );
  expect((await kernel.run("other.source")).result).not.toContain("library");
});
