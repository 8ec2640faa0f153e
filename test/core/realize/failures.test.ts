import { existsSync, readFileSync } from "node:fs";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  best,
  BuildError,
  lens,
  realize,
  realize$,
  self,
  stage,
  type RealizeEvent,
  type Stage,
} from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";
import { failedFolders, leftovers } from "./leftovers.ts";

const broken = (name: string, config: object = {}): Stage =>
  stage({
    name,
    config,
    async realize(build) {
      build.log("about to break");
      await writeFile(build.path("half.txt"), "half");
      throw new RangeError(`${build.dref.slice(38)} broke`);
    },
  });
const fine = (name: string, config: object = {}): Stage => stage({ name, config, realize() {} });

async function failureOf(target: Stage, options: Parameters<typeof realize>[1]): Promise<BuildError> {
  const error: unknown = await realize(target, options).catch((thrown: unknown) => thrown);
  if (error instanceof BuildError) return error;
  throw new Error("this was to fail with a BuildError", { cause: error });
}

describe("a realizer that throws", () => {
  it("publishes nothing, and is the cause of a BuildError", async () => {
    const store = freshStore();
    const model = broken("model");
    const error = await failureOf(model, { store });
    expect(error).toMatchObject({
      name: "BuildError",
      code: "build-failed",
      data: { dref: lens(model).dref },
    });
    expect(error.message).toMatch(
      /^Cannot build "model": RangeError: model broke\nIts output folder and log were kept at /,
    );
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(store.realizations(lens(model).dref)).toEqual([]);
    expect(leftovers(store)).toEqual([]);
  });

  it("is told that a dependency is a folder when it reads one as a file", async () => {
    const store = freshStore();
    const data = stage({
      name: "data",
      config: { out: self("a.txt") },
      realize: (build) => writeFile(build.path("a.txt"), "a"),
    });
    const model = stage({
      name: "model",
      config: { data },
      realize: (build) => void readFileSync(build.lens.data.syspath),
    });
    expect((await failureOf(model, { store })).message).toMatch(
      /^Cannot build "model": EISDIR: .*read\. The syspath of a dependency is the folder that it made; a file in it is a field of the lens, as build\.lens\.data\.out\.syspath\n/,
    );
  });

  it("leaves its output folder and its log where one can look at them", async () => {
    const store = freshStore();
    const { data } = await failureOf(broken("model"), { store });
    expect(data.log).toBe("about to break");
    expect(data.keptAt).toMatch(new RegExp(`^${store.root}/tmp/failed-model-`));
    expect(readFileSync(join(data.keptAt ?? "", "half.txt"), "utf8")).toBe("half");
    expect(readFileSync(join(data.keptAt ?? "", "__log__.txt"), "utf8")).toBe("about to break\n");
  });

  it("runs again the next time", async () => {
    const store = freshStore();
    const mood = { bad: true };
    const model = stage({
      name: "model",
      config: {},
      realize: () => (mood.bad ? Promise.reject(new Error("bad mood")) : undefined),
    });
    await expect(realize(model, { store })).rejects.toThrow("bad mood");
    mood.bad = false;
    await expect(realize(model, { store })).resolves.toMatch(/^rref:/);
  });

  it.each([
    ["nothing", undefined, "it threw undefined"],
    ["a text", "oops", "it threw oops"],
  ])("may throw %s", async (_, thrown, reason) => {
    const throwing = stage({
      name: "model",
      config: {},
      realize() {
        throw thrown as unknown as Error;
      },
    });
    expect((await failureOf(throwing, { store: freshStore() })).message).toContain(reason);
  });

  it("may throw before it returns a promise", async () => {
    const model = stage({
      name: "model",
      config: {},
      realize(): Promise<void> {
        throw new Error("at once");
      },
    });
    await expect(realize(model, { store: freshStore() })).rejects.toThrow("at once");
  });

  it("whose command fails shows the end of what that printed", async () => {
    const model = stage({
      name: "model",
      config: {},
      realize: (build) => build.exec("sh", ["-c", "echo why; exit 2"]),
    });
    const error = await failureOf(model, { store: freshStore() });
    expect(error.message).toMatch(
      /Cannot run "sh -c echo why; exit 2": it ended with exit code 2. Its last lines are:\nwhy/,
    );
    expect(error.cause).toMatchObject({ code: "exec-failed", data: { exitCode: 2 } });
  });

  it("does not wait for a command is waited for all the same", async () => {
    const store = freshStore();
    const late = stage({
      name: "late",
      config: { file: self("late.txt") },
      realize(build) {
        void build.exec("sh", ["-c", "sleep 0.1; echo late > late.txt"]);
      },
    });
    expect(lens(await realize(late, { store }), { store }).file.contents).toBe("late\n");
    const failing = stage({
      name: "failing",
      config: {},
      realize(build) {
        void build.exec("sh", ["-c", "sleep 0.1; exit 1"]).catch(() => undefined);
      },
    });
    await expect(realize(failing, { store })).rejects.toThrow(/exit code 1/);
  });
});

