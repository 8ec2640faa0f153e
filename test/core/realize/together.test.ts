import { writeFile } from "node:fs/promises";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  all,
  instantiate,
  realize,
  realize$,
  realizeMany,
  some,
  stage,
  type Matcher,
  type RRef,
  type Stage,
} from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

interface Counting {
  readonly runs: string[];
  readonly make: <C extends object>(name: string, config: C, matcher?: Matcher) => Stage<C>;
}

/** Makes stages of which each run is noted and makes another outcome. */
function counting(): Counting {
  const runs: string[] = [];
  return {
    runs,
    make: (name, config, matcher) =>
      stage({
        name,
        config,
        matcher,
        async realize(build) {
          runs.push(name);
          await writeFile(build.path("run"), String(runs.length));
        },
      }),
  };
}

describe("realizing arrays and objects of stages", () => {
  it("gives their realizations in the same arrays and objects, of one run", async () => {
    const store = freshStore();
    const { runs, make } = counting();
    const base = make("base", { n: 1 });
    const left = make("left", { base });
    const right = make("right", { base, lr: 0.1 });
    const made = await realize({ left, others: [right, base] }, { store });
    expectTypeOf(made.left).toEqualTypeOf<RRef<{ base: Stage<{ n: number }> }>>();
    expectTypeOf(made.others[1]).toEqualTypeOf<RRef<{ n: number }>>();
    expect(made).toEqual({
      left: await realize(left, { store }),
      others: [await realize(right, { store }), await realize(base, { store })],
    });
    expect(runs.toSorted()).toEqual(["base", "left", "right"]);
  });

  it("gives all that the matchers take, with realizeMany", async () => {
    const store = freshStore();
    const { make } = counting();
    const a = make("a", {}, all());
    const b = make("b", {});
    await realizeMany(a, { store, count: 2 });
    const made = await realizeMany([a, { b }], { store });
    expect(made[0]).toHaveLength(2);
    expect(made[1].b).toHaveLength(1);
    await expect(realize([b, a], { store })).rejects.toMatchObject({ code: "several-realizations" });
  });

  it("makes count, atLeast and force be about each of them", async () => {
    const store = freshStore();
    const { runs, make } = counting();
    const base = make("base", {});
    const targets = { a: make("a", { base }, all()), b: make("b", { base }, all()) };
    await realizeMany(targets, { store, atLeast: 2 });
    expect(runs.toSorted()).toEqual(["a", "a", "b", "b", "base"]);
    await realizeMany(targets, { store, force: true });
    expect(runs).toHaveLength(7);
  });

  it("takes closures and stages together, and nothing at all", async () => {
    const store = freshStore();
    const { make } = counting();
    const closures = await instantiate({ a: make("a", {}), list: [make("b", {})] }, { store });
    expect(closures.list[0].derivations).toHaveLength(1);
    const made = await realize([closures, make("c", {})], { store });
    expect(made[0].a).toMatch(/-a$/);
    expect(made[1]).toMatch(/-c$/);
    expect(await realize({}, { store })).toEqual({});
    expect(await realizeMany([], { store })).toEqual([]);
  });

  it("says what would be built with dryRun, and fails as a whole", async () => {
    const store = freshStore();
    const { make } = counting();
    const good = make("good", {});
    const bad = stage({ name: "bad", config: {}, realize: () => Promise.reject(new Error("no")) });
    expect(await realizeMany({ good }, { store, dryRun: true })).toEqual({ good: [] });
    await expect(realize([good, bad], { store, jobs: 1 })).rejects.toMatchObject({ code: "build-failed" });
  });

  it("is cancelled as a whole", async () => {
    const store = freshStore();
    const stopper = new AbortController();
    const hang = stage({
      name: "hang",
      config: {},
      realize: () => new Promise<never>(() => stopper.abort()),
    });
    const { make } = counting();
    const running = realize([hang, make("quick", {})], { store, signal: stopper.signal });
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
  });

  it("refuses what is no stage, and closures of several stores", async () => {
    const { make } = counting();
    const store = freshStore();
    await expect(realize({ a: [3 as never] }, { store })).rejects.toThrow(
      "Cannot take targets.a[0]: it is 3, and neither a stage nor a closure",
    );
    const closures = [
      await instantiate(make("a", {}), { store }),
      await instantiate(make("b", {}), { store: freshStore() }),
    ];
    await expect(realize(closures)).rejects.toMatchObject({ code: "several-stores" });
  });
});

describe("a run that changes nothing", () => {
  it("is warned of when the matcher takes none of what was built", async () => {
    const store = freshStore();
    const { make } = counting();
    const score = make("score", {}, some());
    const first = await realize(score, { store });
    const texts: string[] = [];
    await realize$(score, { store, force: true }).forEach((event) => {
      if (event.type === "log") texts.push(event.text);
    });
    expect(texts).toEqual([
      `Warning: nothing of what was built now is taken: the matcher some() of "score" takes ${first}\n`,
    ]);
  });
});
