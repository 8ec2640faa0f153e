import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

const shared = {
  "plain/package.json": '{ "name": "plain", "main": "index.js", "types": "index.d.ts" }',
  "plain/index.js": "exports.five = 5;",
  "plain/index.d.ts": "export const five: number;",
  "plain/part.js": "exports.part = 'p';",
  "plain/part.d.ts": "export const part: string;",
  "modern/package.json":
    '{ "name": "modern", "type": "module", "exports": { ".": { "types": "./types/main.d.ts", "default": "./main.js" }, "./sub": "./sub.js", "./deep/*": "./lib/*.js" } }',
  "modern/main.js": "export const seven = 7;",
  "modern/types/main.d.ts": "export const seven: number;",
  "modern/sub.js": "export const sub = 'sub';",
  "modern/lib/one.js": "export const one = 1;",
  "@scope/thing/package.json": '{ "name": "@scope/thing", "main": "index.js" }',
  "@scope/thing/index.js": "exports.thing = 'scoped';",
  "@types/scope__thing/index.d.ts": "export const thing: string;",
  "single.js": "exports.single = true;",
  "local/package.json": '{ "name": "local", "main": "index.js", "types": "index.d.ts" }',
  "local/index.js": "exports.where = 'NODE_PATH';",
  "local/index.d.ts": "export const where: 'NODE_PATH';",
};

let kernel: RealKernel;
const place = mkdtempSync(join(tmpdir(), "node-path-"));
beforeAll(async () => {
  for (const [path, text] of Object.entries(shared)) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  kernel = await startRealKernel(
    {
      "mine.ts":
        "import { five } from 'plain';\nexport const ten = five * 2;\nexport const bad: string = five;",
      "node_modules/local/package.json": '{ "name": "local", "main": "index.js", "types": "index.d.ts" }',
      "node_modules/local/index.js": "exports.where = 'folder';",
      "node_modules/local/index.d.ts": "export const where: 'folder';",
    },
    { NODE_PATH: [place, "/no/such/place"].join(delimiter) },
  );
}, 60_000);
afterAll(async () => {
  await kernel.stop();
  rmSync(place, { recursive: true });
});

describe("NODE_PATH", () => {
  it("leads cells to packages, with their types: whole, in parts, by exports, by @types, as files", async () => {
    const cells: [string, string][] = [
      ['import { five } from "plain";\nfive.toFixed(1)', "'5.0'"],
      ['import { part } from "plain/part";\npart.toUpperCase()', "'P'"],
      ['import { seven } from "modern";\nseven.toFixed()', "'7'"],
      [
        'import { sub } from "modern/sub";\nimport { one } from "modern/deep/one";\n[sub, one]',
        "[ 'sub', 1 ]",
      ],
      ['import { thing } from "@scope/thing";\nthing.length', "6"],
      ['import { single } from "single";\nsingle', "true"],
      ['const required = require("plain");\nrequired.five', "5"],
      ['(await import("modern")).seven', "7"],
    ];
    for (const [code, result] of cells)
      expect({ code, ...(await kernel.run(code)) }).toMatchObject({ result });
    expect((await kernel.run("seven.nope")).traceback).toContain("does not exist on type 'number'");
    expect((await kernel.run("thing.nope")).traceback).toContain("does not exist on type");
  });

  it("comes after what the notebook's folder has", async () => {
    expect(
      await kernel.run('import { where } from "local";\nconst exact: "folder" = where;\nexact'),
    ).toMatchObject({ result: "'folder'" });
  });

  it("leads local modules, and their check, to packages", async () => {
    const { result, printed } = await kernel.run('import { ten } from "./mine.ts";\nten');
    expect(result).toBe("10");
    expect(printed).toContain("./mine.ts:3:14 - error TS2322");
    expect(printed).not.toContain("TS2307");
  });

  it("is completed: names, parts and exports of its packages", async () => {
    expect((await kernel.complete('import x from "pla|"')).matches).toContain("plain");
    expect((await kernel.complete('import x from "mod|"')).matches).toContain("modern");
    expect((await kernel.complete('import x from "@sc|"')).matches).toContain("@scope/thing");
    expect((await kernel.complete('import { fi| } from "plain"')).matches).toEqual(["five"]);
  });

  it("is among the places that a missing package was looked for in, checked or not", async () => {
    const checked = (await kernel.run('import x from "nowhere";')).traceback;
    await kernel.run("%check off");
    const unchecked = (await kernel.run('import x from "nowhere";')).traceback;
    for (const told of [checked, unchecked]) {
      expect(told).toContain(`${join(kernel.folder, "node_modules")}, `);
      expect(told).toContain(`${place}, /no/such/place`);
    }
    await kernel.run("%check strict");
  });
});
