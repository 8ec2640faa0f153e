import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  best,
  closureFromStore,
  instantiate,
  lens,
  realize,
  sweep,
  stage,
  type Build,
} from "../../../core/index.ts";
import { closeRealizer } from "../../../core/stage/bundle.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";

describe("the points of a sweep over a closed stage", () => {
  it("are closed, too, and have one bundle in common, which is made once", async () => {
    const store = freshStore();
    let made = 0;
    const work = (build: Build<{ lr: number }>): void => build.log(`here ${build.config.lr}`);
    closeRealizer(work, {
      digest: "a".repeat(32),
      code: () => {
        made++;
        const text =
          "export const realize = (build) => build.log(`there ${build.config.lr}`);\nexport const matcher = undefined;";
        return { entry: { title: "work", text, from: "work.ts" }, folder: freshFolder() };
      },
    });
    const grid = sweep(stage({ name: "model", config: { lr: 0 }, realize: work }), { lr: [1, 2, 3] });
    await instantiate(grid, { store });
    expect(made).toBe(1);
    const drefs = grid.stages.map((point) => lens(point).dref);
    expect(new Set(drefs.map((dref) => store.bundle(dref))).size).toBe(1);
    const [, second] = drefs;
    const rref = await realize(await closureFromStore(store, second as (typeof drefs)[number], {}));
    expect(store.log(rref)).toBe("there 2\n");
  });

  it("keep their bundle when the stage is realized by itself, so that the two are not exchanged each time", async () => {
    const store = freshStore();
    let made = 0;
    const work = (build: Build): Promise<void> => writeFile(build.path("m.json"), '{"loss": NaN}');
    closeRealizer(work, {
      digest: "b".repeat(32),
      code: ({ text }) => {
        made++;
        const lines = [
          'import { best as lightnix$best, tolerant as lightnix$tolerant } from "lightnix";',
          "export const realize = () => undefined;",
          `export const matcher = ${text};`,
        ];
        return { entry: { title: "work", text: lines.join("\n"), from: "work.ts" }, folder: freshFolder() };
      },
    });
    const alone = stage({
      name: "model",
      config: { lr: 1 },
      matcher: best("m.json", { key: "loss" }),
      realize: work,
    });
    const grid = sweep(alone, { lr: [1, 2] });
    const { dref } = lens(alone);
    await instantiate(alone, { store });
    const strict = store.bundle(dref);
    await instantiate(grid, { store });
    const bundle = store.bundle(dref);
    expect(bundle).not.toBe(strict);
    for (const target of [alone, grid, alone]) await instantiate(target, { store });
    expect([made, store.bundle(dref)]).toEqual([2, bundle]);
    await realize(grid, { store });
    const stored = await closureFromStore(store, dref);
    expect(await realize(stored, { assertRealized: true })).toBeDefined();
    await expect(realize(alone, { store })).rejects.toMatchObject({ code: "no-metric" });
  });
});
