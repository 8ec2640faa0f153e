import { chmodSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  all,
  best,
  instantiate,
  lens,
  openStore,
  outcomes,
  realize,
  realizeMany,
  self,
  stage,
  type Matcher,
  type Stage,
} from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

/** A model whose runs reach, one after the other, these accuracies. */
function model(accuracies: readonly number[], matcher: Matcher, config: object = {}): Stage {
  let run = 0;
  return stage({
    name: "model",
    config,
    matcher,
    async realize(build) {
      const accuracy = accuracies[run++];
      const metrics = {
        accuracy,
        test: { loss: run, perEpoch: [1, 2] },
        note: `run ${run}`,
        good: run > 1,
        none: null,
      };
      await writeFile(build.path("metrics.json"), JSON.stringify(metrics));
      await writeFile(build.path("extra.json"), JSON.stringify({ epochs: run }));
      await writeFile(build.path("score.json"), String(run));
    },
  });
}

const byAccuracy = best("metrics.json", { key: "accuracy" });

describe("outcomes()", () => {
  it("is empty for what was never realized, and writes nothing", async () => {
    const store = freshStore();
    const table = await outcomes(model([], byAccuracy), { store });
    expect(table).toMatchObject({ kind: "outcomes", name: "model", rows: [], columns: [] });
    expect(store.derivations()).toEqual([]);
  });

  it("has a row for every realization, the best first, and marks what the matcher takes", async () => {
    const store = freshStore();
    const trained = model([0.7, 0.9, 0.8], byAccuracy);
    const rref = await realize(trained, { store, count: 3 });
    const table = await outcomes(trained, { store });
    expect(table.rows.map(({ metrics }) => metrics["accuracy"])).toEqual([0.9, 0.8, 0.7]);
    expect(table.rows.map(({ chosen }) => chosen)).toEqual([true, false, false]);
    expect(table.rows[0]).toMatchObject({
      rref,
      context: {},
      sizeBytes: expect.any(Number),
      started: expect.any(Date),
    });
    expect(table.rows[0]?.durationMs).toBeGreaterThanOrEqual(0);
    expect(table).toMatchObject({
      drefs: [lens(trained).dref],
      matcher: 'best("metrics.json", accuracy)',
      metric: { file: "metrics.json", key: "accuracy", order: "max" },
    });
  });

  it("reads scalars and series, nested ones joined by dots", async () => {
    const store = freshStore();
    const trained = model([0.7], byAccuracy);
    await realize(trained, { store });
    const { columns, rows } = await outcomes(trained, { store });
    expect(columns).toEqual(["accuracy", "test.loss", "test.perEpoch", "note", "good"]);
    expect(rows[0]?.metrics).toEqual({
      accuracy: 0.7,
      "test.loss": 1,
      "test.perEpoch": [1, 2],
      note: "run 1",
      good: false,
    });
  });

  it("reads the matcher's file and what self paths promise, the latter under the file's name", async () => {
    const store = freshStore();
    const trained = model([0.7], byAccuracy, { extra: self("extra.json"), metrics: self("metrics.json") });
    await realize(trained, { store });
    expect((await outcomes(trained, { store })).columns).toEqual([
      "accuracy",
      "test.loss",
      "test.perEpoch",
      "note",
      "good",
      "extra.epochs",
    ]);
  });

  it("reads all JSON files where nobody said which, metrics.json as the main one", async () => {
    const store = freshStore();
    const trained = model([0.7], all());
    await realize(trained, { store });
    expect((await outcomes(trained, { store })).columns).toEqual([
      "extra.epochs",
      "accuracy",
      "test.loss",
      "test.perEpoch",
      "note",
      "good",
      "score",
    ]);
  });

  it("reads the files that it is told to", async () => {
    const store = freshStore();
    const trained = model([0.7], byAccuracy);
    await realize(trained, { store });
    const { rows } = await outcomes(trained, { store, metrics: ["score.json", "missing.json"] });
    expect(rows[0]?.metrics).toEqual({ score: 1 });
  });

  it("is newest first where nothing is compared", async () => {
    const store = freshStore();
    const trained = model([1, 2, 3], all());
    await realizeMany(trained, { store, count: 3 });
    const { rows } = await outcomes(trained, { store });
    const stopped = rows.map(({ started, durationMs }) => started.getTime() + durationMs);
    expect(stopped).toEqual(stopped.toSorted((a, b) => b - a));
    expect(rows.every(({ chosen }) => chosen)).toBe(true);
  });

  it("puts those that diverged last, the smallest first when that is the best", async () => {
    const store = freshStore();
    const lowest = best("metrics.json", { key: "accuracy", order: "min" });
    const trained = model([0.7, Number.NaN, 0.2], lowest);
    await realize(trained, { store, count: 3 });
    const { rows } = await outcomes(trained, { store });
    expect(rows.map(({ metrics }) => metrics["accuracy"])).toEqual([0.2, 0.7, Number.NaN]);
  });

  it("can be asked by address, and then knows no choice", async () => {
    const store = freshStore();
    const trained = model([0.7, 0.9], byAccuracy, { metrics: self("metrics.json") });
    const rref = await realize(trained, { store, count: 2 });
    for (const target of [rref, lens(trained).dref]) {
      const table = await outcomes(target, { store });
      expect(table.rows.map(({ chosen }) => chosen)).toEqual([false, false]);
      expect(table.matcher).toBeUndefined();
      expect(table.columns).toContain("accuracy");
    }
    expect((await outcomes(await instantiate(trained, { store }))).rows[0]?.chosen).toBe(true);
  });

  it("lists outcomes from all contexts, and marks those of the present one", async () => {
    const store = freshStore();
    const seed = model([1, 2], best("metrics.json", { key: "accuracy" }));
    const trained = model([0.9, 0.5], byAccuracy, { seed });
    await realize(trained, { store });
    await realize(seed, { store, force: true });
    await realize(trained, { store });
    const { rows } = await outcomes(trained, { store });
    expect(rows.map(({ chosen, metrics }) => [metrics["accuracy"], chosen])).toEqual([
      [0.9, false],
      [0.5, true],
    ]);
  });

  it("says why the matcher chooses none", async () => {
    const store = freshStore();
    const trained = model([0.7], best("metrics.json", { key: "acuracy" }));
    await realize(trained, { store }).catch(() => undefined);
    const { problem, rows } = await outcomes(trained, { store });
    expect(problem).toMatch(/Did you mean "accuracy"\?/);
    expect(rows.map(({ chosen }) => chosen)).toEqual([false]);
  });

  it("refuses what has no outcomes", async () => {
    await expect(outcomes(3 as never)).rejects.toThrow(/Cannot list the outcomes of 3/);
    await expect(outcomes({ nam: "model" } as never)).rejects.toThrow(/no query such as/);
  });

  it("has the config fields that differ in the derivations that it is asked of", async () => {
    const store = freshStore();
    const models = [1, 2].map((lr) =>
      model([lr / 10], byAccuracy, { same: "x", optimizer: { lr }, out: self("metrics.json") }),
    );
    for (const one of models) await realize(one, { store });
    const table = await outcomes(models, { store });
    expect(table).toMatchObject({ name: "model", fields: ["optimizer.lr"], matcher: byAccuracy.name });
    expect(table.rows.map(({ fields, metrics }) => [fields["optimizer.lr"], metrics["accuracy"]])).toEqual([
      [2, 0.2],
      [1, 0.1],
    ]);
    expect(table.drefs).toEqual(models.map((one) => lens(one).dref));
  });

  it("finds every variant of a name that the store has, and marks what the stage at hand takes", async () => {
    const store = freshStore();
    const [now, then] = [model([0.5], byAccuracy, { lr: 1 }), model([0.7], byAccuracy, { lr: 2 })];
    await realize(now, { store });
    await realize(then, { store });
    await realize(stage({ name: "other", config: {}, realize() {} }), { store });
    const all = await outcomes([now, { name: "mod*" }], { store });
    expect(all.rows.map(({ fields, chosen }) => [fields["lr"], chosen])).toEqual([
      [2, false],
      [1, true],
    ]);
    expect((await outcomes({ name: "model", config: { lr: 2 } }, { store })).rows).toHaveLength(1);
    expect(await outcomes({ name: "nothing" }, { store })).toMatchObject({
      name: "nothing",
      rows: [],
      drefs: [],
    });
  });

  it("passes over a variant whose config is damaged", async () => {
    const store = freshStore();
    const [one, other] = [model([0.5], byAccuracy, { lr: 1 }), model([0.7], byAccuracy, { lr: 2 })];
    for (const each of [one, other]) await realize(each, { store });
    const path = join(store.path(lens(one).dref), "config.json");
    chmodSync(path, 0o644);
    writeFileSync(path, "{}");
    const fresh = openStore({ root: store.root, durable: false });
    expect(
      (await outcomes({ name: "model" }, { store: fresh })).rows.map(({ fields }) => fields["lr"]),
    ).toEqual([2]);
  });

  it("tells variants apart by their code, their version and what they captured", async () => {
    const store = freshStore();
    const plain = stage({ name: "m", config: {}, version: 1, captured: { k: 1 }, realize: () => 1 });
    const other = stage({ name: "m", config: {}, version: 2, captured: { k: 2 }, realize: () => 2 });
    const { fields } = await outcomes([plain, other], { store });
    expect(fields.toSorted()).toEqual(["code", "k (captured)", "version"]);
  });

  it("reads histories, a series for each of their numbers, and passes over a line that was cut off", async () => {
    const store = freshStore();
    const trained = stage({
      name: "model",
      config: { metrics: self("metrics.json") },
      async realize(build) {
        await writeFile(
          build.path("metrics.json"),
          JSON.stringify({ accuracy: 1, steps: [{ l: 3 }, { l: null, constructor: 2 }] }),
        );
        await writeFile(build.path("history.jsonl"), '{"loss":2,"at":"x"}\n{"loss":1}\n\n{"lo');
      },
    });
    await realize(trained, { store });
    const { columns, rows } = await outcomes(trained, { store });
    expect(columns).toEqual(["accuracy", "steps.l", "steps.constructor", "history.loss"]);
    expect(rows[0]?.metrics).toEqual({
      accuracy: 1,
      "steps.l": [3, Number.NaN],
      "steps.constructor": [Number.NaN, 2],
      "history.loss": [2, 1],
    });
  });

  it("ends a series with the last step that has it, so that what came of it is its last value", async () => {
    const store = freshStore();
    const trained = stage({
      name: "model",
      config: {},
      realize: (build) =>
        writeFile(
          build.path("history.jsonl"),
          '{"loss":2,"val":3}\n{"loss":1}\n{"val":4}\n{"loss":NaN}\n{"epoch":5}',
        ),
    });
    await realize(trained, { store });
    const { rows } = await outcomes(trained, { store });
    expect(rows[0]?.metrics).toEqual({
      loss: [2, 1, Number.NaN, Number.NaN],
      val: [3, Number.NaN, 4],
      epoch: [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 5],
    });
  });

  it("takes null for NaN where a number is meant, which other outcomes tell, and leaves all other nulls out", async () => {
    const store = freshStore();
    const files = [
      '{"loss": 1, "curve": [1, 2], "note": "a", "never": null, "score": null}',
      '{"loss": null, "curve": [null, null], "note": null, "never": null, "score": NaN}',
    ];
    const trained = files.map((text, index) =>
      stage({
        name: "model",
        config: { index },
        captured: { text },
        realize: (build) => writeFile(build.path("metrics.json"), text),
      }),
    );
    await realizeMany(trained, { store });
    const { rows } = await outcomes(trained, { store });
    const byIndex = rows.toSorted((a, b) => Number(a.fields["index"]) - Number(b.fields["index"]));
    expect(byIndex.map(({ metrics }) => metrics)).toEqual([
      { loss: 1, curve: [1, 2], note: "a", score: Number.NaN },
      { loss: Number.NaN, curve: [Number.NaN, Number.NaN], score: Number.NaN },
    ]);
    const alone = trained.map((one) => stage({ ...one, matcher: best("metrics.json", { key: "never" }) }));
    const { columns } = await outcomes(alone, { store });
    expect(columns).toContain("never");
  });

  it("leaves out what is no metric: matrices, empty lists, lists of texts, files that are too large", async () => {
    const store = freshStore();
    const trained = stage({
      name: "model",
      config: {},
      async realize(build) {
        await writeFile(
          build.path("metrics.json"),
          JSON.stringify({ a: [[1]], b: [], c: ["x"], d: [null], e: 1 }),
        );
        await writeFile(build.path("model.json"), JSON.stringify({ weights: "x".repeat(2_000_000) }));
        await writeFile(build.path("broken.json"), "{");
      },
    });
    await realize(trained, { store });
    expect((await outcomes(trained, { store })).columns).toEqual(["e"]);
  });
});
