import { chmodSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  best,
  choice,
  instantiate,
  integers,
  latest,
  lens,
  list,
  logUniform,
  match,
  outcomes,
  random,
  realize,
  realizeMany,
  self,
  stage,
  sweep,
  uniform,
  type Stage,
} from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

const digits = stage({
  name: "digits",
  config: { count: 3 },
  realize: (build) => writeFile(build.path("x"), String(build.config.count)),
});
const letters = stage({
  name: "letters",
  config: { count: 26 },
  realize: (build) => writeFile(build.path("x"), "letters"),
});

const byAccuracy = best("metrics.json", { key: "accuracy" });
const ran: number[] = [];

const model = stage({
  name: "model",
  config: {
    digits,
    lr: 0.1,
    depth: 2,
    optimizer: { name: "adam", "beta.1": 0.9 },
    layers: [8, 8],
    metrics: self("metrics.json"),
    table: digits.path("x"),
  },
  matcher: byAccuracy,
  async realize(build) {
    const { lr, depth } = build.config;
    ran.push(lr);
    if (lr > 1) throw new Error("it diverges");
    await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: 1 - lr - depth / 100 }));
  },
});

const handMade = (config: Partial<typeof model.config>): Stage =>
  stage({ ...model, config: { ...model.config, ...config } });
const dref = (one: Stage): string => lens(one).dref;

