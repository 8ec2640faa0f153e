import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Explanation } from "../../../core/index.ts";

// The built file, as users start it.
const cli = fileURLToPath(new URL("../../../dist/kernel/app/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lightnix-explain-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stages = (lr: number, epochs: number): string => `
import { stage, latest } from "lightnix";
import { half } from "./half.ts";
const module = import.meta.url;
export const digits = stage({ name: "digits", config: { n: 1 }, module, realize() {} });
export const model = stage({
  name: "model",
  config: { digits, lr: ${lr} },
  module,
  // how long to train
  realize(build) {
    for (let epoch = 0; epoch < ${epochs}; epoch++) build.log(String(half(epoch)));
  },
});
export const odd = stage({ name: "odd", config: { text: "\\u001b[31mred ${lr}" }, module, realize() {} });
`;

function write(lr: number, epochs: number, divisor: number): void {
  writeFileSync(join(folder, "stages.ts"), stages(lr, epochs));
  writeFileSync(join(folder, "half.ts"), `export const half = (x: number): number => x / ${divisor};\n`);
}

function lightnix(
  args: readonly string[],
  more = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    LIGHTNIX_ROOT: "",
    HOME: folder,
    XDG_DATA_HOME: "",
    FORCE_COLOR: "",
    ...more,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const steady = (text: string): string => text.replaceAll(/\b[0-9a-f]{8}\b/gu, "01234567");

describe("lightnix explain", () => {
  beforeAll(async () => {
    write(0.1, 5, 2);
    const { exitCode, stderr } = await lightnix(["realize", "stages.ts", "--quiet"]);
    if (exitCode !== 0) throw new Error(stderr);
    write(0.01, 6, 3);
  });

  it("says of stages of a module what changed, with lines of code, and keeps escapes out of the terminal", async () => {
    const { stdout, exitCode } = await lightnix(["explain", "stages.ts"]);
    expect(exitCode).toBe(0);
    expect(steady(stdout)).toBe(
      [
        "3 stages  would run 2, reuse 1",
        "",
        "▸ would run  model  01234567  against 01234567, built just now",
        "    lr 0.1 -> 0.01",
        "    its code changed (-1 +1)",
        "        realize(build) {",
        "      -   for (let epoch = 0; epoch < 5; epoch++) build.log(String(half(epoch)));",
        "      +   for (let epoch = 0; epoch < 6; epoch++) build.log(String(half(epoch)));",
        "        }",
        "    half of file half.ts changed (-1 +1)",
        "      - const half = (x) => x / 2;",
        "      + const half = (x) => x / 3;",
        "        export { half };",
        "",
        "▸ would run  odd  01234567  against 01234567, built just now",
        '    text "\\u001b[31mred 0.1" -> "\\u001b[31mred 0.01"',
        "",
        "1 would be reused: digits",
        "",
      ].join("\n"),
    );
  });

  it("has colours where they are wanted", async () => {
    const { stdout } = await lightnix(["explain", "stages.ts:model"], { FORCE_COLOR: "1" });
    expect(stdout).toContain("\u001b[32m+   for (let epoch = 0; epoch < 6;");
    expect(stdout).toContain("\u001b[31m-   for (let epoch = 0; epoch < 5;");
  });

  it("explains a derivation of the store, and what was asked for", async () => {
    expect(steady((await lightnix(["explain", "model"])).stdout)).toBe(
      "model  01234567  would reuse everything\n",
    );
    const { stdout } = await lightnix(["explain", "model", "--force"]);
    expect(stdout).toContain("    a new outcome is asked for\n");
  });

  it("prints all that it found as JSON", async () => {
    const { stdout } = await lightnix(["explain", "stages.ts:model", "--json"]);
    const { derivations } = JSON.parse(stdout) as Explanation;
    expect(derivations).toMatchObject([
      { name: "digits", state: "reused" },
      {
        name: "model",
        state: "would-run",
        reasons: [{ type: "config-changed", path: ["lr"], before: 0.1, after: 0.01 }, {}, {}],
      },
    ]);
  });

  it("exits with 1 for what would fail", async () => {
    const { stdout, exitCode } = await lightnix(["explain", "digits", "--outcomes", "2"]);
    expect({ exitCode, stdout: steady(stdout) }).toEqual({
      exitCode: 1,
      stdout: expect.stringMatching(
        /✗ would fail {2}digits {2}01234567\n {4}Cannot make 2 outcomes of "digits"/u,
      ),
    });
  });

  it("refuses numbers that are none, and nothing at all", async () => {
    for (const args of [["explain", "digits", "--new", "many"], ["explain"]])
      expect(await lightnix(args)).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it("says which target it does not know", async () => {
    expect(await lightnix(["explain", "modl"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Did you mean "model"?'),
    });
  });
});
