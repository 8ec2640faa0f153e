import {
  lstatSync,
  lutimesSync,
  readdirSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { derivationRef } from "../../../core/canonical.ts";
import { claimText, newClaim, type Claim } from "../../../core/store/claim.ts";
import type { LockHolder } from "../../../core/store/lock.ts";
import { thisProcess } from "../../../core/store/machine.ts";
import { openStore, type Store } from "../../../core/store/store.ts";
import type { DRef } from "../../../core/ref.ts";
import { StoreProcess } from "../../support/store-process.ts";
import { tempStore } from "../../support/temp-store.ts";

describe("lock() within one process", () => {
  test("is exclusive, and says who holds the lock", async () => {
    const [store, dref] = await storeWithDerivation();
    const first = await store.lock(dref);
    const order: string[] = [];
    const waits: LockHolder[] = [];
    const takeTurn = async (): Promise<void> => {
      using _lock = await store.lock(dref, { onWait: (holder) => waits.push(holder) });
      order.push("second");
    };
    const second = takeTurn();
    await vi.waitFor(() => expect(waits).toHaveLength(1), { timeout: 20_000 });
    await setTimeout(20);
    order.push("first");
    first.release();
    await second;
    expect(order).toEqual(["first", "second"]);
    expect(waits).toEqual([{ pid: process.pid, host: thisProcess().host }]);
    expect(locksOf(store)).toEqual([]);
  });

  test("is exclusive between two store objects on one folder", async () => {
    const [store, dref] = await storeWithDerivation();
    const other = openStore({ root: store.root });
    let inside = 0;
    const turn = async (one: Store): Promise<void> => {
      using _lock = await one.lock(dref);
      expect(++inside).toBe(1);
      await setTimeout(3);
      inside--;
    };
    await Promise.all([store, other, store, other, store].map((one) => turn(one)));
    expect(locksOf(store)).toEqual([]);
  });

  test("does not hold up other derivations", async () => {
    const [store, dref] = await storeWithDerivation();
    using _one = await store.lock(dref);
    using _two = await store.lock(await store.putDerivation("other", {}));
    expect(locksOf(store)).toHaveLength(2);
  });

  test("gives up when its signal is aborted, with the reason of the abort", async () => {
    const [store, dref] = await storeWithDerivation();
    using _held = await store.lock(dref);
    const abort = new AbortController();
    const waiting = store.lock(dref, { signal: abort.signal });
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(store.lock(dref, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test("lets go once, so that the next holder is left alone", async () => {
    const [store, dref] = await storeWithDerivation();
    const first = await store.lock(dref);
    first.release();
    using _second = await store.lock(dref);
    first.release();
    expect(locksOf(store)).toHaveLength(1);
  });

  test("leaves a lock alone that somebody else took over meanwhile", async () => {
    const [store, dref] = await storeWithDerivation();
    const lock = await store.lock(dref);
    const [name = ""] = locksOf(store);
    unlinkSync(`${store.root}/locks/${name}`);
    symlinkSync(claimText(foreignClaim()), `${store.root}/locks/${name}`);
    lock.release();
    expect(locksOf(store)).toEqual([name]);
  });

  test("takes a lock over that this process made but does not know of, as it was interrupted in between", async () => {
    const [store, dref] = await storeWithDerivation();
    const mark = readdirSync(`${store.root}/tmp`).find((name) => name.endsWith(".owner")) ?? "";
    const mine = newClaim({ id: mark.slice(0, -".owner".length), ...thisProcess() });
    symlinkSync(claimText(mine), lockPath(store, dref));
    symlinkSync(claimText(newClaim(mine)), `${store.root}/locks/guard-${mine.token}`);
    using _lock = await store.lock(dref, { signal: AbortSignal.timeout(10_000) });
    expect(locksOf(store)).toHaveLength(1);
  });

  test("refuses what is not a lock", async () => {
    const [store, dref] = await storeWithDerivation();
    const path = lockPath(store, dref);
    writeFileSync(path, "");
    await expect(store.lock(dref)).rejects.toThrow(
      `Cannot take the lock "${path}": what is there was not made by a store`,
    );
    await expect(store.lock(dref)).rejects.toMatchObject({ code: "not-a-lock" });
    const other = await store.putDerivation("other", {});
    symlinkSync('{"pid":1,"host":"x","id":"../..","token":"x"}', lockPath(store, other));
    await expect(store.lock(other)).rejects.toMatchObject({ code: "not-a-lock" });
  });
});

describe("lock() between processes", () => {
  test("waits for a living process, names it, and comes after it", async () => {
    const [store, dref] = await storeWithDerivation();
    const holder = new StoreProcess({ root: store.root, task: "hold", argument: dref });
    expect(await holder.next()).toEqual({ locked: holder.pid });
    const second = new StoreProcess({ root: store.root, task: "hold", argument: dref });
    expect(await second.next()).toMatchObject({ waiting: { pid: holder.pid, host: thisProcess().host } });
    holder.tell("go");
    expect(await holder.next()).toEqual({ released: holder.pid });
    expect(await second.next()).toEqual({ locked: second.pid });
  });

  test("takes over from a process that was killed with kill -9", async () => {
    const [store, dref] = await storeWithDerivation();
    const holder = new StoreProcess({ root: store.root, task: "hold", argument: dref });
    await holder.next();
    const waits: LockHolder[] = [];
    const waiting = store.lock(dref, { onWait: (who) => waits.push(who) });
    await vi.waitFor(() => expect(waits).toHaveLength(1), { timeout: 20_000 });
    await holder.kill();
    using _lock = await waiting;
    expect(waits).toMatchObject([{ pid: holder.pid }]);
    expect(locksOf(store)).toHaveLength(1);
  });

  test("finds the lock free after a process that ended without letting go", async () => {
    const [store, dref] = await storeWithDerivation();
    const holder = new StoreProcess({ root: store.root, task: "forget", argument: dref });
    await holder.next();
    await holder.exited();
    expect(locksOf(store)).toEqual([]);
  });

  test("takes over although whoever took over before died over it, too", async () => {
    const [store, dref] = await storeWithDerivation();
    const [dead, deadToo] = [deadClaim(), deadClaim()];
    symlinkSync(claimText(dead), lockPath(store, dref));
    symlinkSync(claimText(deadToo), `${store.root}/locks/guard-${dead.token}`);
    using _lock = await store.lock(dref, { signal: AbortSignal.timeout(10_000) });
    expect(locksOf(store)).toHaveLength(1);
  });

  test("waits while somebody who lives is taking over", async () => {
    const [store, dref] = await storeWithDerivation();
    const dead = deadClaim();
    symlinkSync(claimText(dead), lockPath(store, dref));
    const guard = `${store.root}/locks/guard-${dead.token}`;
    symlinkSync(claimText(newClaim({ id: "p0-living", ...thisProcess() })), guard);
    await expect(store.lock(dref, { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  test("lets exactly one of several processes take over what a dead one left, when all see it at once", async () => {
    const [store] = await storeWithDerivation();
    const list = `${store.root}/list`;
    const racers = Array.from(
      { length: 3 },
      () => new StoreProcess({ root: store.root, task: "race", argument: list }),
    );
    for (const racer of racers) await racer.next();
    const drefs = Array.from({ length: 300 }, (_, index) => derivationRef("m", { index }));
    for (const dref of drefs) symlinkSync(claimText(deadClaim()), lockPath(store, dref));
    writeFileSync(`${list}.new`, JSON.stringify(drefs));
    renameSync(`${list}.new`, list);
    const got = await Promise.all(racers.map(async (racer) => (await racer.next())["got"] as string[]));
    expect(got.flat().sort()).toEqual([...drefs].sort());
    expect(locksOf(store)).toHaveLength(drefs.length);
  });

  test("lets in one at a time, however many are waiting and however many of them are killed", async () => {
    const [store, dref] = await storeWithDerivation();
    const { root } = store;
    const start = (): StoreProcess => new StoreProcess({ root, task: "contend", argument: dref });
    const running = Array.from({ length: 4 }, start);
    const ended: StoreProcess[] = [];
    for (const process of running) await process.next();
    for (let kills = 0; kills < 12; kills++) {
      await setTimeout(40 + Math.random() * 60);
      const victim = running.shift();
      await victim?.kill();
      if (victim !== undefined) ended.push(victim);
      running.push(start());
    }
    // Whoever started last has its turns, so no lock was lost.
    const said: Record<string, unknown>[] = [];
    const last = running.at(-1);
    while (said.length < 10) said.push((await last?.next()) ?? {});
    await Promise.all(running.map((process) => process.kill()));
    said.push(...(await Promise.all([...ended, ...running].map((process) => process.rest()))).flat());
    expect(said.filter((one) => "violation" in one)).toEqual([]);
  });
});

describe("lock() between machines", () => {
  test("respects a process elsewhere while its heart beats, and takes over when it has been silent for long", async () => {
    const [store, dref] = await storeWithDerivation({ lockExpiryMs: 2500 });
    const claim = foreignClaim();
    const mark = `${store.root}/tmp/${claim.id}.owner`;
    symlinkSync(claimText(claim), mark);
    symlinkSync(claimText(claim), lockPath(store, dref));
    // The other machine's clock is years behind.
    let beats = 0;
    const beating = setInterval(() => lutimesSync(mark, 1e9 + ++beats, 1e9 + beats), 50);
    const waits: LockHolder[] = [];
    let taken = false;
    const takeTurn = async (): Promise<void> => {
      using _lock = await store.lock(dref, { onWait: (holder) => waits.push(holder) });
      taken = true;
    };
    const waiting = takeTurn();
    await setTimeout(3500);
    expect(taken).toBe(false);
    expect(waits).toEqual([{ pid: 1, host: "elsewhere" }]);
    clearInterval(beating);
    await waiting;
    expect(locksOf(store)).toEqual([]);
  });

  test("takes over from a process elsewhere that has signed out but left its lock", async () => {
    const [store, dref] = await storeWithDerivation({ lockExpiryMs: 100 });
    symlinkSync(claimText(foreignClaim()), lockPath(store, dref));
    const lock = await store.lock(dref, { signal: AbortSignal.timeout(10_000) });
    expect(locksOf(store)).toHaveLength(1);
    lock.release();
    expect(locksOf(store)).toEqual([]);
  });

  test("gives signs of life, also while the main thread is busy", async () => {
    const store = tempStore({ lockExpiryMs: 400 });
    await store.tempFolder("build");
    const mark = readdirSync(`${store.root}/tmp`).find((name) => name.endsWith(".owner"));
    const beat = (): number => lstatSync(`${store.root}/tmp/${mark}`).mtimeMs;
    // The thread starts without the help of this one, which never turns its event loop again.
    const [before, until] = [beat(), Date.now() + 20_000];
    while (Date.now() < until && beat() === before);
    expect(beat()).toBeGreaterThan(before);
  });
});

async function storeWithDerivation(options: { lockExpiryMs?: number } = {}): Promise<[Store, DRef]> {
  const store = tempStore(options);
  return [store, await store.putDerivation("m", {})];
}

function locksOf(store: Store): string[] {
  return readdirSync(`${store.root}/locks`);
}

function lockPath(store: Store, dref: DRef): string {
  return `${store.root}/locks/${dref.slice("dref:".length)}`;
}

function foreignClaim(): Claim {
  return newClaim({
    id: "p1-elsewhere",
    pid: 1,
    host: "elsewhere",
    boot: "another",
    space: "another",
    start: "1",
  });
}

/** What a process of this machine left that had our own pid, but started at another time. */
function deadClaim(): Claim {
  return newClaim({ id: "p0-dead", ...thisProcess(), start: "1" });
}
