import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Compared } from "../../../core/index.ts";

// The built file, as users start it.
const cli = fileURLToPath(new URL("../../../dist/kernel/app/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lightnix-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(lr: number): void {
  const text = `
import { writeFile } from "node:fs/promises";
import { stage } from "lightnix";
const module = import.meta.url;
export const model = stage({
  name: "model",
  config: { lr: ${lr}, text: "\\u001b[31mred ${lr}" },
  module,
  realize: (build) => writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: 1 - build.config.lr })),
});
export const other = stage({ name: "other", config: {}, module, realize() {} });
`;
  writeFileSync(join(folder, "stages.ts"), text);
}

function lightnix(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const env = { ...process.env, LIGHTNIX_ROOT: join(folder, "store"), HOME: folder, FORCE_COLOR: "" };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe("lightnix compare", () => {
  let rref = "";
  beforeAll(async () => {
    write(0.5);
    rref = /rref:\S+/u.exec((await lightnix("realize", "stages.ts:model", "--quiet")).stdout)?.[0] ?? "";
    write(0.25);
    await lightnix("realize", "stages.ts:model", "--quiet");
  });

  it("shows a realization and a stage of a module side by side", async () => {
    const { exitCode, stdout, stderr } = await lightnix("compare", rref, "stages.ts:model");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^model {2}\(compare\) {2}2 fields and 1 metric differ$/mu);
    expect(stdout).toMatch(/^ {2}lr +0\.5 +0\.25$/mu);
    expect(stdout).toMatch(/^ {2}accuracy +0\.5 +0\.75 +\+0\.25 \(\+50 %\)$/mu);
    expect(stdout).not.toContain("\u001b");
  });

  it("prints all of it as JSON", async () => {
    const { stdout } = await lightnix("compare", rref, "stages.ts:model", "--json");
    expect((JSON.parse(stdout) as Compared).metrics).toEqual([
      { name: "accuracy", before: 0.5, after: 0.75, difference: 0.25, isSame: false },
    ]);
  });

  it("refuses several stages, one word alone, and what the store does not have", async () => {
    expect(await lightnix("compare", rref, "stages.ts")).toMatchObject({
      exitCode: 1,
      stderr: 'Cannot compare "stages.ts": it is several stages. Name one of model, other\n',
    });
    expect((await lightnix("compare", rref)).exitCode).toBe(2);
    const unknown = await lightnix("compare", rref, rref.replaceAll(/[0-9a-f]{32}/gu, "0".repeat(32)));
    expect(unknown).toMatchObject({ exitCode: 1 });
    expect(unknown.stderr).toMatch(/^Cannot find|^Cannot read/u);
  });
});