describe("a promise that is not kept", () => {
  it("lists what is missing, and where the output folder was kept", async () => {
    const store = freshStore();
    const hello = stage({
      name: "hello",
      config: { bin: self("usr", "bin", "hello"), deep: [{ doc: self("doc") }], made: self("made") },
      realize: (build) => writeFile(build.path("made"), ""),
    });
    const error = await failureOf(hello, { store });
    expect(error.code).toBe("missing-artifact");
    expect(error.message).toMatch(
      /Cannot build "hello": its config promises artifacts that the realizer did not make: usr\/bin\/hello, doc\n.*kept at/,
    );
    expect(existsSync(join(error.data.keptAt ?? "", "made"))).toBe(true);
    expect(store.realizations(lens(hello).dref)).toEqual([]);
  });

  it("says in which of several outputs", async () => {
    const folds = stage({
      name: "folds",
      config: { fold: self("fold.txt") },
      outs: 2,
      realize: (build) => writeFile(build.path("fold.txt"), ""),
    });
    const store = freshStore();
    expect((await failureOf(folds, { store })).message).toContain("did not make: fold.txt (in output 1)");
    expect(failedFolders(store)).toHaveLength(2);
  });

  it("is kept by a file, a folder or a link", async () => {
    const kinds = stage({
      name: "kinds",
      config: { file: self("a"), folder: self("b"), link: self("c") },
      async realize(build) {
        await writeFile(build.path("a"), "");
        build.path("b", "inside");
        await symlink("a", build.path("c"));
      },
    });
    await expect(realize(kinds, { store: freshStore() })).resolves.toMatch(/^rref:/);
  });
});

describe("an output that cannot be published", () => {
  it("is kept, and the error says why", async () => {
    const leading = stage({
      name: "leading",
      config: {},
      realize: (build) => symlink("/etc/passwd", build.path("link")),
    });
    const store = freshStore();
    const error = await failureOf(leading, { store });
    expect(error.cause).toMatchObject({ code: "link-leads-out" });
    expect(failedFolders(store)).toEqual([error.data.keptAt]);
  });
});

describe("failures among several derivations", () => {
  async function run(
    target: Stage,
    options: Parameters<typeof realize$>[1],
  ): Promise<{ events: RealizeEvent[]; error: unknown }> {
    const events: RealizeEvent[] = [];
    const error = await new Promise((resolve) => {
      realize$(target, options).subscribe({
        next: (event) => events.push(event),
        error: resolve,
        complete: () => resolve(undefined),
      });
    });
    return { events, error };
  }
  const named = (events: readonly RealizeEvent[], type: string): string[] =>
    events
      .flatMap((event) => (event.type === type && "dref" in event ? [event.dref.slice(38)] : []))
      .toSorted();

  it("stop everything else, and what waited is cancelled", async () => {
    const store = freshStore();
    const slow = stage({
      name: "slow",
      config: {},
      realize: (build) =>
        new Promise((_, reject) =>
          build.signal.addEventListener("abort", () => reject(new Error("stopped"))),
        ),
    });
    const sink = fine("sink", { parts: [broken("bad"), slow] });
    const { events, error } = await run(sink, { store, jobs: 2 });
    expect(error).toMatchObject({ code: "build-failed" });
    expect(named(events, "failed")).toEqual(["bad"]);
    expect(events.find(({ type }) => type === "failed")).toMatchObject({
      error,
      keptAt: failedFolders(store)[0],
    });
    expect(named(events, "cancelled")).toEqual(["sink", "slow"]);
    expect(failedFolders(store)).toHaveLength(1);
    expect(leftovers(store)).toEqual([]);
  });

  it("with keepGoing leave alone what does not depend on them", async () => {
    const store = freshStore();
    const sink = fine("sink", { bad: broken("bad"), on: fine("on-good", { good: fine("good") }) });
    const { events, error } = await run(sink, { store, jobs: 1, keepGoing: true });
    expect(error).toMatchObject({ code: "build-failed" });
    expect(named(events, "matched")).toEqual(["good", "on-good"]);
    expect(named(events, "cancelled")).toEqual(["sink"]);
  });

  it("with keepGoing are all reported", async () => {
    const store = freshStore();
    const sink = fine("sink", { parts: [broken("one"), broken("two")] });
    const { events, error } = await run(sink, { store, keepGoing: true });
    expect(named(events, "failed")).toEqual(["one", "two"]);
    expect(error).toMatchObject({
      code: "several-failed",
      data: { errors: [expect.any(BuildError), expect.any(BuildError)] },
    });
    expect((error as Error).message).toMatch(/Cannot realize "sink": 2 derivations failed\n- Cannot build "/);
  });

  it("that say the same are told once, with their number", async () => {
    const lost = (n: number): Stage =>
      stage({
        name: "model",
        config: { n },
        matcher: best("metrics.json", { key: "loss" }),
        realize: (build) => writeFile(build.path("metrics.json"), JSON.stringify({ loss: NaN })),
      });
    const { error } = await run(fine("sink", { parts: [lost(1), lost(2), lost(3)] }), {
      store: freshStore(),
      keepGoing: true,
    });
    expect((error as Error).message).toMatch(
      /^Cannot realize "sink": 3 derivations failed\n- Cannot choose the best realization of "model" [^\n]* \(3 times\)$/,
    );
  });

  it("come from matchers as well", async () => {
    const store = freshStore();
    const model = stage({
      name: "model",
      config: {},
      matcher: best("metrics.json", { key: "acc" }),
      realize: (build) => writeFile(build.path("metrics.json"), JSON.stringify({ accuracy: 1 })),
    });
    const { events, error } = await run(fine("sink", { model }), { store });
    expect(error).toMatchObject({ code: "no-metric" });
    expect((error as Error).message).toContain('Did you mean "accuracy"?');
    // The outcome is in the store; what is wrong is the choice, also the next time.
    expect(named(events, "built")).toEqual(["model"]);
    const again = await run(model, { store });
    expect(named(again.events, "failed")).toEqual(["model"]);
  });

  it("of a store that cannot be written to say so", async () => {
    const store = freshStore();
    await writeFile(join(store.root, "tmp"), "in the way").catch(() => undefined);
    await expect(realize(fine("model"), { store })).rejects.toMatchObject({
      code: expect.stringMatching(/^(store|not-a-store)/),
    });
  });
});
