import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeContext } from "../../../../core/context.ts";
import { linkInto } from "../../../../core/query/link.ts";
import type { DRef, RRef } from "../../../../core/ref.ts";
import { realize } from "../../../../core/realize/realize.ts";
import type { Build } from "../../../../core/stage/build.ts";
import { instantiate } from "../../../../core/stage/registry.ts";
import { stage } from "../../../../core/stage/stage.ts";
import { claimText, newClaim } from "../../../../core/store/claim.ts";
import { collect } from "../../../../core/store/collect/collect.ts";
import { planCollection, type CollectOptions } from "../../../../core/store/collect/plan.ts";
import { removeRefs } from "../../../../core/store/collect/remove.ts";
import { thisProcess } from "../../../../core/store/machine.ts";
import { buildRecord } from "../../../../core/store/record.ts";
import { keep, listRoots } from "../../../../core/store/roots.ts";
import { openStore, type Store } from "../../../../core/store/store.ts";
import { tempFolder, tempStore } from "../../../support/temp-store.ts";

/** A realization of a derivation with these dependencies, made at a time, of a size. */
async function put(
  store: Store,
  name: string,
  { needs = [], at = 0, size = 1 }: { needs?: readonly RRef[]; at?: number; size?: number } = {},
): Promise<RRef> {
  const drefs = needs.map((rref) => `dref:${rref.slice(38)}` as DRef);
  const dref = await store.putDerivation(name, { drefs: [...drefs] });
  const folder = await store.tempFolder("build");
  writeFileSync(join(folder, "out"), Buffer.alloc(size, name));
  writeFileSync(join(folder, "metrics.json"), '{"accuracy":0.5}');
  const when = new Date(at);
  const context = makeContext(needs.map((rref, index) => [drefs[index] as DRef, [rref]]));
  return (await store.commit(dref, folder, { context, record: buildRecord(when, when) })).rref;
}

async function gc(store: Store, options: CollectOptions = {}): Promise<string[]> {
  return [...(await collect(await planCollection(store, options))).removed].sort();
}

function everything(store: Store): string[] {
  return store
    .derivations()
    .flatMap((dref) => [dref, ...store.realizations(dref)])
    .sort();
}

function drefOf(rref: RRef): DRef {
  return `dref:${rref.slice(38)}` as DRef;
}

