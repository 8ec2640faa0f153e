import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runNotebook } from "../../../kernel/app/run.ts";
import type { RunResult } from "../../../kernel/app/run.ts";
import { notebookOf } from "../../support/notebook-of.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-tslab-"));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

async function run(kernelspec: string, cells: readonly string[]): Promise<RunResult> {
  const path = join(folder, "a.ipynb");
  const spec = { name: kernelspec, language: "typescript", display_name: kernelspec };
  await writeFile(path, JSON.stringify(notebookOf(cells, { metadata: { kernelspec: spec } })));
  return await runNotebook(path, { env: { LIGHTNIX_ROOT: join(folder, "store"), HOME: folder } });
}

function outputsOf(result: RunResult): unknown[] {
  return result.notebook.cells.map(({ outputs }) => outputs);
}

// What tslab's own example notebooks do, call by call.
describe("notebooks written for tslab run unchanged", () => {
  it("in TypeScript, which is not strict there", async () => {
    const result = await run("tslab", [
      `import * as tslab from "tslab";\nimport fs from "fs";\nconsole.log("node", tslab.versions.node === process.version)`,
      `interface Speaker { speak(): string }\nclass Dog implements Speaker {\n  private name: string;\n  constructor(name: string) { this.name = name; }\n  speak(): string { return this.name + " barks"; }\n}\nnew Dog("Rex").speak()`,
      `let sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));\nconst start = Date.now();\nawait sleep(20);\nDate.now() - start >= 19`,
      `sleep(1);`,
      `tslab.display.html("Hello <b>Type</b>Script");`,
      `{\n  let display = tslab.newDisplay();\n  for (let progress = 1; progress <= 100; progress++) {\n    await sleep(1);\n    display.text(\`progress: \${progress}%\`);\n  }\n}`,
      `{\n  let obj = {x: null};\n  console.log(obj?.x?.z);\n}`,
      `tslab.display.raw("text/x-custom", "raw"); tslab.display.png(fs.readFileSync("a.png"))`.replace(
        `fs.readFileSync("a.png")`,
        `new Uint8Array([0x89, 0x50])`,
      ),
    ]);
    expect(result.failure).toBeUndefined();
    const [versions, speak, slept, , html, progress, loose, raw] = outputsOf(result);
    expect(versions).toMatchObject([{ text: "node true\n" }]);
    expect(speak).toMatchObject([{ data: { "text/plain": "'Rex barks'" } }]);
    expect(slept).toMatchObject([{ data: { "text/plain": "true" } }]);
    expect(html).toMatchObject([{ data: { "text/html": "Hello <b>Type</b>Script" } }]);
    expect(progress).toMatchObject([{ data: { "text/plain": "progress: 100%" } }]);
    expect(loose).toContainEqual({ output_type: "stream", name: "stdout", text: "undefined\n" });
    expect(raw).toMatchObject([{ data: { "text/x-custom": "raw" } }, { data: { "image/png": "iVA=" } }]);
  });

  it("in JavaScript, which is not checked there", async () => {
    const result = await run("jslab", [
      `const tslab = require('tslab');\nconst fs = require("fs");\ntslab.display.markdown("*Java*Script")`,
      `let now = Date.now();\nnow += 'hello';\ntypeof now`,
      `class Hello {\n  constructor(name) { this.name = name; }\n  say() { console.log("Hello, " + this.name); }\n}\nnew Hello("tslab").say();`,
    ]);
    expect(result.failure).toBeUndefined();
    expect(outputsOf(result)).toMatchObject([
      [{ data: { "text/markdown": "*Java*Script" } }],
      [{ data: { "text/plain": "'string'" } }],
      [{ text: "Hello, tslab\n" }],
    ]);
  });
});
