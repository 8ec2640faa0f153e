import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore, type RRef, type Store } from "../../../core/index.ts";
import { NotebookOutputs } from "../../../kernel/app/outputs.ts";
import { spawnKernel, type SpawnedKernel } from "../../../kernel/app/spawn.ts";
import { failedFolders, leftovers } from "../../core/realize/leftovers.ts";
import { steady } from "../../magics/support/quickstart.ts";

let folder: string;
let store: Store;
let kernel: SpawnedKernel;
const start = (): Promise<SpawnedKernel> =>
  spawnKernel({ folder, env: { LIGHTNIX_ROOT: store.root, HOME: folder } });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lightnix-pause-"));
  store = openStore({ root: join(folder, "store"), durable: false });
  kernel = await start();
});
afterEach(async () => {
  await kernel.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly error: string;
  /** What the notebook keeps of the cell, each output as its text. */
  readonly outputs: readonly string[];
}

async function cell(code: string): Promise<Ran> {
  const gathered = new NotebookOutputs();
  const reply = await kernel.client.execute(code, { onPublished: (one) => gathered.take(0, one) });
  const outputs = gathered.of(0).map((output) => {
    if (output.output_type === "stream") return String(output.text);
    return "data" in output ? String((output.data as Record<string, unknown>)["text/plain"]) : "";
  });
  return { error: reply.status === "error" ? reply.evalue : "", outputs };
}

const model = `%%stage model
import { writeFile } from "node:fs/promises";
export const config = { lr: 0.1, weights: self("weights.json") };
export const matcher = latest();
export default async (build: Build) => {
  console.log("epoch 1");
  const plot = display({ "text/plain": "a plot of 1 epoch" });
  console.log("epoch 2");
  plot.update({ "text/plain": "a plot of 2 epochs" });
  display.html("<b>done</b>");
  await writeFile(build.path("weights.json"), "[1]");
};`;

describe("a notebook with a real kernel", () => {
  it("shows again what a realizer showed, in a new kernel too", async () => {
    expect(await cell(model)).toMatchObject({ error: "" });
    const first = await cell("%realize model");
    expect(first.error).toBe("");
    expect(first.outputs.slice(1)).toEqual(["a plot of 2 epochs", "done"]);
    expect(first.outputs[0]).toContain("printed\n  epoch 1\n  epoch 2\n");
    await kernel.stop();
    kernel = await start();
    await cell(model);
    const again = await cell("%realize model");
    expect(again.outputs[0]).toContain("reused, built nothing");
    const lines = ({ outputs }: Ran): string[] => [
      steady(outputs[0] ?? "")
        .split("\n")
        .slice(1)
        .join("\n"),
      ...outputs.slice(1),
    ];
    expect(lines(again)).toEqual(lines(first));
  }, 60_000);

  it("holds a build across cells, checked by its type, and publishes what hands made", async () => {
    await cell(model);
    expect((await cell("%pause model")).outputs[0]).toContain("held by hand · 1 promise not kept yet");
    const wrong = await cell("build.config.rate;");
    expect(wrong.error).toContain("'rate' does not exist");
    const right = await cell(
      'import { writeFile } from "node:fs/promises";\nconst lr: number = build.config.lr;\nconst tried = await build.exec("echo", ["tried", String(lr)]);',
    );
    expect(right).toMatchObject({ error: "", outputs: ["tried 0.1\n"] });
    expect((await cell("%resume")).error).toContain("are not there yet: weights.json");
    await cell('await writeFile(build.path("weights.json"), "[2]");');
    const done = await cell("%resume --as r\n");
    expect(done.error).toBe("");
    expect(done.outputs.join()).toContain("by hand");
    const bound = await cell("const found: RRef = r; console.log(found);");
    expect(bound.error).toBe("");
    const rref = bound.outputs[0]?.trim() as RRef;
    expect(readFileSync(join(store.path(rref), "weights.json"), "utf8")).toBe("[2]");
    expect(leftovers(store)).toEqual([]);
  }, 60_000);

  it.each(["restarted", "killed"])(
    "does not lose what is held when the kernel is %s",
    async (how) => {
      await cell(model);
      await cell("%pause model");
      await cell(
        'import { writeFile } from "node:fs/promises";\nawait writeFile(build.path("weights.json"), "[3]");',
      );
      if (how === "killed")
        process.kill(Number((await cell("console.log(process.pid)")).outputs[0]), "SIGKILL");
      await kernel.stop();
      kernel = await start();
      await cell(model);
      expect((await cell("%resume")).error).toContain("nothing is held");
      expect((await cell("%pause model --failed")).outputs[0]).toContain("promised   ✓ weights.json");
      expect((await cell("%resume")).error).toBe("");
      expect(failedFolders(store)).toEqual([]);
    },
    60_000,
  );
});
