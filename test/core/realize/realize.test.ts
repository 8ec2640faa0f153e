import { availableParallelism } from "node:os";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { firstValueFrom, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import {
  all,
  best,
  instantiate,
  latest,
  lens,
  match,
  openStore,
  realize,
  realize$,
  realizeMany,
  self,
  stage,
  type Build,
  type RealizeEvent,
  type RealizeOptions,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";
import { leftovers } from "./leftovers.ts";

/** A stage that counts its runs; each run makes another outcome. */
function counting(
  name: string,
  config: object = {},
  more: Partial<Parameters<typeof stage>[0]> = {},
): Stage & { runs: number } {
  const counter = { runs: 0 };
  const made = stage({
    name,
    config,
    matcher: latest(),
    realize: async (build) => {
      counter.runs++;
      await writeFile(
        build.path("run.json"),
        JSON.stringify({ run: counter.runs, score: 10 - counter.runs }),
      );
    },
    ...more,
  });
  return Object.defineProperty({ ...made }, "runs", { get: () => counter.runs }) as Stage & { runs: number };
}

/** A stage whose runs all come out the same. */
function constant(name: string, config: object = {}): Stage {
  const write = (build: Build): Promise<void> => writeFile(build.path("x"), "always the same");
  return stage({ name, config, realize: write });
}

async function eventsOf(target: Stage, options: RealizeOptions): Promise<RealizeEvent[]> {
  return await firstValueFrom(realize$(target, options).pipe(toArray()));
}

const typesOf = (events: readonly RealizeEvent[]): string[] => events.map(({ type }) => type);

function reopened(store: Store): Store {
  return openStore({ root: store.root, durable: false });
}

describe("realize()", () => {
  it("runs a realizer once, and reuses what it made", async () => {
    const store = freshStore();
    const words = counting("words");
    const rref = await realize(words, { store });
    expect(await realize(words, { store })).toBe(rref);
    expect(words.runs).toBe(1);
    expect(lens(rref, { store }).val).toEqual({});
    expect(JSON.parse(readFileSync(join(store.path(rref), "run.json"), "utf8"))).toEqual({
      run: 1,
      score: 9,
    });
  });

  it("reuses a realization after a restart", async () => {
    const store = freshStore();
    const rref = await realize(constant("words"), { store });
    expect(await realize(constant("words"), { store: reopened(store), assertRealized: true })).toBe(rref);
  });

  it("runs again after an edit, and finds the old outcome when the edit is undone", async () => {
    const store = freshStore();
    const first = await realize(constant("words", { lr: 1 }), { store });
    const second = await realize(constant("words", { lr: 2 }), { store });
    expect(second).not.toBe(first);
    expect(await realize(constant("words", { lr: 1 }), { store, assertRealized: true })).toBe(first);
  });

  it("realizes what a stage depends on first, and remembers which realizations were used", async () => {
    const store = freshStore();
    const words = constant("words");
    const lines = constant("lines", { words });
    const rref = await realize(constant("sum", { words, lines }), { store });
    const linesRRef = await realize(lines, { store, assertRealized: true });
    const wordsRRef = await realize(words, { store, assertRealized: true });
    const [wordsDRef, linesDRef] = [lens(words).dref, lens(lines).dref];
    // Direct dependencies only.
    expect(store.context(linesRRef)).toEqual({ [wordsDRef]: [wordsRRef] });
    expect(store.context(rref)).toEqual({ [linesDRef]: [linesRRef], [wordsDRef]: [wordsRRef] });
  });

  it("does not reuse a realization that was made from other realizations", async () => {
    const store = freshStore();
    const seed = counting("seed");
    const model = counting("model", { seed });
    const first = await realize(model, { store });
    await realize(seed, { store, force: true });
    const second = await realize(model, { store });
    expect(model.runs).toBe(2);
    expect(store.context(second)).not.toEqual(store.context(first));
    // Both stay: what an earlier choice led to is found again by it.
    expect(store.realizations(lens(model).dref).toSorted()).toEqual([first, second].toSorted());
  });

  it("realizes a closure in the closure's own store", async () => {
    const store = freshStore();
    const closure = await instantiate(constant("words"), { store });
    expect(store.has(await realize(closure))).toBe(true);
  });

  it("goes through thousands of stages without running out of stack", async () => {
    const store = freshStore();
    let chain: Stage = stage({ name: "link", config: {}, realize() {} });
    for (let i = 0; i < 3_000; i++) chain = stage({ name: "link", config: { i, chain }, realize() {} });
    const events = await eventsOf(chain, { store, dryRun: true });
    expect(events.at(-1)).toMatchObject({ type: "done", built: 3_001, reused: 0 });
  });

  it("refuses to return one realization where there are several", async () => {
    const store = freshStore();
    const model = counting("model", {}, { matcher: latest(2) });
    await expect(realize(model, { store })).rejects.toMatchObject({ code: "several-realizations" });
    await expect(realize(model, { store })).rejects.toThrow(/there are 2. Use realizeMany\(\)/);
    expect(model.runs).toBe(2);
  });

  it.each([{ jobs: 0 }, { jobs: 1.5 }, { count: 0 }, { atLeast: -1 }])("refuses %j", async (options) => {
    await expect(realize(constant("a"), { store: freshStore(), ...options })).rejects.toThrow(RangeError);
    expect(() => realize$(constant("a"), options)).toThrow(
      /Cannot realize with \w+: .*a whole number from 1 on/,
    );
  });
});

describe("making more outcomes", () => {
  it("force makes another one of the target only", async () => {
    const store = freshStore();
    const seed = counting("seed");
    const model = counting("model", { seed });
    const first = await realize(model, { store });
    const second = await realize(model, { store, force: true });
    expect(second).not.toBe(first);
    expect([seed.runs, model.runs]).toEqual([1, 2]);
  });

  it("force may be everything, or what is named", async () => {
    const store = freshStore();
    const seed = counting("seed");
    const model = counting("model", { seed });
    await realize(model, { store });
    await realize(model, { store, force: "all" });
    expect([seed.runs, model.runs]).toEqual([2, 2]);
    await realize(model, { store, force: [seed] });
    expect([seed.runs, model.runs]).toEqual([3, 3]);
    await realize(model, { store, force: [lens(model).dref] });
    expect([seed.runs, model.runs]).toEqual([3, 4]);
  });

  it("force refuses what is not part of it", async () => {
    const other = constant("other");
    await expect(realize(constant("model"), { store: freshStore(), force: [other] })).rejects.toThrow(
      /Cannot force "other" .*: "model" does not depend on it/,
    );
  });

  it("equal outputs of one run are one new outcome", async () => {
    const store = freshStore();
    const twins = stage({ name: "twins", config: {}, outs: 2, matcher: latest(), realize() {} });
    const events = await eventsOf(twins, { store });
    expect(events.find(({ type }) => type === "built")).toMatchObject({
      rrefs: store.realizations(lens(twins).dref),
      merged: [],
    });
  });

  it("count makes so many new ones, each time", async () => {
    const store = freshStore();
    const model = counting("model", {}, { matcher: all() });
    expect(await realizeMany(model, { store, count: 3 })).toHaveLength(3);
    expect(await realizeMany(model, { store, count: 2 })).toHaveLength(5);
    expect(model.runs).toBe(5);
  });

  it("atLeast makes what is missing, and nothing the next time", async () => {
    const store = freshStore();
    const model = counting("model", {}, { matcher: all() });
    expect(await realizeMany(model, { store, atLeast: 3 })).toHaveLength(3);
    expect(await realizeMany(model, { store, atLeast: 3, assertRealized: true })).toHaveLength(3);
    expect(await realizeMany(model, { store, atLeast: 4 })).toHaveLength(4);
    expect(model.runs).toBe(4);
  });

  it("a matcher that wants several has the realizer run so often", async () => {
    const store = freshStore();
    const model = counting("model", {}, { matcher: best("run.json", { key: "score", n: 3 }) });
    const rrefs = await realizeMany(model, { store });
    expect(model.runs).toBe(3);
    // In the order of the matcher, the best first.
    const scores = rrefs.map(
      (rref) => JSON.parse(readFileSync(join(store.path(rref), "run.json"), "utf8")) as object,
    );
    expect(scores).toMatchObject([{ score: 9 }, { score: 8 }, { score: 7 }]);
  });

  it("several outputs of one run are several outcomes", async () => {
    const store = freshStore();
    const folds = stage({
      name: "folds",
      config: { fold: self("fold.txt") },
      outs: 3,
      matcher: all(),
      async realize(build) {
        for (const index of build.outs.keys()) {
          const output = build.output(index);
          expect(output.index).toBe(index);
          expect(output.lens.fold.syspath).toBe(join(build.outs[index] ?? "", "fold.txt"));
          await writeFile(output.path("fold.txt"), String(index));
        }
        expect(() => build.output(3)).toThrow(/Cannot take output 3: the build has 3, counted from 0/);
      },
    });
    const rrefs = await realizeMany(folds, { store });
    expect(rrefs.map((rref) => lens(rref, { store }).fold.contents).toSorted()).toEqual(["0", "1", "2"]);
    // Not so many are missing that the realizer would run a second time.
    expect(await realizeMany(folds, { store, atLeast: 3, assertRealized: true })).toHaveLength(3);
  });

  it("the same outcome made again is merged, and it is said so", async () => {
    const store = freshStore();
    const words = constant("words");
    const [rref] = await realizeMany(words, { store });
    const events = await eventsOf(words, { store, force: true });
    expect(events.find(({ type }) => type === "built")).toMatchObject({ rrefs: [rref], merged: [rref] });
    expect(store.realizations(lens(words).dref)).toEqual([rref]);
  });

  it("a realizer that makes the same again cannot make more, and the error says so", async () => {
    const store = freshStore();
    const many = realizeMany({ ...constant("words"), matcher: latest() }, { store, atLeast: 3 });
    await expect(many).rejects.toMatchObject({ code: "nothing-new" });
    await expect(many).rejects.toThrow(
      /Cannot make 3 realizations of "words": there are 1, and the last run .* no randomness/,
    );
  });

  it("only() is not satisfied by several outcomes, which are kept", async () => {
    const store = freshStore();
    const model = counting("model", {}, { matcher: undefined });
    await realize(model, { store });
    await expect(realize(model, { store, force: true })).rejects.toMatchObject({ code: "ambiguous-match" });
    expect(store.realizations(lens(model).dref)).toHaveLength(2);
  });

  it("more outcomes than only() can choose from are refused before anything runs", async () => {
    const store = freshStore();
    const model = counting("model", {}, { matcher: undefined });
    for (const more of [{ count: 2 }, { atLeast: 2 }]) {
      await expect(realize(model, { store, ...more })).rejects.toThrow(
        'Cannot make 2 outcomes of "model": its matcher only() can choose from 1 at most, and nothing was run.',
      );
    }
    await realize(model, { store });
    await expect(realize(model, { store, count: 1 })).rejects.toMatchObject({ code: "ambiguous-match" });
    expect(model.runs).toBe(1);
  });

  it("a matcher that takes none after a run is an error that lists what was built and what exists", async () => {
    const store = freshStore();
    const picky = match({ name: "picky()", take: () => undefined });
    const model = counting("model", {}, { matcher: picky });
    const failing = realize(model, { store });
    await expect(failing).rejects.toMatchObject({
      code: "unsatisfied-match",
      data: { built: [expect.any(String)] },
    });
    await expect(failing).rejects.toThrow(
      /its matcher picky\(\) takes none, although the realizer ran.\nBuilt now:\n {2}rref:.*\nThere are, .*:\n {2}rref:/,
    );
    expect(model.runs).toBe(1);
  });

  it("a matcher that takes something else than a candidate is refused", async () => {
    const store = freshStore();
    const other = await realize(constant("other"), { store });
    const stray = { name: "stray()", pick: () => [other] };
    await expect(realize(counting("model", {}, { matcher: stray }), { store })).rejects.toThrow(
      /its matcher stray\(\) takes rref:.*-other, which is not among the candidates/,
    );
  });
});

describe("finding out without building", () => {
  it("dryRun builds nothing, and tells what would be built", async () => {
    const store = freshStore();
    const seed = counting("seed");
    await realize(seed, { store });
    const model = counting("model", { seed });
    const sink = counting("sink", { model });
    const events = await eventsOf(sink, { store, dryRun: true });
    expect(typesOf(events)).toEqual(["planned", "reused", "done"]);
    expect(events.at(-1)).toMatchObject({ built: 2, reused: 1, rrefs: [] });
    expect(await realizeMany(sink, { store, dryRun: true })).toEqual([]);
    expect(await realizeMany(seed, { store, dryRun: true })).toHaveLength(1);
    expect([model.runs, sink.runs]).toEqual([0, 0]);
  });

  it("assertRealized fails, showing the config of what is not there", async () => {
    const store = freshStore();
    const failing = realize(constant("model", { lr: 0.125, seed: constant("seed") }), {
      store,
      assertRealized: true,
    });
    await expect(failing).rejects.toMatchObject({ code: "not-realized" });
    await expect(failing).rejects.toThrow(/Cannot reuse "seed": it would have to be built/);
    await realize(constant("seed"), { store });
    const again = realize(constant("model", { lr: 0.125, seed: constant("seed") }), {
      store,
      assertRealized: true,
    });
    await expect(again).rejects.toThrow(/"lr": 0.125/);
  });
});

describe("realize$()", () => {
  it("does nothing before somebody subscribes", async () => {
    const store = freshStore();
    const words = counting("words");
    realize$(words, { store });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(words.runs).toBe(0);
    expect(existsSync(join(store.root, "store-v1"))).toBe(false);
  });

  it("tells what happens, in order", async () => {
    const store = freshStore();
    const seed = constant("seed");
    await realize(seed, { store });
    const model = stage({
      name: "model",
      config: { seed },
      realize(build) {
        build.log("hello");
        build.progress({ current: 1, total: 2, message: "epoch", unit: "epochs" });
        build.display({ "text/plain": "shown" });
      },
    });
    const events = await eventsOf(model, { store });
    const [seedDRef, dref] = [lens(seed).dref, lens(model).dref];
    const [rref] = store.realizations(dref);
    const at = expect.any(Number);
    const ms = expect.any(Number);
    const of = { at, dref, name: "model" };
    const stages = [
      { dref: seedDRef, name: "seed", dependencies: [] },
      { dref, name: "model", dependencies: [seedDRef] },
    ];
    const outcomes = [{ dref, rrefs: [rref] }];
    expect(events).toEqual([
      { type: "planned", at, target: dref, targets: [dref], stages, jobs: availableParallelism() },
      { type: "reused", at, dref: seedDRef, name: "seed", rrefs: store.realizations(seedDRef) },
      { type: "started", ...of },
      { type: "log", ...of, stream: "log", text: "hello\n" },
      { type: "progress", ...of, current: 1, total: 2, message: "epoch", unit: "epochs" },
      { type: "display", ...of, bundle: { "text/plain": "shown" }, id: expect.any(String) },
      { type: "built", ...of, rrefs: [rref], merged: [], ms, executor: "in-process" },
      { type: "matched", ...of, rrefs: [rref] },
      { type: "done", at, target: dref, rrefs: [rref], outcomes, built: 1, reused: 1, ms },
    ]);
  });

  it("runs once for every subscriber", async () => {
    const store = freshStore();
    const words = counting("words");
    const events$ = realize$(words, { store, force: true });
    await firstValueFrom(events$.pipe(toArray()));
    await firstValueFrom(events$.pipe(toArray()));
    expect(words.runs).toBe(2);
  });

  it("reports everything of a cached chain in one sweep", async () => {
    const store = freshStore();
    let chain: Stage = constant("link");
    for (let i = 0; i < 50; i++) chain = constant("link", { i, chain });
    await realize(chain, { store });
    const closure = await instantiate(chain, { store });
    const events: string[] = [];
    realize$(closure).subscribe(({ type }) => events.push(type));
    await Promise.resolve();
    await Promise.resolve();
    expect(events.filter((type) => type === "reused")).toHaveLength(51);
  });
});

describe("what is kept with a realization", () => {
  it("its log and its build times", async () => {
    const store = freshStore();
    const model = stage({
      name: "model",
      config: {},
      async realize(build) {
        build.log("epoch 1");
        await build.exec("sh", ["-c", "echo from a command; echo and an error >&2"]);
      },
    });
    const before = Date.now();
    const rref = await realize(model, { store });
    expect(store.log(rref).split("\n").toSorted()).toEqual(["", "and an error", "epoch 1", "from a command"]);
    const { started, stopped, pid } = store.buildRecord(rref);
    expect(Date.parse(started)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(stopped)).toBeGreaterThanOrEqual(Date.parse(started));
    expect(pid).toBe(process.pid);
  });

  it("what the host captures of its console", async () => {
    const store = freshStore();
    const model = stage({ name: "model", config: {}, realize: () => void 0 });
    const events: RealizeEvent[] = [];
    const options: RealizeOptions = {
      store,
      capture: (sink, run) => {
        sink.log("stdout", "printed\n");
        return run();
      },
    };
    await new Promise<void>((resolve, reject) => {
      realize$(model, options).subscribe({
        next: (event) => events.push(event),
        error: reject,
        complete: resolve,
      });
    });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "log", stream: "stdout", text: "printed\n" }),
    );
    const [rref] = store.realizations(lens(model).dref);
    expect(rref && store.log(rref)).toBe("printed\n");
  });

  it("the beginning and the end of a log that is too long, with a line that says what is cut", async () => {
    const store = freshStore();
    const line = "x".repeat(1_000);
    const model = stage({
      name: "model",
      config: {},
      captured: { line },
      realize(build) {
        build.log("first");
        for (let i = 0; i < 5_000; i++) build.log(line);
        build.log("last");
      },
    });
    const log = store.log(await realize(model, { store }));
    expect(log.length).toBeLessThan(1.1 * 1024 * 1024);
    expect(log).toMatch(/^first\nx/);
    expect(log).toMatch(/\n\[\.\.\. \d+ characters were cut out here \.\.\.\]\n/);
    expect(log).toMatch(/\nlast\n$/);
  });
});

