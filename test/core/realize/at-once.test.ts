import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import {
  all,
  best,
  inProcess,
  latest,
  lens,
  pause,
  realize$,
  realizeMany,
  some,
  stage,
  type Build,
  type DRef,
  type RealizeEvent,
  type RealizeOptions,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import type { Targets } from "../../../core/stage/targets.ts";
import { freshStore } from "../fresh-store.ts";
import { failedFolders, leftovers } from "./leftovers.ts";

/** Runs of realizers, which go on until they are let go. */
class Gate {
  /** What runs, in the order in which it began. */
  readonly inside: string[] = [];
  readonly begun: string[] = [];
  peak = 0;
  readonly #waiting = new Map<string, () => void>();
  #isOpen = false;

  /** To be waited for by a realizer; the name says which run of which stage it is. */
  async pass(stageName: string, signal: AbortSignal): Promise<string> {
    const number = this.begun.filter((one) => one.startsWith(`${stageName} `)).length + 1;
    const name = `${stageName} ${number}`;
    this.begun.push(name);
    this.inside.push(name);
    this.peak = Math.max(this.peak, this.inside.length);
    try {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
        if (this.#isOpen) resolve();
        else this.#waiting.set(name, resolve);
      });
    } finally {
      this.inside.splice(this.inside.indexOf(name), 1);
    }
    return name;
  }

  async untilInside(...names: string[]): Promise<void> {
    const wanted = names.toSorted().join();
    const check = (): void => {
      const inside = this.inside.toSorted().join();
      if (inside !== wanted) throw new Error(`There run ${inside}, and not ${wanted}`);
    };
    await vi.waitFor(check, { timeout: 20_000 });
  }

  letGo(...names: string[]): void {
    for (const name of names) this.#waiting.get(name)?.();
  }

  open(): void {
    this.#isOpen = true;
    this.letGo(...this.#waiting.keys());
  }
}

/** A stage of which each run waits at the gate and then makes an outcome of its own, or what `make` makes. */
function gated(
  gate: Gate,
  name: string,
  more: Partial<Parameters<typeof stage>[0]> = {},
  make: (build: Build, run: string) => unknown = (build, run) => writeFile(build.path("run"), run),
): Stage {
  return stage({
    name,
    config: {},
    source: false,
    matcher: all(),
    realize: async (build) => {
      await make(build, await gate.pass(name, build.signal));
    },
    ...more,
  });
}

interface Following {
  readonly events: RealizeEvent[];
  readonly end: Promise<unknown>;
}

/** Realizes; `end` resolves with the error, or nothing. */
function follow(targets: Targets, options: RealizeOptions): Following {
  const events: RealizeEvent[] = [];
  const end = new Promise<unknown>((resolve) => {
    realize$(targets, options).subscribe({
      next: (event) => events.push(event),
      error: resolve,
      complete: () => resolve(undefined),
    });
  });
  return { events, end };
}

const ofType = <T extends RealizeEvent["type"]>(
  events: readonly RealizeEvent[],
  type: T,
): Extract<RealizeEvent, { type: T }>[] =>
  events.filter((event): event is Extract<RealizeEvent, { type: T }> => event.type === type);

function fail(_build: Build, run: string): never {
  throw new Error(`${run} fails`);
}

function outcomesOf(store: Store, target: Stage): string[] {
  const paths = store.realizations(lens(target).dref).map((rref) => join(store.path(rref), "run"));
  return paths
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, "utf8"))
    .toSorted();
}

