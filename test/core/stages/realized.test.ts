import { writeFile } from "node:fs/promises";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  latest,
  lens,
  realize,
  realized,
  redefine,
  self,
  stage,
  type Build,
  type Stage,
} from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

const runs: string[] = [];
const run = async (build: Build): Promise<void> => {
  runs.push(build.dref);
  await writeFile(build.path("out"), String(runs.length));
};
const data = stage({ name: "data", config: { out: self("out") }, realize: run });
const model = stage({
  name: "model",
  config: { data, list: [data.path("out")], out: self("out") },
  matcher: latest(),
  captured: { data },
  realize: run,
});

describe("realized()", () => {
  it("takes what is there, and is the same derivation", async () => {
    const store = freshStore();
    const rref = await realize(model, { store });
    const count = runs.length;
    expect(await realize(realized(model), { store })).toBe(rref);
    expect(lens(realized(model), { store }).dref).toBe(lens(model, { store }).dref);
    expect(lens(realized(redefine(model, { realize: run })), { store }).dref).not.toBe("");
    expect(runs).toHaveLength(count);
    expectTypeOf(realized(model)).toEqualTypeOf<typeof model>();
  });

  it("never builds, neither the stage nor what it depends on", async () => {
    const store = freshStore();
    const count = runs.length;
    await expect(realize(realized(model), { store })).rejects.toMatchObject({
      code: "not-realized",
      message: expect.stringMatching(
        /^Cannot build "data" .* no realization that its matcher only\(\) takes/,
      ) as string,
    });
    await realize(data, { store });
    await expect(realize(realized(model), { store })).rejects.toThrow(/^Cannot build "model"/);
    await expect(realize(realized(data), { store, force: true })).rejects.toThrow(
      /wanted only as realized\(\)/,
    );
    expect(runs).toHaveLength(count + 1);
  });

  it("takes long chains", async () => {
    let chain: Stage = data;
    for (let at = 0; at < 3000; at++) chain = stage({ name: "link", config: { chain, at }, realize: run });
    await expect(realize(realized(chain), { store: freshStore() })).rejects.toMatchObject({
      code: "not-realized",
    });
  });
});
