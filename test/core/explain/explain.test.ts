import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import type { RunReason } from "../../../core/explain/change.ts";
import { explain, type ExplainOptions } from "../../../core/explain/explain.ts";
import { changeFinder, type Explanation } from "../../../core/explain/explanation.ts";
import { reasonText } from "../../../core/explain/reason-text.ts";
import { outcomes } from "../../../core/outcomes/outcomes.ts";
import { self } from "../../../core/path.ts";
import type { DRef } from "../../../core/ref.ts";
import { realize, realizeMany } from "../../../core/realize/realize.ts";
import type { Build } from "../../../core/stage/build.ts";
import { match } from "../../../core/stage/matcher.ts";
import { all, latest } from "../../../core/stage/matchers.ts";
import { instantiate } from "../../../core/stage/registry.ts";
import { stage, type Stage, type StageOptions } from "../../../core/stage/stage.ts";
import { file } from "../../../core/stages/file.ts";
import { openStore, type Store } from "../../../core/store/store.ts";
import type { Targets } from "../../../core/stage/targets.ts";
import { tempStore } from "../../support/temp-store.ts";

let store: Store;
beforeEach(() => {
  store = tempStore();
});

const nothing = (): void => undefined;
let runs = 0;
/** Each run makes another outcome. */
const random = async (build: Build): Promise<void> => await writeFile(build.path("run"), String(++runs));

function model(config: object, options: Partial<StageOptions<object>> = {}): Stage {
  return stage({ name: "model", config, realize: nothing, ...options });
}

function code(text: string, uses: Readonly<Record<string, string>> = {}): Partial<StageOptions<object>> {
  return { source: { code: text, uses } };
}

async function explained(target: Targets | DRef, options: ExplainOptions = {}): Promise<Explanation> {
  return await explain(target, { store, ...options });
}

/** The reasons of the last derivation, the target. */
async function reasons(target: Stage | DRef, options: ExplainOptions = {}): Promise<readonly RunReason[]> {
  const last = (await explained(target, options)).derivations.at(-1);
  return last === undefined || last.state === "reused" ? [] : last.reasons;
}

async function words(target: Stage | DRef, options: ExplainOptions = {}): Promise<string[]> {
  return (await reasons(target, options)).map(reasonText);
}

describe("explain() of a file", () => {
  const program = (content: string | Uint8Array): Stage => file({ name: "train.py", content });

  it("shows which lines of it changed", async () => {
    await realize(program("import random\nlr = 1\nprint(lr)\n"), { store });
    const changed = program("import random\nlr = 2\nprint(lr)\n");
    expect(await words(changed)).toEqual(["its text changed (-1 +1)"]);
    expect(await reasons(changed)).toMatchObject([
      {
        type: "config-changed",
        path: ["sha256"],
        diff: [
          { kind: "same", text: "import random" },
          { kind: "removed", text: "lr = 1" },
          { kind: "added", text: "lr = 2" },
          { kind: "same", text: "print(lr)" },
        ],
      },
    ]);
  });

  it("shows digests where there is no text to be compared", async () => {
    const rref = await realize(program(Uint8Array.of(0, 1, 2)), { store });
    expect((await words(program("text")))[0]).toMatch(/^sha256 "[\da-f]+… -> "[\da-f]+…$/u);
    expect((await words(program(Uint8Array.of(0, 3))))[0]).toMatch(/^sha256 /u);
    const path = join(store.path(rref), "train.py");
    chmodSync(store.path(rref), 0o755);
    rmSync(path);
    expect((await words(program("text")))[0]).toMatch(/^sha256 /u);
  });
});

