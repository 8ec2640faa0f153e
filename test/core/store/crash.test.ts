import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { hashEntries, realizationHash } from "../../../core/hash.ts";
import { parseRRef } from "../../../core/ref.ts";
import { claimText, newClaim } from "../../../core/store/claim.ts";
import { isArtifactName } from "../../../core/store/layout.ts";
import { thisProcess } from "../../../core/store/machine.ts";
import { openStore, type Store } from "../../../core/store/store.ts";
import { walkTree } from "../../../core/store/tree.ts";
import { StoreProcess } from "../../support/store-process.ts";
import { tempFolder, tempStore } from "../../support/temp-store.ts";

describe("kill -9", () => {
  test("at any moment leaves nothing half in the store, and what it leaves is swept", async () => {
    const root = tempFolder();
    for (let round = 0; round < 8; round++) {
      const running = [
        new StoreProcess({ root, task: "commit" }),
        new StoreProcess({ root, task: "commit" }),
      ];
      await Promise.all(running.map((process) => process.next()));
      await setTimeout(Math.random() * 150);
      await Promise.all(running.map((process) => process.kill()));
    }
    const store = openStore({ root, durable: false });
    expect(store.derivations().length).toBeGreaterThan(15);
    for (const dref of store.derivations()) await expectWhole(store, dref);
    await store.putDerivation("next", {});
    expect(leftIn(root).filter(isOfOthers)).toEqual([]);
    expect(readdirSync(root).sort()).toEqual(["locks", "store-v1", "tmp"]);
  });

  test("leaves a temp folder that the next write of another process sweeps", async () => {
    const root = tempFolder();
    const process = new StoreProcess({ root, task: "fill" });
    const folder = String((await process.next())["folder"]);
    const meanwhile = openStore({ root, durable: false });
    await meanwhile.tempFolder("x");
    expect(existsSync(join(folder, "half"))).toBe(true);
    await process.kill();
    const next = openStore({ root, durable: false });
    expect(existsSync(join(folder, "half"))).toBe(true);
    await next.tempFolder("x");
    expect(existsSync(folder)).toBe(false);
    // Two living store objects, each with a folder and the link that says whose it is.
    expect(leftIn(root)).toHaveLength(4);
  });
});

test("a process that ends in an orderly way leaves nothing behind", async () => {
  const store = tempStore();
  const dref = await store.putDerivation("m", {});
  const before = leftIn(store.root);
  const process = new StoreProcess({ root: store.root, task: "hold", argument: dref });
  await process.next();
  expect(leftIn(store.root).length).toBeGreaterThan(before.length);
  process.tell("go");
  await process.exited();
  expect(leftIn(store.root)).toEqual(before);
});

describe("sweeping", () => {
  test("takes away the locks of the dead, and read-only folders, too", async () => {
    const root = tempFolder();
    const dead = newClaim({ id: "p0-dead", ...thisProcess(), start: "1" });
    for (const name of ["tmp", "locks", "tmp/p0-dead"]) mkdirSync(join(root, name));
    mkdirSync(join(root, "tmp/p0-dead/build-1/sub"), { recursive: true, mode: 0o555 });
    symlinkSync(claimText(dead), join(root, "tmp/p0-dead.owner"));
    for (const name of ["x", "guard-x", "new-x"])
      symlinkSync(claimText({ ...dead, token: name }), join(root, "locks", name));
    await openStore({ root, durable: false }).putDerivation("m", {});
    expect(leftIn(root).filter(isOfOthers)).toEqual([]);
  });

  test("leaves alone what may be somebody's: of the living, of other machines, failed builds, strangers", async () => {
    const root = tempFolder();
    for (const name of [
      "tmp",
      "locks",
      "tmp/p1-far",
      "tmp/p2-near",
      "tmp/failed-m",
      "tmp/mine",
      "tmp/mine.owner",
    ]) {
      mkdirSync(join(root, name));
    }
    const far = newClaim({
      id: "p1-far",
      pid: 1,
      host: "elsewhere",
      boot: "another",
      space: "another",
      start: "1",
    });
    const near = newClaim({ id: "p2-near", ...thisProcess() });
    symlinkSync(claimText(far), join(root, "tmp/p1-far.owner"));
    symlinkSync(claimText(near), join(root, "tmp/p2-near.owner"));
    symlinkSync("/etc", join(root, "tmp/etc.owner"));
    // A claim must not lead a sweep to another folder than the one beside it.
    symlinkSync(claimText({ ...near, id: "mine", start: "1" }), join(root, "tmp/forged.owner"));
    symlinkSync(claimText(far), join(root, "locks/far"));
    writeFileSync(join(root, "locks/stranger"), "");
    const before = leftIn(root);
    await openStore({ root, durable: false }).putDerivation("m", {});
    expect(leftIn(root)).toEqual(expect.arrayContaining(before));
  });
});

function leftIn(root: string): string[] {
  return ["tmp", "locks"]
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .sort();
}

function isOfOthers(name: string): boolean {
  return !name.startsWith(`tmp/p${process.pid}-`);
}

async function expectWhole(store: Store, dref: ReturnType<Store["derivations"]>[number]): Promise<void> {
  expect(store.config(dref)).toHaveProperty("turn");
  const folder = store.path(dref);
  expect(readdirSync(folder).filter((name) => name !== "config.json")).toHaveLength(
    store.realizations(dref).length,
  );
  for (const rref of store.realizations(dref)) {
    const entries = (await walkTree(store.path(rref))).filter(({ path }) => isArtifactName(path));
    const { digest } = await hashEntries(store.path(rref), entries);
    expect(realizationHash(store.context(rref), digest)).toBe(parseRRef(rref).hash);
    expect(store.artifacts(rref)).toHaveLength(20);
    expect([store.log(rref), store.sizeBytes(rref) > 0]).toEqual(["text", true]);
  }
}
