import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { filter, firstValueFrom } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import {
  errorCode,
  latest,
  lens,
  outcomes,
  pause,
  realize,
  realize$,
  replay,
  self,
  stage,
  type BuildError,
  type RealizeEvent,
  type RRef,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { failedFolders, leftovers } from "./leftovers.ts";

/** A stage that promises a file and whose realizer must not run. */
function byHand(name: string, config: object = {}): Stage {
  return stage({
    name,
    config: { ...config, file: self("file") },
    realize() {
      throw new Error(`the realizer of ${name} ran`);
    },
  }) as Stage;
}

const fill = (build: { path(...segments: string[]): string }, text: string): Promise<void> =>
  writeFile(build.path("file"), text);

const isByHand = (event: RealizeEvent): boolean => event.type === "waiting" && event.holder.hand === true;

/** How long a state is waited for that comes soon on a machine that has nothing else to do. */
const patience = { timeout: 20_000 };

const contentOf = (store: Store, rref: RRef | undefined): string =>
  readFileSync(join(store.path(rref as RRef), "file"), "utf8");

async function failureOf(work: Promise<unknown>): Promise<Error & { code: string }> {
  return (await work.then(
    () => expect.unreachable("this was to fail"),
    (error: unknown) => error,
  )) as Error & { code: string };
}

describe("pause()", () => {
  it("hands out the build of the target, and resume() publishes what a person put into it", async () => {
    const store = freshStore();
    const seed = stage({ name: "seed", config: { n: 3 }, realize() {} });
    const model = stage({
      name: "model",
      config: { seed, lr: 0.1, file: self("file") },
      realize() {
        throw new Error("it ran");
      },
    });
    const held = await pause(model, { store });
    expect(held.state).toBe("held");
    const build = held.build();
    expect(build.lens.seed.n.val).toBe(3);
    expect(Object.keys(build.context)).toEqual([lens(seed).dref]);
    await fill(build, String(build.config.lr));
    await build.exec("sh", ["-c", "echo by a command"]);
    const [rref] = await held.resume();
    expect(held.state).toBe("done");
    expect(contentOf(store, rref)).toBe("0.1");
    expect(store.log(rref as RRef)).toBe("by a command\n");
    expect(store.buildRecord(rref as RRef)["hand"]).toBe(true);
    expect(await realize(model, { store, assertRealized: true })).toBe(rref);
    expect(leftovers(store)).toEqual([]);
  });

  it("hands it to the parts of the realizer as well", async () => {
    const store = freshStore();
    const prepare = (build: { path(name: string): string }): Promise<void> =>
      writeFile(build.path("file"), "prepared");
    const model = stage({ name: "model", config: { file: self("file") }, realize: prepare });
    const held = await pause(model, { store });
    await prepare(held.build());
    const [rref] = await held.resume();
    expect(contentOf(store, rref)).toBe("prepared");
  });

  it("builds what could be reused, as that is what it is asked for", async () => {
    const store = freshStore();
    const model = stage({
      name: "model",
      config: {},
      matcher: latest(),
      realize: (build) => writeFile(join(build.out, "file"), "run"),
    });
    const before = await realize(model, { store });
    const held = await pause(model, { store });
    await fill(held.build(), "by hand");
    const [rref] = await held.resume();
    expect(rref).not.toBe(before);
    const { rows } = await outcomes(model, { store });
    expect(rows.map(({ byHand }) => byHand ?? false)).toEqual([true, false]);
  });

  it("lets two calls of resume() go on side by side, up to what is still held", async () => {
    const store = freshStore();
    const [left, right, last] = [byHand("left"), byHand("right"), byHand("last")];
    const top = stage({ name: "top", config: { left, right, last }, realize() {} });
    const held = await pause(top, { store, at: ["left", "right", "last"] });
    for (const build of held.builds) await fill(build, "by hand");
    await Promise.all([held.resume({ at: "left" }), held.resume({ at: "right" })]);
    expect(held.state).toBe("held");
    expect(await held.resume()).toHaveLength(1);
  });

  it("goes on with the rest, which runs as ever", async () => {
    const store = freshStore();
    const base = byHand("base");
    const top = stage({
      name: "top",
      config: { base, file: self("file") },
      realize: (build) =>
        writeFile(build.path("file"), `on ${readFileSync(String(lensPath(build)), "utf8")}`),
    });
    const events: RealizeEvent[] = [];
    const held = await pause(top, { store, at: "base", onEvent: (event) => events.push(event) });
    await fill(held.build("base"), "sand");
    const [rref] = await held.resume();
    expect(contentOf(store, rref)).toBe("on sand");
    expect(store.buildRecord(rref as RRef)["hand"]).toBeUndefined();
    expect(events.filter(({ type }) => type === "built")).toEqual([
      expect.objectContaining({ name: "base", hand: true }),
      expect.not.objectContaining({ hand: true }),
    ]);
  });

  it("holds several at once, also with one job, and one after the other where one needs the other", async () => {
    const store = freshStore();
    const [a, b] = [byHand("a"), byHand("b")];
    const c = byHand("c", { a, b });
    const other = stage({ name: "other", config: {}, realize() {} });
    const top = stage({ name: "top", config: { c, other }, realize() {} });
    const held = await pause(top, { store, at: ["a", lens(b).dref, c], jobs: 1 });
    expect(held.builds.map(({ dref }) => dref).toSorted()).toEqual([lens(a).dref, lens(b).dref].toSorted());
    expect(() => held.build()).toThrow(expect.objectContaining({ code: "several-held" }));
    expect(() => held.build("c")).toThrow(
      expect.objectContaining({ code: "not-held", message: expect.stringContaining("held are") }),
    );
    await fill(held.build(a), "a");
    expect(await held.resume({ at: a })).toEqual([]);
    expect(held.builds.map(({ dref }) => dref)).toEqual([lens(b).dref]);
    await fill(held.build(), "b");
    expect(await held.resume()).toEqual([]);
    expect(held.state).toBe("held");
    const build = held.build();
    expect(build.dref).toBe(lens(c).dref);
    await fill(build, "c");
    expect(await held.resume()).toHaveLength(1);
    // Each was free while it was held: the others could run.
    expect(store.realizations(lens(other).dref)).toHaveLength(1);
  });

  it("holds every run where several are asked for", async () => {
    const store = freshStore();
    const model = stage({ name: "model", config: {}, matcher: latest(2), realize() {} });
    const held = await pause(model, { store });
    await writeFile(join(held.build().out, "n"), "1");
    expect(await held.resume()).toEqual([]);
    await writeFile(join(held.build().out, "n"), "2");
    expect(await held.resume()).toHaveLength(2);
  });

  it("keeps to the number of jobs for what is not held", async () => {
    const store = freshStore();
    let running = 0;
    let most = 0;
    const parts = Array.from({ length: 4 }, (_, n) =>
      stage({
        name: "part",
        config: { n },
        async realize() {
          most = Math.max(most, ++running);
          while (most < 2) await delay(1);
          await delay(20);
          running--;
        },
      }),
    );
    const top = byHand("top", { parts, held: byHand("first") });
    const held = await pause(top, { store, at: ["first", "top"], jobs: 2 });
    await fill(held.build(), "x");
    await held.resume();
    await fill(held.build("top"), "x");
    await held.resume();
    expect(most).toBe(2);
  });

  it("says what is missing when a promise is not kept, and holds on to everything", async () => {
    const store = freshStore();
    const model = stage({ name: "model", config: { a: self("a"), b: self("deep", "b") }, realize() {} });
    const held = await pause(model, { store });
    await writeFile(held.build().path("a"), "hours of work");
    const error = await failureOf(held.resume());
    expect(error.code).toBe("missing-artifact");
    expect(error.message).toContain(
      'Cannot resume "model": its config promises artifacts that are not there yet: deep/b. It is still held',
    );
    expect(held.state).toBe("held");
    expect([...(await held.missing()).values()]).toEqual([["deep/b"]]);
    expect(readFileSync(join(held.build().out, "a"), "utf8")).toBe("hours of work");
    await writeFile(held.build().path("deep", "b"), "");
    expect(await held.resume()).toHaveLength(1);
  });

  it("waits for a command that still runs, and tells of one that fails, still held", async () => {
    const store = freshStore();
    const held = await pause(byHand("model"), { store });
    const build = held.build();
    const late = build.exec("sh", ["-c", "sleep 0.1; exit 3"]).catch(errorCode);
    expect((await failureOf(held.resume())).code).toBe("exec-failed");
    expect(await late).toBe("exec-failed");
    expect(held.state).toBe("held");
    void build.exec("sh", ["-c", "sleep 0.1; echo slow > file"]);
    const [rref] = await held.resume();
    expect(contentOf(store, rref)).toBe("slow\n");
  });

  it("keeps what cannot be published, so that it can be taken over", async () => {
    const store = freshStore();
    const model = byHand("model");
    const held = await pause(model, { store });
    await fill(held.build(), "precious");
    symlinkSync("/etc/passwd", held.build().path("link"));
    const error = await failureOf(held.resume());
    expect(error.message).toContain("kept at");
    const again = await pause(model, { store, from: error });
    expect(readFileSync(join(again.build().out, "file"), "utf8")).toBe("precious");
    execFileSync("rm", [join(again.build().out, "link")]);
    await fill(again.build(), "precious, and writable");
    const [rref] = await again.resume();
    expect(contentOf(store, rref)).toBe("precious, and writable");
  });

  it("can be resumed only while it is held", async () => {
    const store = freshStore();
    const model = byHand("model");
    const held = await pause(model, { store });
    await fill(held.build(), "");
    const build = held.build();
    await held.resume();
    expect((await failureOf(held.resume())).message).toBe('Cannot resume "model": it is done already');
    expect(() => held.build()).toThrow('Cannot hand out the build of "model": it is done already');
    expect(() => build.path("late")).toThrow(expect.objectContaining({ code: "build-ended" }));
    const other = await pause(byHand("other"), { store });
    await other.cancel();
    expect((await failureOf(other.resume())).message).toBe('Cannot resume "other": it was cancelled');
    expect(() => other.build()).toThrow(expect.objectContaining({ code: "not-held" }));
  });

  it("goes on by itself at most once", async () => {
    const store = freshStore();
    const finish: (() => void)[] = [];
    const slow = stage({
      name: "slow",
      config: { base: byHand("base") },
      realize: () => new Promise<void>((resolve) => finish.push(resolve)),
    });
    const held = await pause(slow, { store, at: "base" });
    await fill(held.build(), "");
    const first = held.resume();
    await vi.waitFor(() => expect(finish).toHaveLength(1), patience);
    expect(held.state).toBe("running");
    expect((await failureOf(held.resume())).message).toContain("it goes on already");
    finish[0]?.();
    expect(await first).toHaveLength(1);
  });

  it("fails as realize() does when the rest fails, and says so from then on", async () => {
    const store = freshStore();
    const broken = stage({
      name: "broken",
      config: { base: byHand("base") },
      realize() {
        throw new Error("no");
      },
    });
    const held = await pause(broken, { store, at: "base" });
    await fill(held.build(), "");
    expect((await failureOf(held.resume())).code).toBe("build-failed");
    expect(held.state).toBe("failed");
    expect((await failureOf(held.resume())).message).toBe('Cannot resume "broken": it failed');
  });

  it("fails at once when nothing comes to be held", async () => {
    const broken = stage({
      name: "broken",
      config: {},
      realize() {
        throw new Error("no");
      },
    });
    const top = byHand("top", { broken });
    expect((await failureOf(pause(top, { store: freshStore() }))).message).toContain("no");
  });

  it("does not lose a held build because something else fails", async () => {
    const store = freshStore();
    const broken = stage({
      name: "broken",
      config: {},
      realize() {
        throw new Error("no");
      },
    });
    const base = byHand("base");
    const top = stage({ name: "top", config: { base, broken }, realize() {} });
    const held = await pause(top, { store, at: base });
    await vi.waitFor(() => expect(failedFolders(store)).toHaveLength(1), patience);
    await fill(held.build(), "kept");
    expect((await failureOf(held.resume())).message).toContain("no");
    expect(store.realizations(lens(base).dref)).toHaveLength(1);
  });

  it("knows only what the target depends on", async () => {
    const store = freshStore();
    const classifier = byHand("classifier");
    const top = byHand("top", { classifier });
    const error = await failureOf(pause(top, { store, at: "clasifier" }));
    expect(error.code).toBe("not-in-closure");
    expect(error.message).toBe(
      'Cannot pause at "clasifier": "top" does not depend on it as things stand. Did you mean "classifier"?',
    );
    const changed = byHand("classifier", { changed: true });
    expect((await failureOf(pause(top, { store, at: changed }))).message).toMatch(
      /Cannot pause at "classifier" \(dref:.*\): "top" does not depend on it as things stand\. What it depends on is another derivation/,
    );
    expect((await failureOf(pause(top, { store, at: [] }))).message).toContain("the list is empty");
  });
});

describe("resume({ rrefs })", () => {
  it("takes existing realizations instead", async () => {
    const store = freshStore();
    const base = stage({
      name: "base",
      config: { file: self("file") },
      matcher: latest(),
      realize: (build) => writeFile(build.path("file"), String(Math.random())),
    });
    const top = stage({ name: "top", config: { base }, realize() {} });
    const old = await realize(base, { store });
    await realize(base, { store, force: true });
    const held = await pause(top, { store, at: base });
    const [rref] = await held.resume({ rrefs: [old] });
    expect(store.context(rref as RRef)).toEqual({ [lens(base).dref]: [old] });
    expect(store.realizations(lens(base).dref)).toHaveLength(2);
    expect(leftovers(store)).toEqual([]);
  });

  it("takes no others than those of what is held, made from the same and not failed", async () => {
    const store = freshStore();
    const seed = stage({
      name: "seed",
      config: {},
      matcher: latest(),
      realize: (build) => writeFile(build.path("r"), String(Math.random())),
    });
    const failing = { now: false };
    const model = stage({
      name: "model",
      config: { seed, file: self("file") },
      onFailure: "record",
      async realize(build) {
        await writeFile(build.path("file"), String(Math.random()));
        if (failing.now) throw new Error("no");
      },
    });
    const old = await realize(model, { store });
    await realize(seed, { store, force: true });
    failing.now = true;
    const failed = (await failureOf(realize(model, { store, force: true }))) as unknown as BuildError;
    const held = await pause(model, { store });
    const refusals = [
      [await realize(seed, { store }), "foreign-realization"],
      [old, "other-context"],
      [failed.data.recorded?.[0], "failed-realization"],
      [old.replace(/^rref:.{8}/, "rref:00000000"), "unknown-realization"],
    ];
    for (const [rref, code] of refusals)
      expect((await failureOf(held.resume({ rrefs: [rref as RRef] }))).code).toBe(code);
    expect((await failureOf(held.resume({ rrefs: [] }))).name).toBe("TypeError");
    expect(held.state).toBe("held");
    await held.cancel();
  });
});

describe("cancel()", () => {
  it("takes the folder away and releases the lock", async () => {
    const store = freshStore();
    const done = stage({ name: "done", config: {}, realize() {} });
    const model = byHand("model", { done });
    const held = await pause(model, { store });
    await fill(held.build(), "x");
    const { out } = held.build();
    await held.cancel();
    await held.cancel();
    expect(held.state).toBe("cancelled");
    expect(existsSync(out)).toBe(false);
    expect(leftovers(store)).toEqual([]);
    expect(failedFolders(store)).toEqual([]);
    expect(store.realizations(lens(done).dref)).toHaveLength(1);
    const again = await pause(model, { store });
    expect(readdirSync(again.build().out)).toEqual([]);
    await again.cancel();
  });
});

describe("an interrupt", () => {
  it("cancels what is on its way to be held", async () => {
    const store = freshStore();
    const endless = stage({
      name: "endless",
      config: {},
      realize: (build) =>
        new Promise((_, no) => build.signal.addEventListener("abort", () => no(new Error("stop")))),
    });
    const stopper = new AbortController();
    const paused = pause(byHand("top", { endless }), { store, signal: stopper.signal });
    await vi.waitFor(
      () => expect(leftovers(store).some((path) => path.includes("build-"))).toBe(true),
      patience,
    );
    stopper.abort();
    expect((await failureOf(paused)).code).toBe("cancelled");
    await vi.waitFor(() => expect(leftovers(store)).toEqual([]), patience);
  });

  it("does not drop what is held", async () => {
    const store = freshStore();
    let isSlow = true;
    const slow = stage({
      name: "slow",
      config: {},
      realize: async ({ signal }) => {
        while (isSlow && !signal.aborted) await delay(1);
      },
    });
    const [a, b] = [byHand("a"), byHand("b", { slow })];
    const stopper = new AbortController();
    const paused = pause(stage({ name: "top", config: { a, b }, realize() {} }), {
      store,
      at: [a, b],
      signal: stopper.signal,
    });
    await vi.waitFor(
      () => expect(readdirSync(join(store.root, "locks")).some((name) => name.includes("-a"))).toBe(true),
      patience,
    );
    // Who waits for it from now on hears when it is held.
    await firstValueFrom(realize$(a, { store }).pipe(filter(isByHand)));
    stopper.abort();
    const held = await paused;
    expect(held.builds.map(({ dref }) => dref)).toEqual([lens(a).dref]);
    await fill(held.build(a), "a");
    const next = held.resume();
    await vi.waitFor(() => expect(held.state).toBe("running"), patience);
    isSlow = false;
    expect(await next).toEqual([]);
    await fill(held.build(b), "b");
    expect(await held.resume()).toHaveLength(1);
  });
});

describe("while it is held", () => {
  it("others see by whom, and wait", async () => {
    const store = freshStore();
    const model = byHand("model");
    const held = await pause(model, { store });
    const events: RealizeEvent[] = [];
    const waiting = new Promise((resolve, reject) =>
      realize$(model, { store }).subscribe({
        next: (event) => events.push(event),
        complete: () => resolve(undefined),
        error: reject,
      }),
    );
    await vi.waitFor(
      () =>
        expect(events).toContainEqual(
          expect.objectContaining({
            type: "waiting",
            holder: expect.objectContaining({ pid: process.pid, hand: true }),
          }),
        ),
      patience,
    );
    await fill(held.build(), "x");
    await held.resume();
    await waiting;
    expect(events.at(-2)).toMatchObject({ type: "reused" });
  });
});

describe("taking over", () => {
  const broken = (options: { onFailure?: "record" } = {}): Stage =>
    stage({
      name: "broken",
      config: { a: self("a"), b: self("b") },
      ...options,
      async realize(build) {
        build.log("an hour passes");
        build.display({ "text/plain": "the loss" });
        await writeFile(build.path("a"), "an hour of work");
        throw new Error("no disk");
      },
    }) as Stage;

  it("goes on with the folder of a build that failed, its log too", async () => {
    const store = freshStore();
    const model = broken();
    const error = await failureOf(realize(model, { store }));
    const [folder = ""] = failedFolders(store);
    const held = await pause(model, { store, from: error });
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(held.build().out)).toEqual(["a"]);
    held.build().log("and a minute");
    await writeFile(held.build().path("b"), "");
    const [rref] = await held.resume();
    expect(replay(store, rref as RRef).entries).toEqual([
      { kind: "text", text: "an hour passes\n" },
      { kind: "display", bundle: { "text/plain": "the loss" } },
      { kind: "text", text: "and a minute\n" },
    ]);
    expect(store.artifacts(rref as RRef)).toEqual(["a", "b"]);
    expect(
      readdirSync(store.path(rref as RRef))
        .filter((name) => name.startsWith("__"))
        .toSorted(),
    ).toEqual(["__build__.json", "__display__.json", "__log__.txt"]);
  });

  it("goes on with the folder of a process that died while it published", async () => {
    const store = freshStore();
    const model = broken();
    await failureOf(realize(model, { store }));
    const [folder = ""] = failedFolders(store);
    for (const name of ["context.json", "__build__.json"])
      writeFileSync(join(folder, name), "{}", { mode: 0o444 });
    const held = await pause(model, { store, from: folder });
    expect(readdirSync(held.build().out)).toEqual(["a"]);
    await writeFile(held.build().path("b"), "");
    expect(await held.resume()).toHaveLength(1);
  });

  it("goes on with it by its folder, wherever in the closure it is", async () => {
    const store = freshStore();
    const model = broken();
    const top = stage({ name: "top", config: { model }, realize() {} });
    await failureOf(realize(top, { store }));
    const [folder = ""] = failedFolders(store);
    const held = await pause(top, { store, from: folder });
    expect(held.build().dref).toBe(lens(model).dref);
    await writeFile(held.build().path("b"), "");
    expect(await held.resume()).toHaveLength(1);
  });

  it("puts it back when it is given up", async () => {
    const store = freshStore();
    const model = broken();
    const error = await failureOf(realize(model, { store }));
    const before = failedFolders(store);
    const held = await pause(model, { store, from: error });
    await held.cancel();
    expect(failedFolders(store)).toEqual(before);
    expect(readFileSync(join(before[0] ?? "", "__log__.txt"), "utf8")).toBe("an hour passes\n");
    const again = await pause(model, { store, from: error });
    expect(readFileSync(join(again.build().out, "a"), "utf8")).toBe("an hour of work");
    await again.cancel();
  });

  it("goes on with a copy of a failed outcome", async () => {
    const store = freshStore();
    const model = broken({ onFailure: "record" });
    const error = (await failureOf(realize(model, { store }))) as unknown as BuildError;
    const held = await pause(model, { store, from: error.data.recorded?.[0] as RRef });
    expect(readdirSync(held.build().out)).toEqual(["a"]);
    await writeFile(held.build().path("a"), "changed");
    await writeFile(held.build().path("b"), "");
    const [rref] = await held.resume();
    expect(store.failure(rref as RRef)).toBeUndefined();
    expect(readFileSync(join(store.path(rref as RRef), "a"), "utf8")).toBe("changed");
  });

  it("goes on with all outputs of a run that has several", async () => {
    const store = freshStore();
    const pair = stage({
      name: "pair",
      config: { file: self("file") },
      outs: 2,
      async realize(build) {
        for (const index of [0, 1]) await writeFile(build.output(index).path("file"), `output ${index}`);
        throw new Error("no");
      },
    });
    const error = await failureOf(realize(pair, { store }));
    const held = await pause(pair, { store, from: error });
    const { outs } = held.build();
    expect(outs.map((out) => readFileSync(join(out, "file"), "utf8"))).toEqual(["output 0", "output 1"]);
    expect(failedFolders(store)).toEqual([]);
    await held.cancel();
    expect(failedFolders(store)).toHaveLength(2);
  });

  it("refuses what is no such thing", async () => {
    const store = freshStore();
    const model = broken();
    const other = await realize(stage({ name: "fine", config: {}, realize() {} }), { store });
    const nothing = freshFolder();
    for (const from of [nothing, "/nowhere", other, new Error("something else")])
      expect((await failureOf(pause(model, { store, from }))).code).toBe("not-kept");
    mkdirSync(join(nothing, "sub"));
    writeFileSync(join(nothing, "sub", "__kept__.json"), '{"dref":1}');
    expect((await failureOf(pause(model, { store, from: join(nothing, "sub") }))).code).toBe("not-kept");
  });

  it("refuses what another derivation left, or one with other dependencies", async () => {
    const store = freshStore();
    const error = await failureOf(realize(broken(), { store }));
    const changed = stage({ name: "broken", config: { a: self("a"), changed: true }, realize() {} });
    expect((await failureOf(pause(changed, { store, from: error }))).message).toMatch(
      /Cannot take over what was left of "broken" \(dref:.*\): it is not what is realized\. What it depends on is another/,
    );
    const seed = stage({
      name: "seed",
      config: {},
      matcher: latest(),
      realize: (build) => writeFile(build.path("r"), String(Math.random())),
    });
    const model = stage({
      name: "model",
      config: { seed },
      realize() {
        throw new Error("no");
      },
    });
    const left = await failureOf(realize(model, { store }));
    await realize(seed, { store, force: true });
    const refused = await failureOf(pause(model, { store, from: left }));
    expect(refused.code).toBe("other-context");
    expect(failedFolders(store)).toHaveLength(2);
    expect(leftovers(store)).toEqual([]);
  });
});