describe("outcomes of one stage", () => {
  it("are made at once, as many as are missing", async () => {
    const store = freshStore();
    const gate = new Gate();
    const { end } = follow(gated(gate, "model"), { store, jobs: 8, count: 3 });
    await gate.untilInside("model 1", "model 2", "model 3");
    gate.open();
    expect(await end).toBeUndefined();
    expect(outcomesOf(store, gated(gate, "model"))).toEqual(["model 1", "model 2", "model 3"]);
    expect(leftovers(store)).toEqual([]);
    const more = follow(gated(gate, "model"), { store, jobs: 8, atLeast: 5 });
    expect(await more.end).toBeUndefined();
    expect(gate.begun).toHaveLength(5);
  });

  it("are made at once for a matcher that wants several", async () => {
    const store = freshStore();
    const gate = new Gate();
    for (const [index, matcher] of [latest(3), some(3), best("run", { n: 3 })].entries()) {
      const name = `model${index}`;
      const make = (build: Build, run: string): Promise<void> => writeFile(build.path("run"), run.slice(-1));
      const { end } = follow(gated(gate, name, { matcher }, make), { store, jobs: 8 });
      await gate.untilInside(`${name} 1`, `${name} 2`, `${name} 3`);
      gate.letGo(...gate.inside);
      expect(await end).toBeUndefined();
    }
    expect(gate.begun).toHaveLength(9);
  });

  it("are made by no more runs than the outputs of each ask for", async () => {
    const store = freshStore();
    const gate = new Gate();
    const pairs = gated(gate, "pairs", { outs: 2 }, async (build, run) => {
      for (const [index, out] of build.outs.entries()) await writeFile(join(out, "run"), `${run} ${index}`);
    });
    const { end } = follow(pairs, { store, jobs: 8, atLeast: 5 });
    await gate.untilInside("pairs 1", "pairs 2", "pairs 3");
    gate.open();
    expect(await end).toBeUndefined();
    expect(outcomesOf(store, pairs)).toHaveLength(6);
    expect(gate.begun).toHaveLength(3);
  });

  it("are never more at once than jobs", async () => {
    const store = freshStore();
    const gate = new Gate();
    const { end } = follow(gated(gate, "model"), { store, jobs: 2, count: 4 });
    await gate.untilInside("model 1", "model 2");
    gate.letGo("model 2");
    await gate.untilInside("model 1", "model 3");
    gate.letGo("model 1");
    await gate.untilInside("model 3", "model 4");
    gate.open();
    expect(await end).toBeUndefined();
    expect(gate.peak).toBe(2);
  });

  it("let the first run of each other stage go first", async () => {
    const store = freshStore();
    const gate = new Gate();
    const targets = [gated(gate, "a", { matcher: latest(4) }), gated(gate, "b"), gated(gate, "c")];
    const { end } = follow(targets, { store, jobs: 2 });
    await gate.untilInside("a 1", "b 1");
    gate.letGo("b 1");
    await gate.untilInside("a 1", "c 1");
    gate.letGo("c 1");
    await gate.untilInside("a 1", "a 2");
    gate.open();
    expect(await end).toBeUndefined();
    expect(gate.begun).toHaveLength(6);
    expect(gate.peak).toBe(2);
  });

  it("give their slots back to a stage that has become ready", async () => {
    const store = freshStore();
    const gate = new Gate();
    const first = gated(gate, "first");
    const then = gated(gate, "then", { config: { first } });
    const { end } = follow([gated(gate, "many", { matcher: latest(6) }), then], { store, jobs: 4 });
    await gate.untilInside("many 1", "many 2", "many 3", "first 1");
    gate.letGo("first 1");
    await gate.untilInside("many 1", "many 2", "many 3", "then 1");
    gate.letGo("then 1");
    await gate.untilInside("many 1", "many 2", "many 3", "many 4");
    gate.open();
    expect(await end).toBeUndefined();
    expect(gate.peak).toBe(4);
  });

  it("share what is free, those with the longest way to go before others", async () => {
    const store = freshStore();
    const gate = new Gate();
    const deep = gated(gate, "deep", { matcher: latest(3) });
    const top = gated(gate, "top", { config: { deep } });
    const flat = gated(gate, "flat", { matcher: latest(3) });
    const { end } = follow([flat, top, gated(gate, "other")], { store, jobs: 3 });
    await gate.untilInside("flat 1", "deep 1", "other 1");
    gate.letGo("other 1");
    await gate.untilInside("flat 1", "deep 1", "deep 2");
    gate.letGo("flat 1");
    await gate.untilInside("flat 2", "deep 1", "deep 2");
    gate.open();
    expect(await end).toBeUndefined();
  });

  it("of which one is there already are made again, and nothing new is an error as ever", async () => {
    const store = freshStore();
    const gate = new Gate();
    const twins = (build: Build, run: string): Promise<void> =>
      writeFile(build.path("run"), ["model 1", "model 2"].includes(run) ? "twin" : run);
    const { end } = follow(gated(gate, "model", { matcher: latest(3) }, twins), { store, jobs: 8 });
    await gate.untilInside("model 1", "model 2", "model 3");
    gate.letGo("model 1");
    await gate.untilInside("model 2", "model 3");
    gate.letGo("model 2");
    await gate.untilInside("model 3");
    gate.letGo("model 3");
    // The last one brought something new, so another may as well.
    await gate.untilInside("model 4");
    gate.open();
    expect(await end).toBeUndefined();
    const same = gated(gate, "same", {}, (build) => writeFile(build.path("run"), "same"));
    const again = follow(same, { store, jobs: 8, atLeast: 3 });
    expect(await again.end).toMatchObject({ code: "nothing-new", data: { wanted: 3 } });
    expect(gate.begun.filter((one) => one.startsWith("same"))).toHaveLength(3);
    expect(leftovers(store)).toEqual([]);
  });

  it("are ordered by when each was done, also when several are done at the same moment", async () => {
    const store = freshStore();
    const gate = new Gate();
    const model = gated(gate, "model", { matcher: latest(6) });
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const { end, events } = follow(model, { store, jobs: 6 });
      await gate.untilInside(...[1, 2, 3, 4, 5, 6].map((n) => `model ${n}`));
      gate.open();
      expect(await end).toBeUndefined();
      const stopped = store
        .realizations(lens(model).dref)
        .map((rref) => Date.parse(store.buildRecord(rref).stopped));
      expect(new Set(stopped).size).toBe(6);
      const [matched] = ofType(events, "matched");
      const [newest] = matched?.rrefs ?? [];
      expect(newest && Date.parse(store.buildRecord(newest).stopped)).toBe(Math.max(...stopped));
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("runs that go on at once", () => {
  it("are told apart by their numbers in all that they say", async () => {
    const store = freshStore();
    const gate = new Gate();
    const model = gated(gate, "model", {}, async (build, run) => {
      build.log(`${run} speaks`);
      build.progress({ current: Number(run.slice(-1)), total: 3 });
      build.display({ "text/plain": run });
      await writeFile(build.path("run"), run);
    });
    const { events, end } = follow(model, { store, jobs: 2, count: 3 });
    await gate.untilInside("model 1", "model 2");
    gate.open();
    await end;
    expect(ofType(events, "started").map(({ run, runs }) => [run, runs])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    for (const [type, said] of [
      ["log", ({ text }: { text?: string }) => text],
      ["progress", ({ current }: { current?: number }) => `model ${current} speaks\n`],
      ["display", ({ bundle }: { bundle?: object }) => `${Object.values(bundle ?? {})[0]} speaks\n`],
    ] as const) {
      const told = ofType(events, type).map((event) => `${event.run}: ${said(event)}`);
      expect(told.toSorted()).toEqual([1, 2, 3].map((n) => `${n}: model ${n} speaks\n`));
    }
    for (const { run, rrefs } of ofType(events, "built"))
      expect(store.log(rrefs[0] ?? ("" as never))).toBe(`model ${run} speaks\n`);
    // Whatever a run says comes before its end.
    for (const run of [1, 2, 3]) {
      const types = events.filter((event) => "run" in event && event.run === run).map(({ type }) => type);
      expect([types[0], types.at(-1)]).toEqual(["started", "built"]);
    }
  });

  it("have no numbers where there is only one", async () => {
    const gate = new Gate();
    gate.open();
    const { events, end } = follow(gated(gate, "model"), { store: freshStore() });
    await end;
    expect(events.some((event) => "run" in event || "runs" in event)).toBe(false);
  });

  it("are all told of once a second, with what is left of all of them", async () => {
    const store = freshStore();
    const gate = new Gate();
    const { events, end } = follow(gated(gate, "model"), { store, jobs: 2, count: 2 });
    await vi.waitFor(() => expect(ofType(events, "overall")).not.toEqual([]), { timeout: 20_000 });
    expect(ofType(events, "overall")[0]?.running).toMatchObject([
      { name: "model", run: 1 },
      { name: "model", run: 2 },
    ]);
    gate.open();
    await end;
  });
});

describe("a run that fails beside others", () => {
  const failing = (gate: Gate, more: Partial<Parameters<typeof stage>[0]> = {}): Stage =>
    gated(gate, "model", more, (build, run) =>
      ["model 2", "model 3"].includes(run) ? fail(build, run) : writeFile(build.path("run"), run),
    );

  it("stops them; what was published stays, and nothing else but its own folder is left", async () => {
    const store = freshStore();
    const gate = new Gate();
    const { events, end } = follow(failing(gate), { store, jobs: 3, count: 5 });
    await gate.untilInside("model 1", "model 2", "model 3");
    gate.letGo("model 1");
    await gate.untilInside("model 2", "model 3", "model 4");
    gate.letGo("model 2");
    expect(await end).toMatchObject({ code: "build-failed", data: { run: 2 } });
    expect(gate.inside).toEqual([]);
    expect(gate.begun).toHaveLength(4);
    expect(outcomesOf(store, failing(gate))).toEqual(["model 1"]);
    expect(ofType(events, "failed")).toMatchObject([{ run: 2, keptAt: failedFolders(store)[0] }]);
    expect(ofType(events, "built")).toHaveLength(1);
    expect(failedFolders(store)).toHaveLength(1);
    expect(leftovers(store)).toEqual([]);
  });

  it("lets nothing else begin in their slots", async () => {
    const store = freshStore();
    const gate = new Gate();
    const other = gated(gate, "other");
    const late = ["x", "y"].map((name) => gated(gate, name, { config: { other } }));
    const { events, end } = follow([failing(gate, { matcher: latest(2) }), ...late], { store, jobs: 3 });
    await gate.untilInside("model 1", "model 2", "other 1");
    gate.letGo("other 1");
    // One of the two waits for its turn.
    await gate.untilInside("model 1", "model 2", "x 1");
    gate.letGo("model 2");
    expect(await end).toMatchObject({ code: "build-failed" });
    expect(gate.begun).not.toContain("y 1");
    expect(
      ofType(events, "cancelled")
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["x", "y"]);
  });

  it("lets them come to their end with keepGoing, begins no more, and tells of each that fails", async () => {
    const store = freshStore();
    const gate = new Gate();
    const { events, end } = follow(failing(gate), { store, jobs: 3, count: 5, keepGoing: true });
    await gate.untilInside("model 1", "model 2", "model 3");
    gate.letGo("model 3");
    await gate.untilInside("model 1", "model 2");
    await vi.waitFor(() => expect(failedFolders(store)).toHaveLength(1), { timeout: 20_000 });
    gate.letGo("model 2");
    await gate.untilInside("model 1");
    gate.letGo("model 1");
    expect(await end).toMatchObject({ code: "build-failed", data: { run: 3 } });
    expect(gate.begun).toHaveLength(3);
    expect(outcomesOf(store, failing(gate))).toEqual(["model 1"]);
    expect(ofType(events, "warning").map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Run 2 failed as well: Cannot build "model": model 2 fails\nIts output folder/),
    ]);
    expect(ofType(events, "failed")).toHaveLength(1);
    expect(failedFolders(store)).toHaveLength(2);
    expect(leftovers(store)).toEqual([]);
  });

  it("stops none of them where it is recorded", async () => {
    const store = freshStore();
    const gate = new Gate();
    const model = failing(gate, { onFailure: "record" });
    const { events, end } = follow(model, { store, jobs: 3, count: 5 });
    await gate.untilInside("model 1", "model 2", "model 3");
    gate.letGo("model 2");
    await vi.waitFor(() => expect(store.realizations(lens(model).dref)).toHaveLength(1), { timeout: 20_000 });
    gate.letGo("model 1");
    await gate.untilInside("model 3");
    gate.letGo("model 3");
    expect(await end).toMatchObject({ code: "build-failed" });
    expect(gate.begun).toHaveLength(3);
    expect(outcomesOf(store, model)).toEqual(["model 1"]);
    const [failed] = ofType(events, "failed");
    expect(failed?.recorded).toHaveLength(1);
    expect(ofType(events, "warning")[0]?.text).toMatch(/^Run 3 failed as well: .*recorded as the failed/su);
    expect(store.realizations(lens(model).dref)).toHaveLength(3);
    expect(failedFolders(store)).toEqual([]);
    expect(leftovers(store)).toEqual([]);
  });

  it("is what was kept last, also when the work of others is kept", async () => {
    const store = freshStore();
    const gate = new Gate();
    const { events, end } = follow(gated(gate, "model", {}, fail), {
      store,
      jobs: 3,
      count: 3,
      keepCancelledAfterMs: 0,
    });
    await gate.untilInside("model 1", "model 2", "model 3");
    gate.letGo("model 2");
    await end;
    // The others had made nothing and printed nothing.
    expect(failedFolders(store)).toHaveLength(1);
    expect(ofType(events, "warning")).toEqual([]);
    const talkative = stage({
      name: "talkative",
      config: {},
      source: false,
      matcher: all(),
      realize: async (build) => {
        build.log("hours of work");
        fail(build, await gate.pass("talkative", build.signal));
      },
    });
    const second = follow(talkative, { store, jobs: 3, count: 3, keepCancelledAfterMs: 0 });
    await gate.untilInside("talkative 1", "talkative 2", "talkative 3");
    gate.letGo("talkative 2");
    await second.end;
    const kept = store.failedFolders(lens(talkative).dref);
    expect(kept).toHaveLength(3);
    expect(ofType(second.events, "failed")[0]?.keptAt).toBe(kept.at(-1));
    const [warning] = ofType(second.events, "warning");
    expect(warning?.text).toMatch(/^What other runs had made that were stopped is kept at /);
    for (const place of kept.slice(0, 2)) expect(warning?.text).toContain(place);
    expect(leftovers(store)).toEqual([]);
  });
});

describe("runs at once that are cancelled", () => {
  it("all stop, leave nothing, and what is published stays", async () => {
    const store = freshStore();
    const gate = new Gate();
    const stopper = new AbortController();
    const { events, end } = follow(gated(gate, "model"), {
      store,
      jobs: 2,
      count: 9,
      signal: stopper.signal,
    });
    await gate.untilInside("model 1", "model 2");
    gate.letGo("model 1");
    await gate.untilInside("model 2", "model 3");
    stopper.abort();
    expect(await end).toMatchObject({ code: "cancelled" });
    expect(gate.begun).toHaveLength(3);
    expect(outcomesOf(store, gated(gate, "model"))).toEqual(["model 1"]);
    expect(ofType(events, "cancelled")).toHaveLength(1);
    expect(ofType(events, "warning")).toEqual([]);
    expect(failedFolders(store)).toEqual([]);
    expect(leftovers(store)).toEqual([]);
  });

  it("keep what each had made where that is wanted, and one of them can be gone on with", async () => {
    const store = freshStore();
    const gate = new Gate();
    const model = stage({
      name: "model",
      config: {},
      source: false,
      matcher: all(),
      realize: async (build) => {
        await writeFile(build.path("half"), "done");
        await gate.pass("model", build.signal);
      },
    });
    const stopper = new AbortController();
    const options = { store, jobs: 2, count: 2, signal: stopper.signal, keepCancelledAfterMs: 0 };
    const { events, end } = follow(model, options);
    await gate.untilInside("model 1", "model 2");
    stopper.abort();
    const kept = store.failedFolders(lens(model).dref);
    const error = await end;
    expect(error).toMatchObject({ code: "cancelled", data: { kept: expect.any(Array) } });
    const places = (error as { data: { kept: string[] } }).data.kept;
    expect([kept.length, places.length]).toEqual([0, 2]);
    expect(places.toSorted()).toEqual(store.failedFolders(lens(model).dref).toSorted());
    expect(ofType(events, "cancelled")).toMatchObject([{ keptAt: places[0] }]);
    const held = await pause(model, { store, from: places[1] });
    expect(readFileSync(held.build().path("half"), "utf8")).toBe("done");
    await held.resume();
    expect(store.realizations(lens(model).dref)).toHaveLength(1);
  });
});

describe("an executor that wants the runs of a stage one after the other", () => {
  it("is given one at a time, and the rest of the jobs goes to other stages", async () => {
    const gate = new Gate();
    const model = gated(gate, "model", { matcher: latest(3) });
    const executor = { ...inProcess(), isOneByOne: (dref: DRef) => dref === lens(model).dref };
    const targets = [model, gated(gate, "other", { matcher: latest(2) })];
    const { end } = follow(targets, { store: freshStore(), jobs: 8, executor });
    await gate.untilInside("model 1", "other 1", "other 2");
    gate.letGo("model 1");
    await gate.untilInside("model 2", "other 1", "other 2");
    gate.open();
    expect(await end).toBeUndefined();
    expect(gate.begun).toHaveLength(5);
  });
});

describe("outcomes made by hand", () => {
  it("come one after the other", async () => {
    const store = freshStore();
    const gate = new Gate();
    const held = await pause(gated(gate, "model"), { store, jobs: 4, count: 2 });
    expect(held.builds).toHaveLength(1);
    await writeFile(held.build().path("run"), "one");
    expect(await held.resume()).toEqual([]);
    expect(held.builds).toHaveLength(1);
    await writeFile(held.build().path("run"), "two");
    expect(await held.resume()).toHaveLength(2);
    expect(gate.begun).toEqual([]);
  });

  it("take no place from what runs at once besides", async () => {
    const store = freshStore();
    const gate = new Gate();
    const data = gated(gate, "data", { matcher: latest(4) });
    const model = gated(gate, "model", { config: { data } });
    const pausing = pause(model, { store, jobs: 2 });
    await gate.untilInside("data 1", "data 2");
    gate.open();
    const held = await pausing;
    expect(gate.peak).toBe(2);
    await held.cancel();
    expect(await realizeMany(data, { store, assertRealized: true })).toHaveLength(4);
  });
});
