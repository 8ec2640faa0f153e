import { describe, expect, it } from "vitest";
import { instantiate, lens, outcomes, realize } from "../../core/index.ts";
import type { Stage } from "../../core/index.ts";
import { renderValue } from "../../magics/render.ts";
import { quickstart } from "./support/quickstart.ts";

describe("renderValue()", () => {
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
