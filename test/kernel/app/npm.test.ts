import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

function packageFiles(name: string, version: string): Record<string, string> {
  const [major = ""] = version.split(".");
  return {
    [`${name}/package.json`]: JSON.stringify({ name, version, main: "index.js", types: "index.d.ts" }),
    [`${name}/index.js`]: `exports.hello = (n) => "v${major} " + n;`,
    [`${name}/index.d.ts`]: "export function hello(n: number): string;",
  };
}

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel({
    "package.json": "{}",
    ...packageFiles("linked", "1.0.0"),
    ...packageFiles("copied", "1.0.0"),
    "untyped/package.json": '{ "name": "untyped", "version": "1.0.0", "main": "index.js" }',
    "untyped/index.js": "exports.twice = (n) => 2 * n;",
    "untyped-types/package.json": '{ "name": "@types/untyped", "version": "1.0.0", "types": "index.d.ts" }',
    "untyped-types/index.d.ts": "export function twice(n: number): number;",
  });
}, 60_000);
afterAll(async () => await kernel.stop());

describe("%npm", () => {
  it.each(["linked", "copied"])(
    "installs a package (%s) that the next cell imports with its types",
    async (name) => {
      const cell = `import { hello } from "${name}";\nhello(1)`;
      expect((await kernel.run(cell)).traceback).toContain(`Cannot find module '${name}'`);
      const { status, printed } = await kernel.run(
        `%npm install --install-links=${name === "copied"} ./${name}`,
      );
      expect([status, printed]).toEqual(["ok", expect.stringContaining("added 1 package")]);
      expect((await kernel.run(cell)).result).toBe("'v1 1'");
      expect((await kernel.run(`import { hello } from "${name}";\nhello("one")`)).traceback).toContain(
        "Argument of type 'string' is not assignable to parameter of type 'number'",
      );
    },
    120_000,
  );

  it("brings the types of a package that was there without", async () => {
    await kernel.run("%npm install --install-links ./untyped");
    const cell = 'import { twice } from "untyped";\ntwice("no")';
    await kernel.run('import { twice } from "untyped";\ntwice(2)');
    await kernel.run("%npm install --install-links ./untyped-types");
    expect((await kernel.run(cell)).traceback).toContain("not assignable to parameter of type 'number'");
  }, 120_000);

  it("says which versions have changed", async () => {
    kernel.write("copied/package.json", packageFiles("copied", "2.0.0")["copied/package.json"] ?? "");
    expect((await kernel.run("%npm install --install-links ./copied")).printed).toContain(
      "Changed: copied 1.0.0 → 2.0.0. What cells have loaded of them stays until the kernel is restarted\n",
    );
  }, 120_000);

  it("fails when npm does", async () => {
    const { traceback } = await kernel.run("%npm install ./nowhere");
    expect(traceback).toContain('Cannot run "npm install ./nowhere": it ended with exit code');
    expect((await kernel.run("%npm")).traceback).toContain("Cannot run %npm: it needs a command");
  }, 120_000);
});