describe("keepCancelledAfterMs", () => {
  const interrupted = async (
    store: Store,
    keepCancelledAfterMs: number | undefined,
  ): Promise<{ model: Stage; error: Error & { code: string }; events: RealizeEvent[] }> => {
    const stopper = new AbortController();
    const model = stage({
      name: "model",
      config: { file: self("file") },
      async realize(build) {
        build.log("an hour passes");
        await writeFile(build.path("file"), "an hour of work");
        stopper.abort();
        await new Promise((_, no) => build.signal.addEventListener("abort", () => no(new Error("stop"))));
      },
    }) as Stage;
    const events: RealizeEvent[] = [];
    const error = await failureOf(
      new Promise((resolve, reject) =>
        realize$(model, { store, signal: stopper.signal, keepCancelledAfterMs }).subscribe({
          next: (event) => events.push(event),
          error: reject,
          complete: () => resolve(undefined),
        }),
      ),
    );
    return { model, error, events };
  };

  it("keeps what a build made that took longer, says where, and it can be taken over", async () => {
    const store = freshStore();
    const { model, error, events } = await interrupted(store, 0);
    const [folder = ""] = failedFolders(store);
    expect(error.message).toBe(
      `Cannot realize "model": it was cancelled; nothing was built\nWhat was not finished is kept at ${folder}`,
    );
    expect(events.at(-1)).toMatchObject({ type: "cancelled", keptAt: folder });
    expect(readFileSync(join(folder, "__log__.txt"), "utf8")).toBe("an hour passes\n");
    const held = await pause(model, { store, from: error });
    const [rref] = await held.resume();
    expect(contentOf(store, rref)).toBe("an hour of work");
  });

  it("keeps nothing of one that took less, nor unless it is given", async () => {
    const store = freshStore();
    for (const afterMs of [60_000, undefined]) {
      const { error } = await interrupted(store, afterMs);
      expect(error.message).toBe('Cannot realize "model": it was cancelled; nothing was built');
    }
    expect(failedFolders(store)).toEqual([]);
    expect(leftovers(store)).toEqual([]);
  });
});

function lensPath(build: { lens: unknown }): unknown {
  return (build.lens as { base: { file: { syspath: string } } }).base.file.syspath;
}