describe("several realizations at once", () => {
  it("of the same stage in one process build it once", async () => {
    const store = freshStore();
    const slow = counting("slow", {}, {});
    const rrefs = await Promise.all([1, 2, 3].map(() => realize(slow, { store })));
    expect(new Set(rrefs).size).toBe(1);
    expect(slow.runs).toBe(1);
  });

  it("four stages of which each waits for the other three are done at four jobs", async () => {
    let begun = 0;
    let meet = (): void => {};
    const met = new Promise<void>((resolve) => (meet = resolve));
    const parts = [1, 2, 3, 4].map((n) =>
      stage({
        name: "waiter",
        config: { n },
        async realize() {
          if (++begun === 4) meet();
          await met;
        },
      }),
    );
    await expect(realize(parts, { store: freshStore(), jobs: 4 })).resolves.toHaveLength(4);
  });

  it("of those that have to wait, the one goes first that took longest before", async () => {
    const store = freshStore();
    const order: string[] = [];
    const make = (name: string, n: number, ms = 0): Stage =>
      stage({
        name,
        config: { n },
        source: false,
        async realize() {
          order.push(name);
          await new Promise((resolve) => setTimeout(resolve, ms));
        },
      });
    await realize([make("quick", 1), make("slow", 1, 120), make("middle", 1, 50)], { store, jobs: 1 });
    order.length = 0;
    await realize([make("quick", 2), make("slow", 2), make("middle", 2)], { store, jobs: 1 });
    expect(order).toEqual(["slow", "middle", "quick"]);
  });

  it("independent derivations are built side by side, as many as jobs allows", async () => {
    const most = async (jobs: number): Promise<number> => {
      let [now, peak] = [0, 0];
      const parts = Array.from({ length: 5 }, (_, part) =>
        stage({
          name: "part",
          config: { part },
          async realize() {
            peak = Math.max(peak, ++now);
            // None goes before as many have come as may; were there one too many, it would come meanwhile.
            while (peak < jobs) await delay(1);
            await delay(30);
            now--;
          },
        }),
      );
      await realize(stage({ name: "sink", config: { parts }, realize() {} }), { store: freshStore(), jobs });
      return peak;
    };
    expect(await most(1)).toBe(1);
    expect(await most(3)).toBe(3);
  });

  it("what has the longest way to go after it is built first", async () => {
    const order: string[] = [];
    const note = (build: Build): void => void order.push(build.dref.slice(38));
    const make = (name: string, config: object): Stage => stage({ name, config, realize: note });
    const long = make("long-3", { on: make("long-2", { on: make("long-1", {}) }) });
    await realize(make("sink", { short: make("short", {}), long }), { store: freshStore(), jobs: 1 });
    expect(order).toEqual(["long-1", "long-2", "short", "long-3", "sink"]);
  });
});

it("a realization leaves no temporary folders behind", async () => {
  const store = freshStore();
  const model = stage({
    name: "model",
    config: { seed: constant("seed") },
    async realize(build) {
      await writeFile(join(await build.scratch(), "x"), "y");
      await mkdir(build.path("folder"));
    },
  });
  await realize(model, { store });
  await realize(model, { store, force: "all" });
  expect(leftovers(store)).toEqual([]);
});
