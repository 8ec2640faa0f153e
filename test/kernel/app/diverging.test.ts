import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { runNotebook } from "../../../kernel/app/run.ts";
import { notebookOf } from "../../support/notebook-of.ts";

const python = `import json, sys
lr = float(sys.argv[1])
loss = lr
for step in range(400):
    loss = loss * loss * lr if lr > 1 else loss * 0.99
with open(sys.argv[2], "w") as file:
    json.dump({"loss": loss - loss if loss == float("inf") else loss}, file)`;

it("A notebook is run to its end, although the largest learning rate of its sweep makes a training in Python diverge", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-diverging-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  vi.stubEnv("XDG_DATA_HOME", folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const stage = `%%stage model
export const config = { lr: 0.1, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "loss", order: "min" });
export default async (build: Build) => {
  const args = ["-c", ${JSON.stringify(python)}, String(build.config.lr), build.path("metrics.json")];
  await build.exec("/usr/bin/python3", args);
};`;
  const path = join(folder, "book.ipynb");
  const cells = [
    stage,
    "%sweep model --grid lr=0.1,0.5,4 --as grid",
    'const { point } = await grid.pick(best("metrics.json", { key: "loss", order: "min" }));\npoint.values["lr"]',
    "lens(await realize(grid.points[2]!.stage)).metrics.json.loss",
  ];
  writeFileSync(path, JSON.stringify(notebookOf(cells)));
  const { notebook, failure } = await runNotebook(path, {});
  expect(failure).toBeUndefined();
  const textOf = (cell: number): string =>
    (notebook.cells[cell]?.outputs ?? [])
      .map((one) => ("data" in one ? String((one.data as Record<string, unknown>)["text/plain"]) : ""))
      .join("\n");
  expect(textOf(1)).toMatch(
    /3 outcomes of 3 configs that differ in lr · 1 diverged · best loss \S+ at lr 0\.1/u,
  );
  expect(textOf(1)).toMatch(/^diverged +[0-9a-f]{8} +4 +NaN /mu);
  expect(textOf(2)).toContain("0.1");
  expect(textOf(3)).toContain("NaN");
});
