import { writeFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { best, compare, latest, openStore, realize, realizeMany, self, stage } from "../../../core/index.ts";
import type { RRef, Stage } from "../../../core/index.ts";
import { removeTree } from "../../../core/store/remove-tree.ts";
import { freshStore } from "../fresh-store.ts";

const data = (rows: number): Stage =>
  stage({ name: "data", config: { rows }, matcher: latest(), realize: () => {} });

/** A model that is the better the smaller its learning rate is, and the later it is run. */
function model(lr: number, input: Stage = data(1), version = 1): Stage {
  let runs = 0;
  return stage({
    name: "model",
    config: { input, lr, metrics: self("metrics.json") },
    version,
    matcher: best("metrics.json", { key: "accuracy" }),
    async realize(build) {
      const metrics = { accuracy: 1 - lr + runs++ / 100, curve: [1, lr], kind: "linear" };
      await writeFile(build.path("metrics.json"), JSON.stringify(metrics));
      await writeFile(build.path("deep", "same.txt"), "same");
      if (lr < 0.5) await writeFile(build.path("deep", "small.txt"), "small");
      else await symlink("same.txt", build.path("deep", "large"));
      await mkdir(build.path("empty"));
    },
  });
}

it("compare() tells in what two stages and the realizations that count differ", async () => {
  const store = freshStore();
  const [old, now] = [model(0.5), model(0.25)];
  await realize(old, { store });
  await realize(now, { store, count: 2 });
  const compared = await compare(old, now, { store });
  expect(compared.changes).toEqual([{ type: "config-changed", path: ["lr"], before: 0.5, after: 0.25 }]);
  expect(compared.before.realization).toMatchObject({ by: "matcher" });
  expect(compared.after.outcomes).toBe(2);
  expect(compared.metric).toMatchObject({ key: "accuracy", order: "max" });
  expect(compared.metrics).toEqual([
    { name: "accuracy", before: 0.5, after: 0.76, difference: 0.26, isSame: false },
    { name: "curve", before: [1, 0.5], after: [1, 0.25], difference: -0.25, isSame: false },
    { name: "kind", before: "linear", after: "linear", isSame: true },
  ]);
  expect(compared.artifacts.map(({ path, presence }) => [path, presence])).toEqual([
    ["deep/large", "removed"],
    ["deep/same.txt", "same"],
    ["deep/small.txt", "added"],
    ["empty", "same"],
    ["metrics.json", "changed"],
  ]);
  expect(compared.artifacts[0]?.before).toEqual({ kind: "link", sizeBytes: 0, value: "same.txt" });
  expect(compared.artifacts[2]?.after).toMatchObject({ kind: "file", sizeBytes: 5 });
});

it("compare() follows dependencies that are others down to what changed first", async () => {
  const store = freshStore();
  const [old, now] = [model(0.5, data(1)), model(0.5, data(2))];
  const compared = await compare(old, now, { store });
  expect(compared.changes).toMatchObject([{ type: "dependency-changed", path: ["input"] }]);
  expect(compared.comparisons).toMatchObject([{ changes: [{ path: ["rows"], before: 1, after: 2 }] }]);
  expect(compared.before.realization).toBeUndefined();
  expect(compared.metrics).toEqual([]);
  expect(store.derivations()).toEqual([]);
});

it("compare() tells which other realizations of the same dependency two outcomes were made from", async () => {
  const store = freshStore();
  let run = 0;
  const input = stage({
    name: "data",
    config: {},
    matcher: latest(),
    realize: (build) => writeFile(build.path("run.txt"), String(run++)),
  });
  const user = stage({ name: "user", config: { input }, realize: () => {} });
  const before = await realize(user, { store });
  const [first] = store.realizations((await compare(input, input, { store })).before.dref);
  const second = await realize(input, { store, force: true });
  const after = await realize(user, { store });
  const compared = await compare(before, after, { store });
  expect(compared.changes).toEqual([]);
  expect(compared.context).toEqual([{ dref: compared.context[0]?.dref, before: [first], after: [second] }]);
  expect(compared.before.realization).toMatchObject({ rref: before, by: "address" });
});

it("compare() takes the newest realization of a derivation of which only the store is known", async () => {
  const store = freshStore();
  const open = model(0.5);
  await realize(open, { store, count: 2 });
  const { dref } = (await compare(open, open, { store })).before;
  const reopened = openStore({ root: store.root });
  const { before } = await compare(dref, dref, { store: reopened });
  expect(before.realization).toMatchObject({ by: "newest" });
});

it("compare() tells why a realization is one that failed", async () => {
  const store = freshStore();
  const failing = stage({
    name: "failing",
    config: {},
    onFailure: "record",
    realize: () => {
      throw new Error("out of luck");
    },
  });
  await realize(failing, { store }).catch(() => {});
  const { dref } = (await compare(failing, failing, { store })).before;
  const rref = store.realizations(dref)[0] as RRef;
  const compared = await compare(rref, rref, { store });
  expect(compared.before.realization?.error).toContain("out of luck");
  expect((await compare(failing, failing, { store })).before.realization).toBeUndefined();
});

it("compare() looks at the artifacts themselves where the record says nothing of them", async () => {
  const store = freshStore();
  const [old, now] = await realizeMany([model(0.5), model(0.25)] as const, { store }).then((all) =>
    all.flat(),
  );
  for (const rref of [old, now]) {
    const path = `${store.path(rref as never)}/__build__.json`;
    const { tree: _, ...record } = store.buildRecord(rref as never);
    await removeTree(path);
    writeFileSync(path, JSON.stringify(record));
  }
  const { artifacts } = await compare(old as never, now as never, { store });
  expect(artifacts.map(({ presence }) => presence)).toEqual(["removed", "same", "added", "same", "changed"]);
});

it("compare() refuses what the store does not have", async () => {
  const store = freshStore();
  const missing = `dref:${"0".repeat(32)}-none` as never;
  await expect(compare(missing, missing, { store })).rejects.toMatchObject({ code: "unknown-derivation" });
});
