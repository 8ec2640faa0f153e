import { describe, expect, it } from "vitest";
import { instantiate, lens, outcomes, realize } from "../../core/index.ts";
import type { Stage } from "../../core/index.ts";
import { renderValue } from "../../magics/render.ts";
import { Notebook } from "./support/notebook.ts";
import { quickstart, steady } from "./support/quickstart.ts";

describe("renderValue()", () => {
  it("shows realizations of one stage with several configs as a table of what differs", async () => {
    using notebook = new Notebook();
    await notebook.run('import { writeFile } from "node:fs/promises";');
    await notebook.run(`%%stage model
export const config = { same: 1, optimiser: { lr: 0.1, name: "adam" }, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "loss", order: "min" });
export default async (build) => { await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: 0.5, loss: Math.abs(build.config.optimiser.lr - 0.2) })); };`);
    await notebook.run(`const rrefs = [];
for (const lr of [0.1, 0.2, 0.4]) rrefs.push(await realize(stage({ ...model, config: { ...model.config, optimiser: { lr, name: "adam" } } })));`);
    const shown = await renderValue(notebook.value("rrefs"), notebook.session);
    expect(steady(shown?.["text/plain"] as string)).toBe(
      [
        "model  3 outcomes of 3 configs that differ in optimiser.lr · best loss 0 at optimiser.lr 0.2",
        "",
        "      outcome  optimiser.lr  loss  accuracy  started  took  size",
        "─  ─  ─  ─  ─  ─  ─  ─",
        "best  01234567  0.2  0.0  0.5  just now  5 ms  25 B",
        "      01234567  0.1  0.1  0.5  just now  5 ms  27 B",
        "      01234567  0.4  0.2  0.5  just now  5 ms  27 B",
        "",
        "best loss first (smallest) · ages as of 2026-01-02 03:04",
      ].join("\n"),
    );
    expect(shown?.["text/html"]).toContain("✓ best");
  });

  it("shows stages, references, lists of realizations, lenses, paths and outcome tables", async () => {
    using notebook = await quickstart();
    const { session } = notebook;
    const { store } = session;
    const digits = notebook.value("digits") as Stage<Record<string, unknown>>;
    const rref = await realize(digits, { store });
    const { dref } = await instantiate(digits, { store });
    const shown = async (value: unknown): Promise<unknown> =>
      (await renderValue(value, session))?.["text/plain"];
    expect(await shown(digits)).toContain("(stage)");
    expect(await shown(rref)).toContain("(realization)");
    expect(await shown(dref)).toContain("(derivation)");
    expect(await shown([rref, rref])).toContain("2 realizations");
    expect(await shown(lens(rref, { store }))).toContain("(realization)");
    expect(await shown(digits.path("table.csv"))).toContain("table.csv");
    expect(await shown(await outcomes(digits, { store }))).toContain("1 outcome");
  });

  it("leaves everything else to the kernel", async () => {
    using notebook = await quickstart();
    const unknown = `rref:${"0".repeat(32)}-${"1".repeat(32)}-x`;
    for (const value of [
      1,
      "text",
      null,
      undefined,
      {},
      [],
      [1],
      unknown,
      [unknown],
      { rows: [], columns: [] },
      () => 1,
    ]) {
      expect(await renderValue(value, notebook.session)).toBeUndefined();
    }
  });
});
