import { readFileSync, symlinkSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { copyClosure } from "../../../core/archive/copy-closure.ts";
import { emptyContext } from "../../../core/context.ts";
import { outcomes } from "../../../core/outcomes/outcomes.ts";
import { self } from "../../../core/path.ts";
import type { RealizeEvent } from "../../../core/realize/events.ts";
import { realize, realize$, realizeMany } from "../../../core/realize/realize.ts";
import type { DRef } from "../../../core/ref.ts";
import { describeStage } from "../../../core/stage/describe.ts";
import { all, latest } from "../../../core/stage/matchers.ts";
import { stage, type Stage } from "../../../core/stage/stage.ts";
import { buildRecord } from "../../../core/store/record.ts";
import type { Store } from "../../../core/store/store.ts";
import { freshStore } from "../fresh-store.ts";

describe('onFailure: "record"', () => {
  let store: Store;
  let broken: boolean;
  let runs: number;

  beforeEach(() => {
    store = freshStore();
    broken = true;
    runs = 0;
  });

  const train = (onFailure: "throw" | "record" = "record"): Stage<{ lr: number }> =>
    stage({
      name: "train",
      config: { lr: 0.1 },
      source: false,
      onFailure,
      async realize(build) {
        runs++;
        build.log("epoch 1");
        await writeFile(build.path("half.bin"), "half");
        await writeFile(build.path("metrics.json"), '{"accuracy": 1}');
        if (broken) throw new Error("the loss is NaN");
      },
    });
  const report = (model: Stage): Stage =>
    stage({
      name: "report",
      config: { model },
      source: false,
      realize: (build) => writeFile(build.path("x"), "x"),
    });
  const dref = (one: Stage): DRef => describeStage(one).dref;

  it("keeps a run that fails as a realization, with what it made, its log and the error", async () => {
    await expect(realize(train(), { store })).rejects.toMatchObject({
      code: "build-failed",
      message: expect.stringMatching(
        /^Cannot build "train": the loss is NaN\nThe run is recorded as the failed outcome rref:/,
      ),
    });
    const [rref, ...others] = store.realizations(dref(train()));
    expect(others).toEqual([]);
    expect(rref && store.failure(rref)).toEqual({ error: "the loss is NaN" });
    expect(rref && store.log(rref)).toBe("epoch 1\n");
    expect(readFileSync(join(store.path(rref ?? ("" as never)), "half.bin"), "utf8")).toBe("half");
  });

  it("shows it in the outcomes, and no matcher takes it", async () => {
    await expect(realize(train(), { store })).rejects.toThrow("the loss is NaN");
    const table = await outcomes(stage({ ...train(), matcher: all() }), { store });
    expect(table.rows).toMatchObject([
      { state: "failed", error: "the loss is NaN", chosen: false, metrics: {} },
    ]);
    expect(await realizeMany(stage({ ...train(), matcher: latest() }), { store, dryRun: true })).toEqual([]);
  });

  it("runs again when it is realized again, and takes the failure away when that succeeds", async () => {
    await expect(realize(train(), { store })).rejects.toThrow("the loss is NaN");
    await expect(realize(train(), { store })).rejects.toThrow("the loss is NaN");
    expect(runs).toBe(2);
    broken = false;
    const rref = await realize(train(), { store });
    expect(store.realizations(dref(train()))).toEqual([rref]);
    expect((await outcomes(train(), { store })).rows).toMatchObject([{ state: "realized", chosen: true }]);
  });

  it("takes a failure that was recorded as it is, with retryFailed: false", async () => {
    await expect(realize(train(), { store })).rejects.toThrow("the loss is NaN");
    broken = false;
    await expect(realize(train(), { store, retryFailed: false })).rejects.toMatchObject({
      code: "failed-before",
      message: expect.stringMatching(/it failed before \(the loss is NaN\), and retryFailed is false/),
    });
    expect(runs).toBe(1);
    await realize(train(), { store, retryFailed: false, force: true });
    expect(store.realizations(dref(train()))).toHaveLength(1);
  });

  it("marks what depends on it as failed, too, without running it", async () => {
    const sink = stage({
      name: "sink",
      config: { report: report(train()) },
      source: false,
      realize: () => runs++,
    });
    const events = await eventsOf(sink, { store });
    const [failed] = store.realizations(dref(train()));
    const [marked] = store.realizations(dref(report(train())));
    const [markedSink] = store.realizations(dref(sink));
    expect(runs).toBe(1);
    expect(marked && store.failure(marked)).toEqual({
      error: '"train", which it depends on, failed: the loss is NaN',
      because: failed,
    });
    expect(marked && store.context(marked)).toEqual({ [dref(train())]: [failed] });
    expect(markedSink && store.failure(markedSink)?.because).toBe(marked);
    expect(events.filter(({ type }) => type === "failed")).toMatchObject([
      { dref: dref(train()), recorded: [failed] },
      { dref: dref(report(train())), recorded: [marked], error: { code: "dependency-failed" } },
      { dref: dref(sink), recorded: [markedSink] },
    ]);
  });

  it("throws the error of the one that failed first, and not of those that failed by it", async () => {
    await expect(realize(report(train()), { store })).rejects.toMatchObject({ code: "build-failed" });
  });

  it("still builds everything that does not depend on it", async () => {
    const other = stage({ name: "other", config: {}, source: false, realize: () => undefined });
    const both = stage({
      name: "both",
      config: { train: train(), other },
      source: false,
      realize: () => undefined,
    });
    await expect(realize(both, { store, jobs: 1 })).rejects.toThrow(/the loss is NaN/);
    expect(store.realizations(dref(other))).toHaveLength(1);
    const [marked] = store.realizations(dref(both));
    expect(Object.keys(marked ? store.context(marked) : {})).toHaveLength(2);
  });

  it("takes away what was marked because of it, when it succeeds", async () => {
    await expect(realize(report(train()), { store })).rejects.toThrow("the loss is NaN");
    broken = false;
    await realize(train(), { store });
    expect(store.realizations(dref(report(train())))).toEqual([]);
    const rref = await realize(report(train()), { store });
    expect(store.realizations(dref(report(train())))).toEqual([rref]);
  });

  it("marks what depends on a failure that is taken as it is", async () => {
    await expect(realize(train(), { store })).rejects.toThrow("the loss is NaN");
    await expect(realize(report(train()), { store, retryFailed: false })).rejects.toMatchObject({
      code: "failed-before",
    });
    expect(store.realizations(dref(report(train())))).toHaveLength(1);
    expect(runs).toBe(1);
  });

  it("records an artifact that is missing", async () => {
    const forgetful = stage({
      name: "forgetful",
      config: { out: self("out.txt") },
      onFailure: "record",
      realize: () => undefined,
    });
    await expect(realize(forgetful, { store })).rejects.toMatchObject({ code: "missing-artifact" });
    expect((await outcomes(forgetful, { store })).rows).toMatchObject([
      { state: "failed", error: expect.stringMatching(/promises artifacts.*out\.txt/) },
    ]);
  });

  it("keeps beside the store what is not fit for it", async () => {
    const leaky = stage({
      name: "leaky",
      config: {},
      onFailure: "record",
      realize(build) {
        symlinkSync("/etc/passwd", join(build.out, "link"));
        throw new Error("boom");
      },
    });
    await expect(realize(leaky, { store })).rejects.toThrow(/recorded as the failed outcome/);
    const [rref] = store.realizations(dref(leaky));
    expect(rref && store.artifacts(rref)).toEqual(["__failure__.json"]);
  });

  it("is no part of the stage's identity, and other values than the two are refused", () => {
    expect(dref(train("record"))).toBe(dref(train("throw")));
    expect(() => train("never" as never)).toThrow(
      /^Cannot make the stage "train": onFailure is never, and must be "throw" or "record"/,
    );
  });

  it("is off unless asked for", async () => {
    await expect(realize(train("throw"), { store })).rejects.toThrow(/were kept at/);
    expect(store.realizations(dref(train()))).toEqual([]);
  });

  it("does not record a run that was cancelled", async () => {
    const stopper = new AbortController();
    const slow = stage({
      name: "slow",
      config: {},
      onFailure: "record",
      async realize(build) {
        stopper.abort(new Error("enough"));
        await build.exec("sleep", ["5"]);
      },
    });
    await expect(realize(slow, { store, signal: stopper.signal })).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(store.realizations(dref(slow))).toEqual([]);
  });

  it("travels to other stores", async () => {
    await expect(realize(report(train()), { store })).rejects.toThrow("the loss is NaN");
    const other = freshStore();
    await copyClosure(store, other, dref(report(train())));
    expect((await outcomes(dref(report(train())), { store: other })).rows).toMatchObject([
      { state: "failed" },
    ]);
  });
});

describe("a store", () => {
  it("takes no artifact that would make an outcome a failure", async () => {
    const store = freshStore();
    const dref = await store.putDerivation("sly", {});
    const folder = await store.tempFolder("sly");
    await writeFile(join(folder, "__failure__.json"), '{"error": "no"}');
    const record = buildRecord(new Date(0), new Date(1));
    await expect(store.commit(dref, folder, { context: emptyContext, record })).rejects.toMatchObject({
      code: "reserved-name",
    });
  });

  it("tells an outcome without artifacts from a failure without artifacts", async () => {
    const store = freshStore();
    const dref = await store.putDerivation("empty", {});
    const record = buildRecord(new Date(0), new Date(1));
    const outcome = { context: emptyContext, record };
    const good = await store.commit(dref, await store.tempFolder("a"), outcome);
    const bad = await store.commit(dref, await store.tempFolder("b"), {
      ...outcome,
      failure: { error: "no" },
    });
    expect(good.rref).not.toBe(bad.rref);
    expect(store.failure(good.rref)).toBeUndefined();
    expect(store.failure(bad.rref)).toEqual({ error: "no" });
  });
});

async function eventsOf(target: Stage, options: { store: Store }): Promise<RealizeEvent[]> {
  const events: RealizeEvent[] = [];
  const all$ = realize$(target, options);
  await new Promise<void>((resolve) => {
    all$.subscribe({
      next: (event) => events.push(event),
      error: () => resolve(),
      complete: () => resolve(),
    });
  });
  return events;
}
