import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel({
    "package.json": "{}",
    "node_modules/pairs/package.json":
      '{ "name": "pairs", "version": "4.1.0", "main": "index.js", "types": "index.d.ts" }',
    "node_modules/pairs/index.js": "exports.pair = (a, b) => [a, b];",
    "node_modules/pairs/index.d.ts": "export function pair<A, B>(a: A, b: B): [A, B];",
    "twice.ts": 'import { pair } from "npm:pairs@4";\nexport const twice = (n: number) => pair(n, n);',
  });
}, 60_000);
afterAll(async () => await kernel.stop());

describe("a notebook that was written for Deno", () => {
  it("imports installed packages by npm:, with their types, in cells and local modules", async () => {
    expect((await kernel.run('import { pair } from "npm:pairs@4.1";\npair(1, "a")')).result).toBe(
      "[ 1, 'a' ]",
    );
    expect((await kernel.run("pair(1)")).traceback).toContain("Expected 2 arguments, but got 1");
    expect((await kernel.run("const [n] = pair(2, 3);\nconst text: string = n;")).traceback).toContain(
      "Type 'number' is not assignable to type 'string'",
    );
    expect((await kernel.complete('const all = await import("npm:pairs");\nall.|')).matches).toContain(
      "pair",
    );
    expect(await kernel.run('import { twice } from "./twice.ts";\ntwice(2)')).toMatchObject({
      result: "[ 2, 2 ]",
      printed: "",
    });
    expect((await kernel.run("const text: string = twice(2);")).traceback).toContain(
      "Type '[number, number]' is not assignable to type 'string'",
    );
    kernel.write("wrong.ts", 'import { pair } from "npm:pairs@^4";\nexport const n: string = pair(1, 2);');
    expect((await kernel.run('import { n } from "./wrong.ts";\nn')).printed).toContain(
      "./wrong.ts:2:14 - error TS2322: Type '[number, number]' is not assignable to type 'string'",
    );
  });

  it("is told which version is there when another one is asked for, and what installs it", async () => {
    expect((await kernel.run('import { pair } from "npm:pairs@5";\npair')).traceback).toContain(
      'Cannot import "npm:pairs@5": version 4.1.0 is installed. Install it with: npm install pairs@5',
    );
    const missing = await kernel.run('import x from "npm:none@3/sub";');
    expect(missing.traceback).toContain("Cannot find module 'npm:none@3/sub'");
    expect(missing.traceback).toContain("To install it: %npm install none@3\n");
    expect((await kernel.run('import x from "https://esm.sh/none@1";')).traceback).toContain(
      "To install it: %npm install none@1\n",
    );
  });

  it("defines stages whose code takes packages from npm:, which other processes run", async () => {
    await kernel.run(`%%stage pairs
import { pair } from "npm:pairs@4";
import { writeFile } from "node:fs/promises";
export const config = { out: self("pair.json") };
export default async (build: Build) => writeFile(build.lens.out.syspath, JSON.stringify(pair(1, 2)));`);
    expect((await kernel.run("lens(await realize(pairs)).out.json")).result).toBe("[ 1, 2 ]");
  }, 60_000);

  it("shows what it shows by Deno.jupyter, and is told where the rest of Deno is", async () => {
    expect((await kernel.run("Deno.jupyter.html`<b>${1 + 1}</b>`")).result).toBe("2");
    expect(
      (await kernel.run('await Deno.jupyter.display({ "text/plain": "raw" }, { raw: true })')).printed,
    ).toBe("raw\n");
    expect((await kernel.complete("Deno.jupyter.ht|")).matches).toEqual(["html"]);
    const { traceback } = await kernel.run('await Deno.readTextFile("x")');
    expect(traceback).toContain("Property 'readTextFile' does not exist on type 'typeof Deno'");
    expect(traceback).toContain("install @deno/shim-deno and import { Deno } from it");
  });

  it("is not taken for one by packages", async () => {
    kernel.write("node_modules/probe/package.json", '{ "name": "probe", "version": "1.0.0" }');
    kernel.write("node_modules/probe/index.js", "exports.deno = typeof Deno;");
    await kernel.run("%check off");
    expect((await kernel.run('import { deno } from "probe";\ndeno')).result).toBe("'undefined'");
  });
});
