import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeContext } from "../../../core/context.ts";
import { realize } from "../../../core/realize/realize.ts";
import type { DRef, RRef } from "../../../core/ref.ts";
import type { Closure } from "../../../core/stage/closure.ts";
import { instantiate } from "../../../core/stage/registry.ts";
import { stage } from "../../../core/stage/stage.ts";
import { removeRefs } from "../../../core/store/collect/remove.ts";
import { keep } from "../../../core/store/roots.ts";
import { repair } from "../../../core/store/repair/repair.ts";
import type { Store } from "../../../core/store/store.ts";
import { verify, type VerifyProgress } from "../../../core/store/verify/verify.ts";
import { commitTexts, makePipe, tempStore } from "../../support/temp-store.ts";

/** data (two outcomes) <- model <- report, all realized. */
async function library(): Promise<{ store: Store; closure: Closure; d1: RRef; d2: RRef; m: RRef; r: RRef }> {
  const store = tempStore();
  const data = stage({
    name: "data",
    config: {},
    realize: (build) => writeFileSync(build.path("rows"), "1,2,3"),
  });
  const model = stage({
    name: "model",
    config: { data },
    realize: (build) =>
      writeFileSync(build.path("sum"), `6 ${readFileSync(join(build.lens.data.syspath, "rows"), "utf8")}`),
  });
  const report = stage({
    name: "report",
    config: { model },
    realize: (build) => writeFileSync(build.path("text"), "fine"),
  });
  const closure = await instantiate(report, { store });
  const r = await realize(closure);
  const [m = "" as RRef] = Object.values<readonly RRef[]>(store.context(r)).flat();
  const [d1 = "" as RRef] = Object.values<readonly RRef[]>(store.context(m)).flat();
  const { rref: d2 } = await commitTexts(store, dref(d1), { rows: "4" });
  return { store, closure, d1, d2, m, r };
}

function dref(rref: RRef): DRef {
  return `dref:${rref.slice(38)}` as DRef;
}

function flip(path: string, at = 0): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
  chmodSync(path, 0o444);
}

/** As somebody would who changes a read-only folder. */
function inside(folder: string, change: () => void): void {
  chmodSync(folder, 0o755);
  change();
  chmodSync(folder, 0o555);
}

async function problems(store: Store): Promise<[problem: string, ref: unknown][]> {
  return (await verify(store)).map(({ problem, ref }) => [problem, ref]);
}