describe("a collection", () => {
  test("keeps what a root needs, and removes the rest", async () => {
    const store = tempStore();
    const data = await put(store, "data");
    const model = await put(store, "model", { needs: [data] });
    const other = await put(store, "other", { needs: [data] });
    const report = await put(store, "report", { needs: [other] });
    const lonely = await store.putDerivation("lonely", {});
    await keep(store, model, "best");
    const plan = await planCollection(store);
    expect(plan.garbage.map(({ ref }) => ref).sort()).toEqual(
      [other, report, drefOf(other), drefOf(report), lonely].sort(),
    );
    expect(plan.whyKept(data)).toEqual({ holder: { kind: "root", name: "best" }, chain: [model, data] });
    expect(plan.whyKept(report)).toBeUndefined();
    const before = everything(store);
    expect(before).toHaveLength(9);
    await collect(plan);
    expect(everything(store)).toEqual([data, model, drefOf(data), drefOf(model)].sort());
  });

  test("shows names, ages, sizes and metrics first, and changes nothing by that", async () => {
    const store = tempStore();
    const rref = await put(store, "model", { at: Date.now() - 5_000, size: 100 });
    const plan = await planCollection(store);
    const [first] = plan.garbage;
    expect(first).toMatchObject({ ref: rref, name: "model", sizeBytes: 116, metrics: { accuracy: 0.5 } });
    expect(first?.ageMs).toBeGreaterThan(4_000);
    expect(plan.freedBytes).toBeGreaterThan(100);
    expect(store.has(rref)).toBe(true);
  });

  test("keeps what links in a folder lead to: a derivation's realizations, too", async () => {
    const store = tempStore();
    const [a, b, c] = [await put(store, "a"), await put(store, "b"), await put(store, "c")];
    const folder = tempFolder();
    linkInto(store, a, folder);
    linkInto(store, drefOf(b), folder);
    await gc(store, { rootFolders: [folder] });
    expect([a, b, c].map((rref) => store.has(rref))).toEqual([true, true, false]);
  });

  test("keeps what the caller wants kept", async () => {
    const store = tempStore();
    const [a, b] = [await put(store, "a"), await put(store, "b")];
    await gc(store, { keep: [a] });
    expect([store.has(a), store.has(b)]).toEqual([true, false]);
  });

  test("keeps what is young, with what that needs", async () => {
    const store = tempStore();
    const data = await put(store, "data");
    const young = await put(store, "young", { needs: [data], at: Date.now() });
    const old = await put(store, "old", { needs: [data] });
    const plan = await planCollection(store, { olderThanMs: 60_000 });
    expect(plan.whyKept(data)?.holder).toEqual({ kind: "young" });
    await collect(plan);
    expect([data, young, old].map((rref) => store.has(rref))).toEqual([true, true, false]);
  });

  test("stops when enough is freed, the oldest first", async () => {
    const store = tempStore();
    const rrefs: RRef[] = [];
    for (const at of [3, 1, 2]) rrefs.push(await put(store, `m${at}`, { at, size: 1_000 }));
    const plan = await planCollection(store, { freeBytes: 1_500 });
    expect(plan.whyKept(rrefs[0] as RRef)?.holder).toEqual({ kind: "budget" });
    expect(plan.freedBytes).toBeGreaterThanOrEqual(1_500);
    await collect(plan);
    expect(rrefs.map((rref) => store.has(rref))).toEqual([true, false, false]);
  });

  test("never removes what something younger that stays needs, however old it is", async () => {
    const store = tempStore();
    const base = await put(store, "base", { at: 0, size: 1_000 });
    const made = await put(store, "made", { needs: [base], at: 10, size: 1_000 });
    const free = await put(store, "free", { at: 5, size: 1_000 });
    await gc(store, { freeBytes: 900 });
    expect([base, made, free].map((rref) => store.has(rref))).toEqual([true, true, false]);
    await gc(store, { freeBytes: 900 });
    expect([base, made].map((rref) => store.has(rref))).toEqual([true, false]);
  });

  test("refuses a budget that is no number", async () => {
    await expect(planCollection(tempStore(), { freeBytes: Number.NaN })).rejects.toThrow(RangeError);
  });

  test("of a store that is not there finds nothing and makes nothing", async () => {
    const store = openStore({ root: join(tempFolder(), "none") });
    const plan = await planCollection(store);
    expect([plan.garbage, plan.leftovers, plan.freedBytes]).toEqual([[], [], 0]);
    expect(existsSync(store.root)).toBe(false);
  });

  test("spares what came to be needed after the plan was made", async () => {
    const store = tempStore();
    const data = await put(store, "data");
    const rooted = await put(store, "rooted");
    const gone = await put(store, "gone");
    const plan = await planCollection(store);
    await keep(store, rooted, "late");
    const late = await put(store, "late", { needs: [data] });
    const { removed, spared } = await collect(plan);
    expect([...spared].sort()).toEqual([data, rooted, drefOf(data), drefOf(rooted)].sort());
    expect([...removed].sort()).toEqual([gone, drefOf(gone)].sort());
    expect(store.has(late)).toBe(true);
  });

  test("can be called off", async () => {
    const store = tempStore();
    const rref = await put(store, "a");
    const plan = await planCollection(store);
    await expect(collect(plan, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect(store.has(rref)).toBe(true);
  });

  test("leaves the folder of a derivation alone when something strange is in it", async () => {
    const store = tempStore();
    const dref = await store.putDerivation("m", {});
    writeFileSync(join(store.path(dref), "notes.txt"), "mine");
    expect((await collect(await planCollection(store))).spared).toEqual([dref]);
    expect(store.hasDerivation(dref)).toBe(true);
  });
});

describe("running builds", () => {
  test("keep what a locked derivation may need", async () => {
    const store = tempStore();
    const data = await put(store, "data");
    const model = await put(store, "model", { needs: [data] });
    const lock = await openStore({ root: store.root }).lock(drefOf(model));
    const plan = await planCollection(store);
    expect(plan.whyKept(data)).toMatchObject({ holder: { kind: "build", pid: process.pid }, chain: [data] });
    expect(plan.garbage).toEqual([]);
    lock.release();
    expect(await gc(store)).toHaveLength(4);
  });

  test("keep their closure from the first build to the last", async () => {
    const store = tempStore();
    const base = stage({
      name: "base",
      config: {},
      realize: async (build) => writeFileSync(build.path("x"), ""),
    });
    await realize(base, { store });
    const seen: (readonly string[])[] = [];
    const look = async (): Promise<void> => void seen.push(await gc(store));
    const low = stage({ name: "low", config: { n: 1 }, realize: look });
    const top = stage({ name: "top", config: { base, low }, realize: look });
    const rref = await realize(top, { store });
    expect(seen).toEqual([[], []]);
    expect(store.has(rref)).toBe(true);
    expect(await gc(store)).toHaveLength(6);
  });

  test("put a derivation back that was collected since its closure was made", async () => {
    const store = tempStore();
    const model = stage({
      name: "model",
      config: { n: 1 },
      realize: (build) => writeFileSync(build.path("x"), ""),
    });
    const closure = await instantiate(model, { store });
    expect(await gc(store)).toEqual([closure.dref]);
    expect(store.has(await realize(closure, { store }))).toBe(true);
  });

  test("say so when what they were to reuse is removed just before they start", async () => {
    const store = tempStore();
    const write = (build: Build): void => writeFileSync(build.path("x"), "");
    const base = stage({ name: "base", config: {}, realize: write });
    const top = stage({ name: "top", config: { base }, realize: write });
    const rref = await realize(base, { store });
    const hold = store.hold.bind(store);
    store.hold = async (refs) => {
      await removeRefs(openStore({ root: store.root }), [rref]);
      return hold(refs);
    };
    await expect(realize(top, { store })).rejects.toMatchObject({
      code: "removed-meanwhile",
      data: { rref },
    });
    store.hold = hold;
    expect(store.has(await realize(top, { store }))).toBe(true);
  });

  test("that died keep nothing", async () => {
    const store = tempStore();
    await put(store, "data");
    const dead = newClaim({ id: "p0-0123456789abcdef", ...thisProcess(), start: "1" });
    const folder = join(store.root, "tmp", dead.id);
    mkdirSync(folder);
    symlinkSync(claimText(dead), `${folder}.owner`);
    writeFileSync(join(folder, "hold-1"), everything(store).join("\n"));
    expect((await planCollection(store)).garbage).toHaveLength(2);
  });

  test("find each object whole or not at all while a collection runs", async () => {
    const store = tempStore();
    const other = openStore({ root: store.root, durable: false });
    const done = new AbortController();
    const collecting = (async () => {
      for (; !done.signal.aborted; await setTimeout(1)) await gc(other);
    })();
    for (let round = 0; round < 15; round++) {
      const base = stage({
        name: "base",
        config: { part: round % 3 },
        realize: (build) => writeFileSync(build.path("x"), ""),
      });
      const left = stage({ name: "left", config: { base }, realize: (build) => writeFileSync(build.path("x"), String(build.lens.base.dref)) }); // prettier-ignore
      const top = stage({
        name: "top",
        config: { base, left, round },
        realize: (build) => writeFileSync(build.path("x"), ""),
      });
      await realize(top, { store });
    }
    done.abort();
    await collecting;
    await gc(store);
    expect(everything(store)).toEqual([]);
  });
});

describe("leftovers", () => {
  test("are failed builds, folders of the dead, and half objects", async () => {
    const store = tempStore();
    const kept = await put(store, "kept");
    await keep(store, kept, "kept");
    const failed = await store.keepFailed(await store.tempFolder("build"), drefOf(kept));
    const dead = newClaim({ id: "p1-0123456789abcdef", ...thisProcess(), start: "1" });
    mkdirSync(join(store.root, "tmp", dead.id));
    symlinkSync(claimText(dead), join(store.root, "tmp", `${dead.id}.owner`));
    mkdirSync(join(store.root, "tmp", "p2-0123456789abcdef"));
    const half = join(store.path(drefOf(kept)), "0".repeat(32));
    mkdirSync(join(half, "sub"), { recursive: true });
    chmodSync(half, 0o555);
    const halfDerivation = join(store.root, "store-v1", `${"0".repeat(32)}-x`);
    mkdirSync(halfDerivation);
    const plan = await planCollection(store);
    expect(
      plan.leftovers.map(({ kind, path }) => `${kind} ${path.slice(store.root.length + 1)}`).sort(),
    ).toEqual(
      [
        `failed ${failed.slice(store.root.length + 1)}`,
        `half ${half.slice(store.root.length + 1)}`,
        `half store-v1/${"0".repeat(32)}-x`,
        "unfinished tmp/p1-0123456789abcdef",
        "unfinished tmp/p2-0123456789abcdef",
      ].sort(),
    );
    expect((await planCollection(store, { leftovers: false })).leftovers).toEqual([]);
    expect((await planCollection(store, { olderThanMs: 60_000 })).leftovers).toEqual([]);
    await collect(plan);
    expect((await planCollection(store)).leftovers).toEqual([]);
    expect(existsSync(join(store.root, "tmp", `${dead.id}.owner`))).toBe(false);
    expect(store.has(kept)).toBe(true);
  });

  test("of living processes are none", async () => {
    const store = tempStore();
    const folder = await store.tempFolder("build");
    expect((await planCollection(openStore({ root: store.root }))).leftovers).toEqual([]);
    expect(existsSync(folder)).toBe(true);
  });
});

describe("removeRefs()", () => {
  test("removes what nothing depends on", async () => {
    const store = tempStore();
    const [a, b] = [await put(store, "a"), await put(store, "b")];
    expect(await removeRefs(store, [a])).toEqual([a]);
    expect([store.has(a), store.hasDerivation(drefOf(a)), store.has(b)]).toEqual([false, true, true]);
    expect(await removeRefs(store, [drefOf(b)])).toEqual([b, drefOf(b)]);
  });

  test("lists who depends on it, and refuses", async () => {
    const store = tempStore();
    const data = await put(store, "data");
    const model = await put(store, "model", { needs: [data] });
    await expect(removeRefs(store, [data])).rejects.toMatchObject({
      code: "has-dependents",
      data: { dependents: [model] },
    });
    expect(store.has(data)).toBe(true);
  });

  test("removes dependents, too, when told", async () => {
    const store = tempStore();
    const data = await put(store, "data");
    const model = await put(store, "model", { needs: [data] });
    const report = await put(store, "report", { needs: [model] });
    expect(await removeRefs(store, [data], { recursive: true })).toEqual([report, model, data]);
    expect(everything(store)).toEqual([drefOf(data), drefOf(model), drefOf(report)].sort());
  });

  test("leaves dependents behind by force", async () => {
    const store = tempStore();
    const data = await put(store, "data");
    const model = await put(store, "model", { needs: [data] });
    expect(await removeRefs(store, [data], { force: true })).toEqual([data]);
    expect(store.has(model)).toBe(true);
    // Made again it is the same, and then nothing is amiss any more.
    expect(await put(store, "data")).toBe(data);
  });

  test("refuses what a root keeps, and drops the root by force", async () => {
    const store = tempStore();
    const rref = await put(store, "a");
    await keep(store, rref, "best");
    await expect(removeRefs(store, [rref])).rejects.toMatchObject({
      code: "kept-by-root",
      data: { roots: ["best"] },
    });
    await removeRefs(store, [rref], { force: true });
    expect([store.has(rref), listRoots(store)]).toEqual([false, []]);
  });

  test("never takes what a running build may need", async () => {
    const store = tempStore();
    const rref = await put(store, "a");
    using _ = await store.lock(drefOf(rref));
    await expect(removeRefs(store, [rref], { force: true })).rejects.toMatchObject({ code: "in-use" });
  });

  test("of what is not there is an error", async () => {
    const store = tempStore();
    const rref = await put(store, "a");
    await removeRefs(store, [rref]);
    await expect(removeRefs(openStore({ root: store.root }), [rref])).rejects.toMatchObject({
      code: "unknown-realization",
    });
  });
});

/** For each realization, which earlier ones it is made from; each is of a derivation of its own or a further outcome of the last. */
const arbitraryGraph = fc.array(
  fc.record({
    needs: fc.array(fc.nat(20), { maxLength: 3 }),
    again: fc.boolean(),
    isRoot: fc.integer({ min: 0, max: 3 }).map((value) => value === 0),
    at: fc.nat(5),
  }),
  { minLength: 1, maxLength: 12 },
);

describe("on any graph", () => {
  async function build(
    store: Store,
    plan: typeof arbitraryGraph extends fc.Arbitrary<infer T> ? T : never,
  ): Promise<{ rrefs: RRef[]; needs: number[][] }> {
    const rrefs: RRef[] = [];
    const needs: number[][] = [];
    for (const [index, { needs: wanted, again, isRoot, at }] of plan.entries()) {
      // At most one realization of each derivation is in a context here.
      const own = again && index > 0 ? (needs[index - 1] ?? []) : [...new Map(wanted.filter((one) => one < index).map((one) => [drefOf(rrefs[one] as RRef), one])).values()]; // prettier-ignore
      const name = again && index > 0 ? (rrefs[index - 1] as RRef).slice(71) : `n${index}`;
      const rref = await put(store, name, {
        needs: own.map((one) => rrefs[one] as RRef),
        at,
        size: index + 1,
      });
      rrefs.push(rref);
      needs.push(own);
      if (isRoot) await keep(store, rref, `root-${index}`);
    }
    return { rrefs, needs };
  }

  function reachable(start: readonly number[], needs: readonly number[][]): Set<number> {
    const found = new Set<number>(start);
    for (const at of found) for (const need of needs[at] ?? []) found.add(need);
    return found;
  }

  test("a collection never removes the reachable, and always the rest", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryGraph, async (plan) => {
        const store = tempStore();
        const { rrefs, needs } = await build(store, plan);
        const live = reachable(
          [...plan.keys()].filter((index) => plan[index]?.isRoot),
          needs,
        );
        const kept = rrefs.filter((_, index) => live.has(index));
        await gc(store);
        expect(everything(store)).toEqual([...new Set([...kept, ...kept.map(drefOf)])].sort());
        expect(readdirSync(join(store.root, "locks"))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("one with limits leaves no realization without what it needs, and no more than was asked for", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryGraph, fc.nat(5), fc.nat(40), async (plan, age, freeBytes) => {
        const store = tempStore();
        const { rrefs, needs } = await build(store, plan);
        const olderThanMs = Date.now() - age;
        const before = await planCollection(store, { olderThanMs, freeBytes });
        await collect(before);
        const live = reachable(
          [...plan.keys()].filter((index) => plan[index]?.isRoot),
          needs,
        );
        for (const [index, rref] of rrefs.entries()) {
          const has = store.has(rref);
          if (live.has(index)) expect(has).toBe(true);
          expect(before.whyKept(rref) !== undefined).toBe(has);
          if (!has) continue;
          expect(store.hasDerivation(drefOf(rref))).toBe(true);
          for (const need of needs[index] ?? []) expect(store.has(rrefs[need] as RRef)).toBe(true);
        }
        const sizes = before.garbage
          .filter(({ ref }) => ref.startsWith("rref"))
          .map(({ sizeBytes }) => sizeBytes);
        expect(sizes.slice(0, -1).reduce((sum, size) => sum + size, 0)).toBeLessThan(Math.max(freeBytes, 1));
      }),
      { numRuns: 30 },
    );
  });
});
