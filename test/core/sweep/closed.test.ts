import { describe, expect, it } from "vitest";
import {
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
});
