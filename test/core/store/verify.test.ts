import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copyClosure } from "../../../core/archive/copy-closure.ts";
import { packClosure } from "../../../core/archive/pack-closure.ts";
import { unpackClosure } from "../../../core/archive/unpack-closure.ts";
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

/** A realization of so many small files. */
async function withFiles(count: number): Promise<{ store: Store; rref: RRef }> {
  const store = tempStore();
  const files = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`file-${index}`, `text ${index}`]),
  );
  const { rref } = await commitTexts(store, await store.putDerivation("files", {}), files);
  return { store, rref };
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
    expect((await verify(store))[0]).toMatchObject({
      message: `${m}: "sum" was changed`,
      path: join(store.path(m), "sum"),
      artifacts: ["sum"],
    });
  });

  test.each([2, 20])("names what was changed, is missing and was added among %i artifacts", async (count) => {
    const { store, rref } = await withFiles(count);
    const folder = store.path(rref);
    flip(join(folder, "file-1"));
    inside(folder, () => {
      rmSync(join(folder, "file-0"));
      symlinkSync("file-1", join(folder, "new"));
      writeFileSync(join(folder, "other"), "x", { mode: 0o444 });
    });
    expect(await verify(store)).toMatchObject([
      {
        problem: "artifacts-changed",
        ref: rref,
        path: join(folder, "file-0"),
        artifacts: ["file-0", "file-1", "new", "other"],
        message: `${rref}: "file-0" is missing, "file-1" was changed, "new" was added and 1 more`,
      },
    ]);
  });

  test("names a file that became executable", async () => {
    const { store, rref } = await withFiles(2);
    chmodSync(join(store.path(rref), "file-1"), 0o555);
    expect((await verify(store))[0]?.message).toBe(`${rref}: "file-1" was changed`);
  });

  test("names the realization alone where nothing is kept of its artifacts, or what is kept proves nothing", async () => {
    const { store, rref } = await withFiles(20);
    const folder = store.path(rref);
    const whole = { path: folder, message: `${rref}: the artifacts were changed, their hash is another one` };
    flip(join(folder, "file-1"));
    flip(join(folder, "__tree__.json"), 10);
    expect(await verify(store)).toMatchObject([whole]);
    inside(folder, () => rmSync(join(folder, "__tree__.json")));
    expect(await verify(store)).toMatchObject([whole]);
  });

  test("names the file after a copy, a pack and a repair, too", async () => {
    const { store, rref } = await withFiles(20);
    const [copy, unpacked] = [tempStore(), tempStore()];
    inside(store.path(rref), () => rmSync(join(store.path(rref), "__tree__.json")));
    await copyClosure(store, copy, rref);
    const archive = join(copy.root, "a.tar.zst");
    await packClosure(copy, rref, archive);
    await unpackClosure(unpacked, archive);
    flip(join(copy.path(rref), "__tree__.json"), 10);
    await repair(copy, await verify(copy));
    for (const one of [copy, unpacked]) {
      expect(await verify(one)).toEqual([]);
      flip(join(one.path(rref), "file-7"));
      expect((await verify(one))[0]?.message).toBe(`${rref}: "file-7" was changed`);
    }
  });

  test.each([
    [2, "__build__.json", "file-0"],
    [20, "__tree__.json", "file-0"],
    [20, "__tree__.json", "["],
  ])(
    "finds that what is kept of %i artifacts in %s was changed, and repair writes it anew",
    async (count, name, at) => {
      const { store, rref } = await withFiles(count);
      const path = join(store.path(rref), name);
      const [before, record] = [readFileSync(path, "utf8"), store.buildRecord(rref)];
      flip(path, before.indexOf(at));
      const findings = await verify(store);
      expect(findings).toMatchObject([
        {
          problem: "record-damaged",
          path,
          message: `${rref}: what ${name} says of the artifacts was changed; they are intact`,
        },
      ]);
      expect((await repair(store, findings)).restored).toEqual(findings);
      expect(readFileSync(path, "utf8")).toBe(before);
      expect(store.buildRecord(rref)).toEqual(record);
      expect(await verify(store)).toEqual([]);
    },
  );

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