describe("sweep()", () => {
  it("has every combination of a grid, the last field changing fastest", () => {
    const grid = sweep(model, { lr: [0.1, 0.2], depth: [2, 4] });
    expect(grid).toMatchObject({ kind: "sweep", name: "model", fields: ["lr", "depth"], merged: 0 });
    expect(grid.points.map(({ values }) => values)).toEqual([
      { lr: 0.1, depth: 2 },
      { lr: 0.1, depth: 4 },
      { lr: 0.2, depth: 2 },
      { lr: 0.2, depth: 4 },
    ]);
    expect(grid.stages).toEqual(grid.points.map((point) => point.stage));
  });

  it("has as many points as the product of the values, each the derivation that one makes by hand", () => {
    const values = fc.uniqueArray(fc.double({ min: 0.001, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 4,
    });
    const depths = fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, depths, (lr, depth) => {
        const grid = sweep(model, { lr, depth });
        expect(grid.points).toHaveLength(lr.length * depth.length);
        for (const point of grid.points) expect(dref(point.stage)).toBe(dref(handMade(point.values)));
      }),
      { numRuns: 40 },
    );
  });

  it("has at a nested path the derivation that one makes by hand, whatever the value", () => {
    const base = model.config;
    const byHand: Readonly<Record<string, (value: number) => object>> = {
      lr: (lr) => ({ ...base, lr }),
      "optimizer.beta.1": (beta) => ({ ...base, optimizer: { ...base.optimizer, "beta.1": beta } }),
      "layers.1": (size) => ({ ...base, layers: [8, size] }),
      "digits.count": (count) => ({ ...base, digits: stage({ ...digits, config: { count } }) }),
    };
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(byHand)), fc.integer(), (path, value) => {
        const [point] = sweep(model as Stage, { [path]: [value] }).stages;
        const config = byHand[path]?.(value) ?? {};
        expect(dref(point as Stage)).toBe(dref(stage({ ...model, config })));
      }),
      { numRuns: 60 },
    );
  });

  it("takes a list of points, in which what is not named stays", () => {
    const points = sweep(model, list([{ lr: 0.5 }, { lr: 0.2, depth: 8 }]));
    expect(points.fields).toEqual(["lr", "depth"]);
    expect(points.stages.map(dref)).toEqual([
      dref(handMade({ lr: 0.5 })),
      dref(handMade({ lr: 0.2, depth: 8 })),
    ]);
  });

  it("reaches nested fields, items, fields with dots in their names, and the configs of nested stages", () => {
    const configOf = (path: string, value: unknown): typeof model.config =>
      sweep(model as Stage, { [path]: [value] }).stages[0]?.config as typeof model.config;
    expect(configOf("optimizer.name", "sgd").optimizer).toEqual({ name: "sgd", "beta.1": 0.9 });
    expect(configOf("optimizer.beta.1", 0.5).optimizer).toEqual({ name: "adam", "beta.1": 0.5 });
    expect(configOf("layers.1", 16).layers).toEqual([8, 16]);
    expect(configOf("digits.count", 5).digits.config).toEqual({ count: 5 });
    expect(configOf("table.count", 5).table.stage.config).toEqual({ count: 5 });
  });

  it("sweeps over stages", () => {
    const grid = sweep(model, { digits: [digits, letters] });
    expect(grid.stages.map(dref)).toEqual([dref(model), dref(handMade({ digits: letters }))]);
  });

  it("is the product with the sweep that it sweeps over", () => {
    const nested = sweep(sweep(model, { lr: [0.1, 0.2] }), random({ depth: integers(1, 999) }, { n: 3 }));
    expect(nested.fields).toEqual(["lr", "depth"]);
    expect(nested.points.map(({ values }) => values["lr"])).toEqual([0.1, 0.1, 0.1, 0.2, 0.2, 0.2]);
  });

  it("merges points that are the same derivation, and says how many", () => {
    const grid = sweep(model, { lr: [0.1, 0.1, 0.2], depth: [2, 2] });
    expect([grid.points.length, grid.merged]).toEqual([2, 4]);
    expect(sweep(grid, { "optimizer.name": ["adam", "adam"] })).toMatchObject({ merged: 10 });
  });

  it("refuses fields that are not there, and asks for the nearest", () => {
    const over = (grid: object) => (): unknown => sweep(model as Stage, grid as never);
    expect(over({ lrr: [1] })).toThrow(
      'Cannot sweep "model" over "lrr": its config has no such field; there are digits, lr, depth, optimizer, layers, metrics, table. Did you mean "lr"?',
    );
    expect(over({ "optimizer.nam": [1] })).toThrow(/Did you mean "optimizer\.name"\?$/);
    expect(over({ "lr.x": [1] })).toThrow('"lr" has no fields');
    expect(over({ "layers.length": [1] })).toThrow("there are layers.0, layers.1");
    expect(over({ "metrics.0": ["x"] })).toThrow('"metrics" has no fields');
    expect(over({ lrr: [1] })).toThrow(expect.objectContaining({ code: "unknown-field" }));
  });

  it("refuses what would take a promise or a dependency away", () => {
    const over = (field: string, value: unknown) => (): unknown =>
      sweep(model as Stage, { [field]: [value] });
    expect(over("metrics", "m.json")).toThrow(
      'Cannot sweep "model" over "metrics": it is a promised artifact, and takes another one, such as self("x") only',
    );
    expect(over("digits", 5)).toThrow("it is a dependency, and takes another stage only");
    expect(over("table", digits)).toThrow("it is a place in a dependency");
    expect(over("table", digits)).toThrow(expect.objectContaining({ code: "wrong-value" }));
    expect(over("lr", Number.NaN)).toThrow("config.lr is NaN");
  });

  it("refuses grids without points", () => {
    expect(() => sweep(model, { lr: [] })).toThrow(
      'Cannot sweep "model": the grid has no values for "lr", so there are no points',
    );
    expect(() => sweep(model, {})).toThrow(expect.objectContaining({ code: "no-points" }));
    expect(() => list([])).toThrow(expect.objectContaining({ code: "no-points" }));
    expect(() => sweep(model, { lr: 0.1 } as never)).toThrow(
      'Cannot sweep "model" over "lr": 0.1 is no array of values. For one value say [0.1]',
    );
    expect(() => sweep(model, [1] as never)).toThrow("say a grid such as");
    expect(() => list([1] as never)).toThrow("point 0 is 1");
    expect(() => list(1 as never)).toThrow("1 is no array of objects");
    expect(() => sweep(3 as never, {})).toThrow("Cannot sweep 3: it is neither a stage nor a sweep over one");
  });

  it("refuses to vary a field twice, and more points than anybody means", () => {
    expect(() => sweep(sweep(model, { lr: [1] }), { lr: [2] })).toThrow(
      expect.objectContaining({ code: "swept-twice" }),
    );
    const many = Array.from({ length: 1000 }, (_, index) => index);
    expect(() => sweep(model, { lr: many, depth: many })).toThrow(
      expect.objectContaining({ code: "too-many-points" }),
    );
  });
});