describe("verify()", () => {
  test("finds nothing wrong with a store that is well, and tells how far it is", async () => {
    const { store } = await library();
    const told: VerifyProgress[] = [];
    expect(await verify(store, { onProgress: (progress) => void told.push(progress) })).toEqual([]);
    expect(told.map(({ done, total }) => `${done}/${total}`)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((done) => `${done}/7`),
    );
  });

  test("names a flipped byte in an artifact", async () => {
    const { store, m } = await library();
    flip(join(store.path(m), "sum"));
    expect(await problems(store)).toEqual([["artifacts-changed", m]]);
    expect((await verify(store))[0]?.message).toBe(
      `${m}: the artifacts were changed, their hash is another one`,
    );
  });

  test("names a flipped byte in a config", async () => {
    const { store, m } = await library();
    flip(join(store.path(dref(m)), "config.json"), 20);
    expect(await problems(store)).toEqual([["config-changed", dref(m)]]);
  });

  test.each([2, 60, 120])("names a flipped byte in a context, at byte %i, and what it was", async (at) => {
    const { store, m, d1 } = await library();
    flip(join(store.path(m), "context.json"), at);
    const findings = await verify(store);
    expect(findings).toMatchObject([
      { problem: "context-changed", ref: m, context: makeContext([[dref(d1), [d1]]]) },
    ]);
  });

  test("tells a context that was changed to another good one", async () => {
    const { store, m, d1, d2 } = await library();
    const path = join(store.path(m), "context.json");
    const text = readFileSync(path, "utf8").replace(d1, d2);
    chmodSync(path, 0o644);
    writeFileSync(path, text);
    chmodSync(path, 0o444);
    expect(await problems(store)).toEqual([["context-changed", m]]);
  });

  test.each<[what: string, damage: (folder: string) => void, problem: string]>([
    [
      "an artifact that is gone",
      (folder) => inside(folder, () => rmSync(join(folder, "sum"))),
      "artifacts-changed",
    ],
    [
      "one that was added",
      (folder) => inside(folder, () => writeFileSync(join(folder, "x"), "", { mode: 0o444 })),
      "artifacts-changed",
    ],
    [
      "one that has become executable",
      (folder) => chmodSync(join(folder, "sum"), 0o555),
      "artifacts-changed",
    ],
    [
      "a link that was added",
      (folder) => inside(folder, () => symlinkSync("/etc/passwd", join(folder, "x"))),
      "artifacts-changed",
    ],
    ["a pipe", (folder) => inside(folder, () => makePipe(join(folder, "x"))), "artifacts-changed"],
    ["a file that can be written to", (folder) => chmodSync(join(folder, "sum"), 0o644), "writable"],
    ["a folder that can be written to", (folder) => chmodSync(folder, 0o755), "writable"],
    [
      "a record that is gone",
      (folder) => inside(folder, () => rmSync(join(folder, "__build__.json"))),
      "record-damaged",
    ],
    ["a record that is no record", (folder) => flip(join(folder, "__build__.json")), "record-damaged"],
  ])("finds %s", async (_, damage, problem) => {
    const { store, m } = await library();
    damage(store.path(m));
    expect(await problems(store)).toContainEqual([problem, m]);
    expect(await problems(store)).toHaveLength(1);
  });

  test("finds a context that is gone, what it was, and who misses the realization by that", async () => {
    const { store, m, r } = await library();
    inside(store.path(m), () => rmSync(join(store.path(m), "context.json")));
    const findings = await verify(store);
    expect(findings.map(({ problem, ref }) => `${problem} ${ref}`).sort()).toEqual([
      `context-missing ${m}`,
      `dependency-missing ${r}`,
    ]);
    expect((await repair(store, findings)).dropped).toEqual([]);
    expect(await verify(store)).toEqual([]);
  });

  test("finds what is missing, what is foreign, and roots that lead nowhere", async () => {
    const { store, d1, m } = await library();
    await keep(store, d1, "data");
    await removeRefs(store, [d1], { force: true });
    symlinkSync("../store-v1/nothing", join(store.root, "roots", "nothing"));
    mkdirSync(join(store.root, "store-v1", "photos"));
    writeFileSync(join(store.path(dref(m)), "notes.txt"), "");
    rmSync(join(store.path(dref(d1)), "config.json"));
    const found = (await verify(store)).map(
      ({ problem, path }) => `${problem} ${path.slice(store.root.length + 1)}`,
    );
    const folder = (rref: RRef): string => store.path(dref(rref)).slice(store.root.length + 1);
    expect(found.sort()).toEqual(
      [
        "foreign store-v1/photos",
        `foreign ${folder(m)}/notes.txt`,
        `config-missing ${folder(d1)}/config.json`,
        `dependency-missing ${folder(m)}/config.json`,
        `dependency-missing ${store.path(m).slice(store.root.length + 1)}/context.json`,
        "dependency-missing roots/nothing",
      ].sort(),
    );
  });

  test("looks only where it is told to", async () => {
    const { store, m, r } = await library();
    flip(join(store.path(m), "sum"));
    expect(await verify(store, { refs: [r] })).toEqual([]);
    expect(await verify(store, { refs: [dref(m)] })).toHaveLength(1);
  });

  test("can be called off", async () => {
    const { store } = await library();
    await expect(verify(store, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});

describe("repair()", () => {
  test("restores contexts, write bits and records in their place", async () => {
    const { store, d1, m, r } = await library();
    flip(join(store.path(m), "context.json"), 60);
    chmodSync(join(store.path(r), "text"), 0o666);
    chmodSync(join(store.path(dref(r)), "config.json"), 0o644);
    inside(store.path(d1), () => rmSync(join(store.path(d1), "__build__.json")));
    const { restored, dropped } = await repair(store, await verify(store));
    expect([restored.length, dropped]).toEqual([4, []]);
    expect(await verify(store)).toEqual([]);
  });

  test("builds again what a realizer is at hand for, and keeps what depends on it", async () => {
    const { store, closure, d1, m, r } = await library();
    flip(join(store.path(d1), "rows"));
    flip(join(store.path(m), "sum"));
    const { dropped } = await repair(store, await verify(store), { rebuild: [closure] });
    expect(dropped).toEqual([]);
    expect(await verify(store)).toEqual([]);
    expect([d1, m, r].map((rref) => store.has(rref))).toEqual([true, true, true]);
  });

  test("brings back configs from a closure", async () => {
    const { store, closure, d1, m } = await library();
    flip(join(store.path(dref(m)), "config.json"), 20);
    rmSync(join(store.path(dref(d1)), "config.json"));
    await repair(store, await verify(store), { rebuild: [closure] });
    expect(await verify(store)).toEqual([]);
  });

  test("drops what it cannot restore, with all that depends on it, and tells", async () => {
    const { store, d1, d2, m, r } = await library();
    await keep(store, r, "report");
    flip(join(store.path(d1), "rows"));
    const { restored, dropped, danglingRoots } = await repair(store, await verify(store));
    expect(restored).toEqual([]);
    expect(dropped).toEqual([r, m, d1]);
    expect(danglingRoots).toEqual(["report"]);
    expect([d1, d2, m, r].map((rref) => store.has(rref))).toEqual([false, true, false, false]);
    expect((await verify(store)).map(({ path }) => path)).toEqual([join(store.root, "roots/report")]);
  });

  test("drops a derivation with a damaged config together with its realizations", async () => {
    const { store, d1, d2, m, r } = await library();
    flip(join(store.path(dref(m)), "config.json"), 20);
    const { dropped } = await repair(store, await verify(store));
    expect([...dropped].sort()).toEqual([m, r, dref(m), dref(r)].sort());
    expect([store.has(d1), store.has(d2)]).toEqual([true, true]);
    expect(await verify(store)).toEqual([]);
  });

  test("drops what was built again and came out otherwise", async () => {
    const store = tempStore();
    let turn = 0;
    const dice = stage({
      name: "dice",
      config: {},
      realize: (build) => writeFileSync(build.path("x"), `${turn++}`),
    });
    const user = stage({
      name: "user",
      config: { dice },
      realize: (build) => writeFileSync(build.path("x"), ""),
    });
    const closure = await instantiate(user, { store });
    const rref = await realize(closure);
    const [first = "" as RRef] = Object.values<readonly RRef[]>(store.context(rref)).flat();
    flip(join(store.path(first), "x"));
    const { dropped } = await repair(store, await verify(store), { rebuild: [closure] });
    expect(dropped).toContain(rref);
    expect(await verify(store)).toEqual([]);
    expect(store.realizations(dref(first))).toHaveLength(1);
  });

  test("puts what is foreign aside, and destroys nothing", async () => {
    const { store } = await library();
    mkdirSync(join(store.root, "store-v1", "photos"));
    await repair(store, await verify(store));
    expect(await verify(store)).toEqual([]);
    const { planCollection } = await import("../../../core/store/collect/plan.ts");
    const [left] = (await planCollection(store)).leftovers;
    expect(left?.kind).toBe("damaged");
  });
});
