import { readFileSync } from "node:fs";
import { firstValueFrom, toArray } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import {
  eventToJson,
  instantiate,
  lens,
  LightnixError,
  realize,
  realize$,
  stage,
  type Capture,
  type RealizeEvent,
  type RealizeEventJson,
  type RealizeOptions,
  type RRef,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import type { Targets } from "../../../core/stage/targets.ts";
import { freshStore } from "../fresh-store.ts";

/** All events up to the end, whichever that is; `onEvent` is told of each. */
async function eventsOf(
  targets: Targets,
  { onEvent, ...options }: RealizeOptions & { readonly onEvent?: (event: RealizeEvent) => void },
): Promise<RealizeEvent[]> {
  const events: RealizeEvent[] = [];
  await new Promise<void>((resolve) => {
    realize$(targets, options).subscribe({
      next: (event) => {
        events.push(event);
        onEvent?.(event);
      },
      error: () => resolve(),
      complete: resolve,
    });
  });
  return events;
}

/** A host of which every cell begins with a `clearOutput`. */
const clearing: Capture = (sink, run) => {
  sink.clear(true);
  return run();
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const ofType = <T extends RealizeEvent["type"]>(
  events: readonly RealizeEvent[],
  type: T,
): Extract<RealizeEvent, { type: T }>[] =>
  events.filter((event): event is Extract<RealizeEvent, { type: T }> => event.type === type);

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

/** The fields that the README documents of each type; those with a question mark are not always there. */
const documented: ReadonlyMap<string, readonly string[]> = new Map(
  [...readme.matchAll(/^\| (\w+) \| [^|]+ \| (`target`|`dref`|`settled`)([^|]+) \|$/gmu)].map(
    ([, type = "", first = "", rest = ""]) => [type, fieldsOf(first + rest.replaceAll(/\([^)]*\)/gu, ""))],
  ),
);

function fieldsOf(text: string): string[] {
  return [...text.matchAll(/`(\w+\??)`/gu)].map(([, field = ""]) => field);
}

describe("the events of a realization", () => {
  it("can all be told apart by a switch", () => {
    // Does not compile as soon as a type is missing.
    const isLast = ({ type }: RealizeEvent): boolean => {
      switch (type) {
        case "planned":
        case "reused":
        case "waiting":
        case "warning":
        case "started":
        case "log":
        case "progress":
        case "display":
        case "clear":
        case "built":
        case "matched":
        case "cancelled":
        case "overall":
          return false;
        case "failed":
        case "done":
          return true;
      }
      return type satisfies never;
    };
    expect(isLast({ type: "overall", at: 0, settled: 0, total: 0, running: [] })).toBe(false);
  });

  it("occur in lines of JSON, all of them, with just the fields that are documented", async () => {
    const store = freshStore();
    const reused = stage({ name: "reused", config: {}, realize: () => undefined });
    await realize(reused, { store });
    let hasToldOfAll = false;
    const busy = stage({
      name: "busy",
      config: { reused },
      async realize(build) {
        build.log("hello");
        build.display({ "text/plain": "shown", "image/png": 5n }, {}).update({});
        const begun = performance.now();
        while (!hasToldOfAll || performance.now() - begun < 1_050) await pause(10);
        build.progress({ current: 1, total: 4, unit: "epochs", message: "epoch" });
        await pause(60);
      },
    });
    const failing = stage({
      name: "failing",
      config: {},
      realize() {
        throw new TypeError("no");
      },
    });
    const after = stage({ name: "after", config: { failing }, realize: () => undefined });
    const held = stage({ name: "held", config: {}, realize: () => undefined });
    const lock = await store.lock((await instantiate(held, { store })).dref, {});
    setTimeout(() => lock.release(), 200);
    const substituters = [{ place: "http://127.0.0.1:9/", retries: 0 }];
    const lines = [
      ...(await eventsOf([busy, after, held], {
        store,
        keepGoing: true,
        jobs: 4,
        capture: clearing,
        substituters,
        // The others may take their time.
        onEvent: (event) => (hasToldOfAll ||= event.type === "overall" && event.running.length === 1),
      })),
      ...(await eventsOf(reused, { store })),
    ].map((event) => JSON.stringify(eventToJson(event)));
    const events = lines.map((line) => JSON.parse(line) as RealizeEventJson);
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(documented.keys()));
    for (const event of events) {
      const known = documented.get(event.type) ?? [];
      const always = known.filter((field) => !field.endsWith("?"));
      expect(Object.keys(event)).toEqual(expect.arrayContaining(["type", "at", ...always]));
      expect(["type", "at", ...known.map((field) => field.replace("?", ""))]).toEqual(
        expect.arrayContaining(Object.keys(event)),
      );
    }
    const failed = events.find(({ type }) => type === "failed");
    expect(failed).toMatchObject({
      error: { name: "BuildError", code: "build-failed", cause: { name: "TypeError", message: "no" } },
    });
    expect(events.find(({ type }) => type === "cancelled")).toMatchObject({
      name: "after",
      because: lens(failing).dref,
    });
    expect(events.find(({ type }) => type === "display")).toMatchObject({
      bundle: { "text/plain": "shown" },
    });
    expect(events.findLast(({ type }) => type === "overall")).toMatchObject({
      settled: expect.any(Number),
      total: 5,
      running: [{ name: "busy", elapsedMs: expect.any(Number) }],
    });
    expect(events.find(({ type }) => type === "progress")).toMatchObject({ remainingMs: expect.any(Number) });
  });

  it("say when they happened, and their time never goes back although the clock does", async () => {
    const store = freshStore();
    const model = stage({
      name: "model",
      config: {},
      realize(build) {
        build.log("before");
        vi.setSystemTime(Date.now() - 3_600_000);
        build.display({ "text/plain": "after" });
      },
    });
    try {
      const times = (await eventsOf(model, { store })).map(({ at }) => at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(Math.abs((times[0] ?? 0) - (times.at(-1) ?? 0))).toBeLessThan(10_000);
    } finally {
      vi.useRealTimers();
    }
  });

  it("come as soon as ever although the clock was set back", async () => {
    const store = freshStore();
    let hear = (): void => {};
    const isHeard = new Promise<boolean>((resolve) => (hear = () => resolve(true)));
    const model = stage({
      name: "model",
      config: {},
      async realize(build) {
        build.log("before");
        vi.setSystemTime(Date.now() - 3_600_000);
        build.log("after");
        expect(await Promise.race([isHeard, pause(20_000)])).toBe(true);
      },
    });
    try {
      const onEvent = (event: RealizeEvent): unknown =>
        event.type === "log" && event.text === "after\n" && hear();
      expect((await eventsOf(model, { store, onEvent })).at(-1)).toMatchObject({ type: "done" });
    } finally {
      vi.useRealTimers();
    }
  });

  it("tell how long a realizer has been running that never returns", async () => {
    const store = freshStore();
    const endless = stage({ name: "endless", config: {}, realize: () => new Promise<void>(() => undefined) });
    const stopper = new AbortController();
    const told: number[] = [];
    await eventsOf(endless, {
      store,
      signal: stopper.signal,
      onEvent(event) {
        if (event.type === "overall" && told.push(event.running[0]?.elapsedMs ?? 0) === 2) stopper.abort();
      },
    });
    expect(told[1]).toBeGreaterThan(1_500);
    expect(told[1]).toBeGreaterThan(told[0] ?? Infinity);
  });

  it("estimate what is left from what a stage of the same name took before", async () => {
    const store = freshStore();
    let isTold = false;
    const slow = (n: number): Stage =>
      stage({
        name: "slow",
        config: { n },
        source: false,
        async realize() {
          if (n === 1) await pause(3_000);
          else while (!isTold) await pause(10);
        },
      });
    await realize(slow(1), { store });
    const { dref } = await instantiate(slow(1), { store });
    const { started, stopped } = store.buildRecord(store.realizations(dref)[0] as RRef);
    const onEvent = ({ type }: RealizeEvent): unknown => (isTold ||= type === "overall");
    const [overall] = ofType(await eventsOf(slow(2), { store, onEvent }), "overall");
    const left = Date.parse(stopped) - Date.parse(started) - (overall?.running[0]?.elapsedMs ?? 0);
    expect(overall?.remainingMs).toBeGreaterThan(0);
    expect(Math.abs((overall?.remainingMs ?? 0) - left)).toBeLessThan(100);
  });
});

describe("a realizer that has much to say", () => {
  const talkative = (talk: (say: (text: string) => void) => void): Stage =>
    stage({
      name: "talkative",
      config: {},
      captured: {},
      realize(build) {
        talk((text) => build.log(text));
      },
    });

  it("has its first word out at once", async () => {
    const store = freshStore();
    const heard: string[] = [];
    let heardAtOnce: readonly string[] = [];
    const model = stage({
      name: "model",
      config: {},
      realize(build) {
        build.log("hello");
        heardAtOnce = [...heard];
      },
    });
    await realize$(model, { store }).forEach((event) => {
      if (event.type === "log") heard.push(event.text);
    });
    expect(heardAtOnce).toEqual(["hello\n"]);
  });

  it("is heard in few events, with every word in its order", async () => {
    const store = freshStore();
    const model = talkative((say) => {
      for (let i = 0; i < 10_000; i++) say(`line ${i}`);
    });
    const logs = ofType(await eventsOf(model, { store }), "log");
    expect(logs.map(({ text }) => text).join("")).toBe(
      Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join(""),
    );
    expect(logs.length).toBeLessThan(30);
  });

  it("may print 100 MB: memory stays bounded, and so does what a listener is told", async () => {
    const store = freshStore();
    const line = "x".repeat(999);
    const model = talkative((say) => {
      for (let i = 0; i < 100_000; i++) say(line);
    });
    let [told, events, peak] = [0, 0, 0];
    const before = process.memoryUsage().rss;
    const begun = performance.now();
    await realize$(model, { store }).forEach((event) => {
      if (event.type !== "log") return;
      told += event.text.length;
      events++;
      peak = Math.max(peak, process.memoryUsage().rss - before);
    });
    const windows = (performance.now() - begun) / 50 + 2;
    expect(told).toBeLessThan(windows * 300_000);
    expect(events).toBeLessThan(2 * windows);
    expect(peak).toBeLessThan(100_000_000);
    const [rref] = store.realizations(lens(model).dref);
    expect(rref && store.log(rref).length).toBeLessThan(1_100_000);
  });

  it("does not have to wait long for a slow listener", async () => {
    const store = freshStore();
    const model = talkative((say) => {
      for (let i = 0; i < 50_000; i++) say(`line ${i}`);
    });
    let heard = 0;
    const begun = performance.now();
    await realize$(model, { store }).forEach(({ type }) => {
      if (type !== "log") return;
      heard++;
      const until = performance.now() + 20;
      while (performance.now() < until);
    });
    expect(heard).toBeGreaterThan(1);
    // One event takes 20 ms, and there is one in 50 ms at most.
    expect(heard).toBeLessThan((performance.now() - begun) / 50 + 3);
  });

  it("has said everything by the time that it is built", async () => {
    const store = freshStore();
    const model = stage({
      name: "model",
      config: {},
      realize(build) {
        for (let i = 1; i <= 500; i++) {
          build.log(String(i));
          build.progress({ current: i, total: 500 });
        }
      },
    });
    const events = await eventsOf(model, { store });
    const built = events.findIndex(({ type }) => type === "built");
    const progress = ofType(events.slice(0, built), "progress");
    expect(progress.length).toBeLessThan(100);
    expect(progress.at(-1)).toMatchObject({ current: 500 });
    expect(events.slice(0, built).findLast(({ type }) => type === "log")).toMatchObject({
      text: expect.stringMatching(/\b500\n$/),
    });
    expect(events.slice(built).map(({ type }) => type)).toEqual(["built", "matched", "done"]);
  });
});

describe("realize$() of several", () => {
  const constant = (name: string, n = 0): Stage => stage({ name, config: { n }, realize: () => undefined });

  it("takes stages and closures in arrays and objects, and says in the end what came of each", async () => {
    const store: Store = freshStore();
    const shared = constant("shared");
    const a = stage({ name: "a", config: { shared }, realize: () => undefined });
    const b = await instantiate(stage({ name: "b", config: { shared }, realize: () => undefined }), {
      store,
    });
    const events = await firstValueFrom(
      realize$({ pair: [a, b], deep: { again: a } }, { store }).pipe(toArray()),
    );
    const [planned] = ofType(events, "planned");
    const [done] = ofType(events, "done");
    const drefs = [lens(a).dref, b.dref];
    expect(planned?.stages.map(({ name }) => name).toSorted()).toEqual(["a", "b", "shared"]);
    expect(new Set(planned?.targets)).toEqual(new Set(drefs));
    expect(done?.outcomes).toEqual(
      planned?.targets.map((dref) => ({ dref, rrefs: store.realizations(dref) })),
    );
  });

  it("refuses when there is nothing to realize, on the stream", async () => {
    const nothing = firstValueFrom(realize$({ none: [] }, { store: freshStore() }));
    await expect(nothing).rejects.toThrow("Cannot realize nothing");
    await expect(nothing).rejects.toMatchObject({ code: "no-target" });
  });
});

describe("eventToJson()", () => {
  it("tells what can be told of an error that holds what JSON cannot", () => {
    const round: Record<string, unknown> = { n: 1n };
    const error = new LightnixError("odd", "It is odd", {
      data: { big: 5n, inner: new RangeError("inner") },
      cause: "a text",
    });
    const dref = lens(stage({ name: "a", config: {}, realize: () => undefined })).dref;
    const event = { type: "failed", at: 1, dref, name: "a", error } as const;
    expect(JSON.parse(JSON.stringify(eventToJson(event)))).toMatchObject({
      error: {
        name: "LightnixError",
        code: "odd",
        data: { big: "5", inner: { name: "RangeError", message: "inner" } },
        cause: { name: "string", message: "a text" },
      },
    });
    round["self"] = round;
    const bundle = { round };
    expect(eventToJson({ type: "display", at: 1, dref, name: "a", bundle })).toMatchObject({ bundle: {} });
  });
});