describe("random()", () => {
  it("draws the same points from the same seed on every machine", () => {
    const space = {
      lr: logUniform(1e-4, 1e-1),
      width: integers(16, 256),
      dropout: uniform(0, 0.5),
      depth: choice(2, 4, 8),
    };
    expect(random(space, { n: 3, seed: 1 }).values).toMatchInlineSnapshot(`
      [
        {
          "depth": 8,
          "dropout": 0.38225,
          "lr": 0.0559817,
          "width": 204,
        },
        {
          "depth": 2,
          "dropout": 0.401202,
          "lr": 0.0134213,
          "width": 180,
        },
        {
          "depth": 4,
          "dropout": 0.373453,
          "lr": 0.0242589,
          "width": 60,
        },
      ]
    `);
    expect(random(space, { n: 3, seed: 2 }).values).not.toEqual(random(space, { n: 3, seed: 1 }).values);
  });

  it("keeps the first points when more are drawn, and the other fields when one is added", () => {
    const [few, many] = [4, 9].map((n) => random({ lr: uniform(0, 1) }, { n, seed: "a" }).values);
    expect(many?.slice(0, 4)).toEqual(few);
    const wider = random({ depth: choice(1, 2), lr: uniform(0, 1) }, { n: 4, seed: "a" });
    expect(wider.values.map(({ lr }) => ({ lr }))).toEqual(few);
  });

  it("stays in its ranges and fills them", () => {
    const n = 4000;
    const { values } = random(
      { u: uniform(-1, 1), l: logUniform(1e-4, 1), i: integers(1, 4), c: choice("a", "b") },
      { n },
    );
    const mean = (read: (value: (typeof values)[number]) => number): number =>
      values.reduce((sum, value) => sum + read(value), 0) / n;
    expect(mean(({ u }) => u)).toBeCloseTo(0, 1);
    expect(mean(({ l }) => Math.log10(l))).toBeCloseTo(-2, 0);
    expect(mean(({ i }) => i)).toBeCloseTo(2.5, 0);
    expect(new Set(values.map(({ i }) => i))).toEqual(new Set([1, 2, 3, 4]));
    expect(mean(({ c }) => Number(c === "a"))).toBeCloseTo(0.5, 1);
    expect(values.every(({ u, l }) => u >= -1 && u <= 1 && l >= 1e-4 && l <= 1)).toBe(true);
  });

  it("draws stages, too", () => {
    const grid = sweep(model, random({ digits: choice(digits, letters) }, { n: 20 }));
    expect([grid.points.length, grid.merged]).toEqual([2, 18]);
  });

  it("refuses what cannot be drawn", () => {
    expect(() => random({ lr: uniform(0, 1) }, { n: 0 })).toThrow(
      "Cannot draw 0 random points: n is a whole number from 1 on",
    );
    expect(() => random({ lr: 0.1 } as never, { n: 1 })).toThrow(
      'Cannot draw values of "lr": 0.1 is no distribution',
    );
    expect(() => random({}, { n: 1 })).toThrow("no field is named");
    expect(() => random({ lr: uniform(0, 1) }, { n: 1e6 })).toThrow(
      expect.objectContaining({ code: "too-many-points" }),
    );
    expect(() => uniform(1, 0)).toThrow(
      "Cannot draw from uniform(1, 0): it takes two numbers, the smaller one first",
    );
    expect(() => logUniform(0, 1)).toThrow("0 has no logarithm");
    expect(() => integers(0.5, 1)).toThrow("it takes two whole numbers");
    expect(() => choice()).toThrow("it has no values");
  });
});