describe("explain()", () => {
  it("says of what was never realized that it was not, and writes nothing", async () => {
    expect(await reasons(model({}))).toEqual([{ type: "never-realized" }]);
    expect(existsSync(store.root) ? readdirSync(store.root) : []).toEqual([]);
    await instantiate(model({ lr: 1 }), { store });
    expect(await words(model({}))).toEqual(["never realized"]);
  });

  it("says of what would be reused which realizations those are", async () => {
    const rref = await realize(model({}), { store });
    expect((await explained(model({}))).derivations).toMatchObject([
      { name: "model", state: "reused", rrefs: [rref] },
    ]);
  });

  it("has the fields of the config that changed, with both values", async () => {
    await realize(model({ lr: 0.1, old: [1, 2], layers: [{ size: 8 }] }), { store });
    expect(await reasons(model({ lr: 0.01, seed: "a", layers: [{ size: 16 }] }))).toEqual([
      { type: "config-changed", path: ["layers", 0, "size"], before: 8, after: 16 },
      { type: "config-changed", path: ["lr"], before: 0.1, after: 0.01 },
      { type: "config-changed", path: ["old"], before: [1, 2] },
      { type: "config-changed", path: ["seed"], after: "a" },
    ]);
    expect(await words(model({ lr: 0.01, seed: "a", layers: [{ size: 16 }] }))).toEqual([
      "layers[0].size 8 -> 16",
      "lr 0.1 -> 0.01",
      "old is gone (it was [1,2])",
      'seed is new: "a"',
    ]);
  });

  it("takes an array of which much changed as one field", async () => {
    const count = (from: number) => Array.from({ length: 10 }, (_, index) => from + index);
    await realize(model({ rows: count(0) }), { store });
    expect(await reasons(model({ rows: count(1) }))).toEqual([
      { type: "config-changed", path: ["rows"], before: count(0), after: count(1) },
    ]);
  });

  it("compares with the earlier one that differs least, and of several with the one that was built last", async () => {
    await realize(model({ a: 1, b: 1 }), { store });
    await realize(model({ a: 2, b: 2 }), { store });
    await realize(model({ a: 3, b: 2 }), { store });
    expect(await words(model({ a: 1, b: 9 }))).toEqual(["b 1 -> 9"]);
    expect(await words(model({ a: 9, b: 2 }))).toEqual(["a 3 -> 9"]);
    const again = model(
      { a: 2, b: 2 },
      { matcher: all(), realize: random, source: { code: "() => undefined" } },
    );
    // File systems tell times apart that are some milliseconds from each other.
    await setTimeout(20);
    await realizeMany(again, { store, count: 1 });
    expect(await words(model({ a: 9, b: 2 }))).toEqual(["a 2 -> 9"]);
  });

  it("does not compare with earlier ones that only failed, or whose config is damaged", async () => {
    const failing = model(
      { lr: 1 },
      { realize: () => Promise.reject(new Error("no")), source: false, onFailure: "record" },
    );
    await realize(failing, { store }).catch(() => undefined);
    const damaged = await realize(model({ lr: 2 }, { source: false }), { store });
    const config = join(store.path(damaged), "..", "config.json");
    chmodSync(config, 0o644);
    writeFileSync(config, "{}");
    store = openStore({ root: store.root, durable: false });
    expect(await words(model({ lr: 3 }, { source: false }))).toEqual(["never realized"]);
  });

  it("has the lines of the realizer that changed, also of a stage that is not at hand any more", async () => {
    await realize(model({}, code("async (build) => {\n  // train\n  await train(1);\n}")), { store });
    const changed = model({}, code("async (build) => {\n  await train(2);\n}"));
    const diff = [
      { kind: "same", text: "async (build) => {" },
      { kind: "removed", text: "  await train(1);" },
      { kind: "added", text: "  await train(2);" },
      { kind: "same", text: "}" },
    ];
    expect(await reasons(changed)).toEqual([{ type: "source-changed", presence: "changed", diff }]);
    expect(await words(changed)).toEqual(["its code changed (-1 +1)"]);
    const { dref } = await instantiate(changed, { store });
    expect(await reasons(dref)).toEqual([{ type: "source-changed", presence: "changed", diff }]);
  });

  it("says that code changed also where the earlier text is not kept", async () => {
    await realize(model({}, code("() => 1")), { store });
    for (const name of readdirSync(join(store.root, "sources"))) {
      chmodSync(join(store.root, "sources", name), 0o644);
      writeFileSync(join(store.root, "sources", name), "() => 3");
    }
    expect(await reasons(model({}, code("() => 2")))).toEqual([
      { type: "source-changed", presence: "changed" },
    ]);
    expect(await words(model({}, { source: false }))).toEqual(["its code is gone"]);
  });

  it("names the helpers, files and packages that changed, came or went", async () => {
    const before = {
      f: "() => 1",
      g: "() => 1",
      "file:lib.ts": "export const a = 1;",
      "package:zod": '"3.1.0"',
    };
    const after = {
      f: "() => 2",
      h: "() => 1",
      "file:lib.ts": "export const a = 2;",
      "package:zod": '"3.2.0"',
      "package:ms": '"1.0.0"',
    };
    await realize(model({}, code("() => f()", before)), { store });
    expect(await words(model({}, code("() => f()", after)))).toEqual([
      "package ms is new: 1.0.0",
      "package zod 3.1.0 -> 3.2.0",
      "function f changed (-1 +1)",
      "a of file lib.ts changed (-1 +1)",
      "function g is gone",
      "function h is new",
    ]);
  });

  it("says what kind of thing a helper is", async () => {
    const uses = {
      f: "function f() {}",
      g: "const g = async (x) => x",
      h: "export const h = x => x",
      C: "class C {}",
      D: "const D = class {}",
      size: "const size = (1 + 2) * 3;",
      join: 'import { join } from "node:path";',
      "effects:": "start();",
    };
    await realize(model({}, code("() => 1")), { store });
    expect(await words(model({}, code("() => 1", uses)))).toEqual([
      "class C is new",
      "class D is new",
      "what its module does at once is new",
      "function f is new",
      "function g is new",
      "function h is new",
      "import join is new",
      "declaration size is new",
    ]);
  });

  it("shows a file of data as it is, and data of cells as values", async () => {
    await realize(model({}, code("() => 1", { "file:a.csv": '"a\\nb"', size: "[1]" })), { store });
    expect(await reasons(model({}, code("() => 1", { "file:a.csv": '"a\\nc"', size: "[2]" })))).toMatchObject(
      [
        { type: "captured-changed", path: ["size"], before: [1], after: [2] },
        {
          type: "helper-changed",
          kind: "file",
          name: "a.csv",
          diff: [{ text: "a" }, { text: "b" }, { text: "c" }],
        },
      ],
    );
  });

  it("has captured data and the version that changed", async () => {
    await realize(model({}, { captured: { size: 1, kept: 2 }, version: 1 }), { store });
    expect(await words(model({}, { captured: { size: 3, kept: 2 }, version: "two" }))).toEqual([
      "captured size 1 -> 3",
      'version 1 -> "two"',
    ]);
  });

  it("leads from a dependency that is another one to what changed in it", async () => {
    const report = (lr: number) => {
      const inner = model({ lr });
      const middle = stage({ name: "middle", config: { from: inner.path("x") }, realize: nothing });
      return stage({ name: "report", config: { middle }, realize: nothing });
    };
    await realize(report(1), { store });
    const explanation = await explained(report(2));
    expect(explanation.derivations.map((one) => [one.name, one.state])).toEqual([
      ["model", "would-run"],
      ["middle", "would-run"],
      ["report", "would-run"],
    ]);
    expect(await words(report(2))).toEqual(["middle changed"]);
    const changesOf = changeFinder(explanation);
    const follow = (reason: RunReason): string[] =>
      reason.type === "dependency-changed"
        ? [reasonText(reason), ...changesOf(reason).flatMap(follow)]
        : [reasonText(reason)];
    const last = explanation.derivations.at(-1);
    expect(last?.state === "would-run" && last.reasons.flatMap(follow)).toEqual([
      "middle changed",
      "model (from) changed",
      "lr 1 -> 2",
    ]);
    expect(explanation.comparisons).toEqual([]);
  });

  it("says at which place of an array a dependency stands", async () => {
    const report = (lr: number) =>
      stage({ name: "report", config: { models: [model({ lr }), model({ lr: 0 })] }, realize: nothing });
    await realize(report(1), { store });
    expect(await words(report(2))).toEqual(["model (models[0]) changed"]);
  });

  it("compares dependencies also when they would be reused themselves", async () => {
    const report = (lr: number, other: number) =>
      stage({ name: "report", config: { model: model({ lr }), other }, realize: nothing });
    await realize([report(1, 1), model({ lr: 2 })], { store });
    const explanation = await explained(report(2, 1));
    expect(explanation.derivations.map(({ state }) => state)).toEqual(["reused", "would-run"]);
    expect(explanation.comparisons).toMatchObject([
      { changes: [{ type: "config-changed", before: 1, after: 2 }] },
    ]);
  });

  it("says so when another stage stands in the place of a dependency", async () => {
    const on = (name: string) => model({ data: stage({ name, config: {}, realize: nothing }) });
    await realize(on("letters"), { store });
    const explanation = await explained(on("digits"));
    expect(await words(on("digits"))).toEqual(["data letters -> digits"]);
    expect(explanation.comparisons).toEqual([]);
  });

  it("says which dependency has another realization that counts", async () => {
    const data = stage({ name: "data", config: {}, matcher: latest(), realize: random });
    const user = model({ data });
    await realize(user, { store });
    const [before] = await realizeMany(data, { store });
    const after = await realize(data, { store, count: 1 });
    expect(await reasons(user)).toEqual([
      {
        type: "dependency-rerealized",
        dependency: (await instantiate(data, { store })).dref,
        before: [before],
        after: [after],
      },
    ]);
    expect(await words(user)).toEqual([
      `another outcome of data counts: ${before?.slice(5, 13)} -> ${after.slice(5, 13)}`,
    ]);
  });

  it("says that a dependency would run first, as what comes of it is not known", async () => {
    const data = stage({ name: "data", config: {}, matcher: latest(), realize: random });
    await realize(model({ data }), { store });
    const { derivations } = await explained(model({ data }), { force: [data] });
    expect(derivations.map((one) => (one.state === "reused" ? [] : one.reasons.map(reasonText)))).toEqual([
      ["a new outcome is asked for"],
      ["data would run"],
    ]);
  });

  it("says how many outcomes the matcher wants, and that it takes none of those that there are", async () => {
    const measured = (matcher: StageOptions<object>["matcher"]) =>
      stage({
        name: "measured",
        config: { metrics: self("m.json") },
        matcher,
        realize: async (build) => {
          await writeFile(build.path("m.json"), JSON.stringify({ run: ++runs }));
        },
      });
    await realizeMany(measured(all()), { store, count: 2 });
    expect(await reasons(measured(latest(5)))).toEqual([
      { type: "matcher-asks-more", matcher: "latest(5)", has: 2, wants: 5, by: "matcher" },
    ]);
    expect(await words(measured(latest(5)))).toEqual(["latest(5) wants 5 outcomes, and there are 2"]);
    const none = match({ name: "none()", take: () => undefined });
    expect(await words(measured(none))).toEqual(["none() takes none of the 2 outcomes"]);
  });

  it("says what the caller asks for: new outcomes, or so many", async () => {
    await realize(model({}, { matcher: all() }), { store });
    const target = model({}, { matcher: all() });
    expect(await words(target, { force: true })).toEqual(["a new outcome is asked for"]);
    expect(await words(target, { count: 3 })).toEqual(["3 new outcomes are asked for"]);
    expect(await words(target, { atLeast: 3 })).toEqual(["3 outcomes are asked for, and there is 1"]);
  });

  it("says that it failed before, and why", async () => {
    const failing = model(
      {},
      { realize: () => Promise.reject(new Error("out of luck")), onFailure: "record" },
    );
    await realize(failing, { store }).catch(() => undefined);
    expect(await words(failing)).toEqual(["it failed before: out of luck"]);
    const { derivations } = await explained(failing, { retryFailed: false });
    expect(derivations).toMatchObject([
      { state: "would-fail", code: "failed-before", reasons: [{ type: "failed-before" }] },
    ]);
  });

  it("says that folders of outcomes are not whole", async () => {
    const { dref } = await instantiate(model({}), { store });
    const half = join(store.path(dref), "0".repeat(32));
    mkdirSync(half);
    expect(await words(model({}))).toEqual([
      `the folder of an outcome is not whole: ${half}`,
      "never realized",
    ]);
  });

  it("says what would end with an error, and what would because of it", async () => {
    const data = stage({ name: "data", config: {}, realize: random });
    await realizeMany(stage({ name: "data", config: {}, matcher: all(), realize: random }), {
      store,
      count: 2,
    });
    const { derivations } = await explained(model({ data }));
    expect(derivations).toMatchObject([
      { name: "data", state: "would-fail", code: "ambiguous-match", message: expect.stringContaining("2") },
      {
        name: "model",
        state: "would-fail",
        code: "dependency-failed",
        message: 'Cannot build "model": "data", which it depends on, would fail',
      },
    ]);
  });

  it("explains several together, closures, and derivations of the store", async () => {
    await realize(model({ lr: 1 }), { store });
    const closure = await instantiate(model({ lr: 2 }), { store });
    const together = await explained({ one: model({ lr: 1 }), others: [closure, model({ lr: 3 })] });
    expect(together.derivations.map(({ state }) => state)).toEqual(["reused", "would-run", "would-run"]);
    expect(together.targets).toHaveLength(3);
    expect(await words(closure.dref)).toEqual(["lr 1 -> 2"]);
    await expect(explained([])).rejects.toThrow("Cannot explain nothing");
  });

  it("refuses what realize() refuses", async () => {
    const { dref } = await instantiate(model({ lr: 1 }), { store });
    await expect(explained(model({ dref }))).rejects.toMatchObject({ code: "no-realizer" });
    await expect(explained(model({}), { atLeast: 0 })).rejects.toThrow(RangeError);
    await expect(explained(model({}), { force: [model({ lr: 9 })] })).rejects.toMatchObject({
      code: "not-in-closure",
    });
    await expect(explained(`dref:${"0".repeat(32)}-x` as DRef)).rejects.toMatchObject({
      code: "unknown-derivation",
    });
  });

  it("agrees with what realizing does", async () => {
    const data = stage({ name: "data", config: {}, matcher: latest(), realize: random });
    const targets = [model({ data }), model({ data, lr: 1 })];
    for (const force of [false, true]) {
      const plan = await explained(targets, { force });
      const { length: wouldRun } = plan.derivations.filter(({ state }) => state === "would-run");
      let built = 0;
      for (const target of targets) built += (await countBuilt(target, force)).built;
      expect(built).toBe(wouldRun);
    }
    expect((await outcomes(data, { store })).rows).toHaveLength(1);
  });
});

async function countBuilt(target: Stage, force: boolean): Promise<{ built: number }> {
  const { realize$ } = await import("../../../core/realize/realize.ts");
  return await new Promise((resolve, reject) => {
    realize$(target, { store, force }).subscribe({
      next: (event) => event.type === "done" && resolve(event),
      error: reject,
    });
  });
}