describe("realizing a sweep", () => {
  it("builds what one new value adds to a grid of nine: three points", async () => {
    const store = freshStore();
    ran.length = 0;
    const nine = await realize(sweep(model, { lr: [0.1, 0.2, 0.3], depth: [2, 4, 8] }), { store, jobs: 2 });
    expect([nine.length, ran.length]).toEqual([9, 9]);
    const twelve = await realize(sweep(model, { lr: [0.1, 0.2, 0.3, 0.4], depth: [2, 4, 8] }), { store });
    expect(twelve.slice(0, 9)).toEqual(nine);
    expect(ran.slice(9)).toEqual([0.4, 0.4, 0.4]);
  });

  it("reuses what was realized as a single stage", async () => {
    const store = freshStore();
    const single = await realize(handMade({ lr: 0.2 }), { store });
    const grid = sweep(model, { lr: [0.1, 0.2] });
    expect((await realize(grid, { store }))[1]).toBe(single);
    expect(await realizeMany({ grid, digits }, { store })).toMatchObject({
      grid: [[expect.any(String)], [single]],
      digits: [expect.any(String)],
    });
    expect(await instantiate(grid, { store })).toMatchObject([{ kind: "closure" }, { kind: "closure" }]);
  });

  it("goes on after a point that fails, unless told not to", async () => {
    const store = freshStore();
    const grid = sweep(model, { lr: [7, 0.1] });
    await expect(realize(grid, { store, jobs: 1 })).rejects.toThrow("it diverges");
    expect((await outcomes(grid, { store })).rows).toHaveLength(1);
    const other = freshStore();
    await expect(realize(grid, { store: other, jobs: 1, keepGoing: false })).rejects.toThrow("it diverges");
    expect((await outcomes(grid, { store: other })).rows).toHaveLength(0);
  });

  it("is one table: the fields that vary, the metrics, what is chosen, the best of all first", async () => {
    const store = freshStore();
    const grid = sweep(model, { lr: [0.2, 0.1], "digits.count": [3, 4] });
    await realize(grid, { store });
    const table = await outcomes(grid, { store });
    expect(table).toMatchObject({
      name: "model",
      fields: ["lr", "digits.count"],
      columns: ["accuracy"],
      matcher: `tolerant(${byAccuracy.name})`,
    });
    expect(table.rows.map(({ fields, chosen }) => [fields["lr"], chosen])).toEqual([
      [0.1, true],
      [0.1, true],
      [0.2, true],
      [0.2, true],
    ]);
    expect(table.rows.map(({ fields }) => Number(fields["digits.count"])).toSorted((a, b) => a - b)).toEqual([
      3, 3, 4, 4,
    ]);
    expect(table.best()).toBe(table.rows[0]);
  });
});

/** What trainings with these learning rates leave behind. */
const leftBy: Readonly<Record<number, string>> = {
  0.1: '{"loss": 0.3}',
  0.2: '{"loss": 0.2}',
  1: '{"loss": null}',
  2: '{"loss": NaN}',
  3: '{"loss": -Infinity}',
  4: '{"loss": "high"}',
  5: '{"accuracy": 1}',
  6: "{",
};
const byLoss = best("metrics.json", { key: "loss", order: "min" });
const diverging = stage({
  name: "model",
  config: { lr: 0.1, metrics: self("metrics.json") },
  matcher: byLoss,
  captured: { leftBy: Object.entries(leftBy) },
  realize: (build) => writeFile(build.path("metrics.json"), leftBy[build.config.lr] ?? ""),
});

describe("a sweep in which trainings diverge", () => {
  it("is realized whole: what each came to is an outcome, those that can be compared first", async () => {
    const store = freshStore();
    const grid = sweep(diverging, { lr: [6, 5, 4, 3, 2, 1, 0.1, 0.2] });
    expect(await realize(grid, { store })).toHaveLength(8);
    expect(await realize(grid, { store, assertRealized: true })).toHaveLength(8);
    const { rows, problem } = await outcomes(grid, { store });
    expect(problem).toBeUndefined();
    const rates = rows.map(({ fields }) => Number(fields["lr"]));
    expect(rates.slice(0, 2)).toEqual([0.2, 0.1]);
    expect(rates[2]).toBe(4);
    expect(new Set(rates.slice(3, 6))).toEqual(new Set([1, 2, 3]));
    expect(new Set(rates.slice(6))).toEqual(new Set([5, 6]));
    const loss = new Map(rows.map(({ fields, metrics }) => [fields["lr"], metrics["loss"]]));
    expect([loss.get(1), loss.get(2), loss.get(3)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it("has as its best, and as its winner, one of those that can be compared", async () => {
    const store = freshStore();
    const grid = sweep(diverging, { lr: [3, 1, 0.1, 0.2, 5] });
    await realize(grid, { store });
    const { point, rref } = await grid.pick(byLoss, { store });
    expect(point.values).toEqual({ lr: 0.2 });
    const choice = await realize(grid.winner(byLoss), { store });
    expect(lens(choice, { store }).winner.rref).toBe(rref);
  });

  it("has no best when no point can be compared, and says what each has", async () => {
    const store = freshStore();
    const grid = sweep(diverging, { lr: [1, 3, 4, 5] });
    await realize(grid, { store });
    const told =
      'Cannot choose from the sweep of "model" by a number "loss" in metrics.json: none of its 4 has it ' +
      '(lr 1 has NaN, lr 3 has -Infinity, lr 4 has "high", lr 5 has none)';
    const picking = grid.pick(byLoss, { store });
    await expect(picking).rejects.toThrow(told);
    await expect(picking).rejects.toMatchObject({ code: "no-metric" });
    await expect(realize(grid.winner(byLoss), { store })).rejects.toThrow(
      /none of its 4 has it \(lr \d has .*Other values of what it varies may do better\n/u,
    );
    const other = best("metrics.json", { key: "accuracyy" });
    await expect(grid.pick(other, { store })).rejects.toThrow(
      /The file has: accuracy\. Did you mean "accuracy"\?$/u,
    );
  });

  it("leaves the stage itself as strict as it was: nothing is built on a training that diverged", async () => {
    const store = freshStore();
    const alone = stage({ ...diverging, config: { ...diverging.config, lr: 2 } });
    await expect(realize(alone, { store })).rejects.toThrow("its only realization has NaN there");
    expect(await realize(sweep(alone, { lr: [2] }), { store })).toHaveLength(1);
    const report = stage({ name: "report", config: { model: alone }, realize: () => undefined });
    await expect(realize(report, { store })).rejects.toMatchObject({ code: "no-metric" });
  });

  it("makes the matchers of its points tolerant once, and leaves those alone that compare nothing", () => {
    const twice = sweep(sweep(diverging, { lr: [1, 2] }), list([{ metrics: self("m.json") }]));
    expect(twice.stages[0]?.matcher.name).toBe(`tolerant(${byLoss.name})`);
    expect(sweep(digits, { count: [1] }).stages[0]?.matcher.name).toBe("only()");
  });
});

describe("pick() of a sweep", () => {
  it("takes the best out of all points that are realized", async () => {
    const store = freshStore();
    const grid = sweep(model, { lr: [0.3, 0.1, 0.2] });
    const rrefs = await realize(sweep(model, { lr: [0.3, 0.2] }), { store });
    expect(await grid.pick(byAccuracy, { store })).toMatchObject({
      rref: rrefs[1],
      point: { values: { lr: 0.2 } },
    });
    const two = await grid.pickMany(best("metrics.json", { key: "accuracy", n: 2 }), { store });
    expect(two.map(({ point }) => point.values["lr"])).toEqual([0.2, 0.3]);
  });

  it("says why there is none, or not one", async () => {
    const store = freshStore();
    const grid = sweep(model, { lr: [0.3, 0.1] });
    await expect(grid.pick(byAccuracy, { store })).rejects.toThrow(
      'Cannot pick from the sweep of "model": none of its 2 points has a realization that counts. Realize it first',
    );
    await realize(grid, { store });
    await expect(grid.pick(latest(2), { store })).rejects.toMatchObject({ code: "several-realizations" });
    await expect(grid.pick(latest(3), { store })).rejects.toThrow(
      "latest(3) takes none of the 2 realizations",
    );
    await expect(grid.pick(best("metrics.json", { key: "acc" }), { store })).rejects.toMatchObject({
      code: "no-metric",
    });
  });
});

describe("winner() of a sweep", () => {
  it("is a stage that others depend on, from which a lens goes on into the realization that won", async () => {
    const store = freshStore();
    const grid = sweep(model, { lr: [0.3, 0.1, 0.2] });
    const seen: unknown[] = [];
    const report = stage({
      name: "report",
      config: { model: grid.winner(byAccuracy) },
      async realize(build) {
        seen.push(build.lens.model.winner.metrics.json.accuracy, build.lens.model.winner.lr.val);
        seen.push(build.lens.model.winner.digits.rref);
      },
    });
    const rref = await realize(report, { store });
    const won = await grid.pick(byAccuracy, { store });
    expect(seen).toEqual([0.88, 0.1, await realize(digits, { store })]);
    expect(lens(rref, { store }).model.winner.rref).toBe(won.rref);
    const choice = await realize(grid.winner(byAccuracy), { store, assertRealized: true });
    expect(lens(choice, { store }).winner.syspath).toBe(store.path(won.rref));
    expect(lens(choice, { store }).points[0]?.val).toBeDefined();
    expect(store.artifacts(choice)).toEqual(["choice.json"]);
    const chosen = lens(choice, { store }).val;
    expect(chosen).toMatchObject({ matcher: byAccuracy.name, points: expect.any(Array) });
  });

  it("is the same whatever the order of the grid, and another one for another matcher", () => {
    const winnerOf = (lr: number[], key: string): string =>
      dref(sweep(model, { lr }).winner(best("metrics.json", { key })));
    expect(winnerOf([1, 2], "a")).toBe(winnerOf([2, 1], "a"));
    expect(winnerOf([1, 2], "a")).not.toBe(winnerOf([1, 2], "b"));
    expect(winnerOf([1, 2], "a")).not.toBe(winnerOf([1, 2, 3], "a"));
  });

  it("is another one for a matcher of one's own with other code, and not for another layout of it", () => {
    const grid = sweep(model, { lr: [0.3, 0.1] });
    const oldest = match({ name: "mine", key: ({ builtAt }) => builtAt, take: 1 });
    const same = match({ name: "mine", key: ({ builtAt /* first of all */ }) => builtAt, take: 1 });
    const newest = match({ name: "mine", key: ({ builtAt }) => -builtAt, take: 1 });
    expect(dref(grid.winner(same))).toBe(dref(grid.winner(oldest)));
    expect(dref(grid.winner(newest))).not.toBe(dref(grid.winner(oldest)));
    const byHand = { name: "mine", pick: oldest.pick.bind(undefined) };
    expect(dref(grid.winner(byHand))).toBe(dref(grid.winner({ ...byHand })));
  });

  it("says so when its realization was tampered with", async () => {
    const store = freshStore();
    const choice = await realize(sweep(model, { lr: [0.3, 0.1] }).winner(byAccuracy), { store });
    const path = join(store.path(choice), "choice.json");
    chmodSync(path, 0o644);
    for (const text of ["{", "[]", JSON.stringify({ rref: choice })]) {
      writeFileSync(path, text);
      expect(() => lens(choice, { store }).winner.syspath).toThrow(
        expect.objectContaining({
          code: "damaged",
          message: expect.stringContaining("it names none of the realizations that were compared"),
        }),
      );
    }
  });

  it("fails when there is not one winner", async () => {
    const store = freshStore();
    const grid = sweep(model, { lr: [0.3, 0.1] });
    await expect(realize(grid.winner(latest(2)), { store })).rejects.toThrow(
      'Cannot find the winner of the sweep of "model": the matcher latest(2) takes 2 of 2 realizations',
    );
    await expect(realize(grid.winner(latest(3)), { store })).rejects.toThrow("latest(3) takes 0 of 2");
  });
});
