import { chmodSync, writeFileSync } from "node:fs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { instantiate, realize, stage, type Stage, type Store } from "../../../core/index.ts";
import { knownTimes } from "../../../core/realize/known-times.ts";
import { openStore } from "../../../core/store/store.ts";
import { freshStore } from "../fresh-store.ts";

const sleeper = (name: string, n: number, ms = 0): Stage =>
  stage({
    name,
    config: { n },
    source: false,
    realize: () => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  });

async function timeOf(store: Store, target: Stage): Promise<number | undefined> {
  const { dref, derivations } = await instantiate(target, { store });
  return knownTimes(store, derivations).get(dref);
}

describe("how long a stage takes", () => {
  it("is known from its own runs, else from those of others with its name", async () => {
    const store = freshStore();
    expect(await timeOf(store, sleeper("slow", 1))).toBeUndefined();
    await realize(sleeper("slow", 1, 900), { store });
    await realize(sleeper("slow", 2, 20), { store });
    expect(await timeOf(store, sleeper("slow", 1))).toBeGreaterThanOrEqual(890);
    expect(await timeOf(store, sleeper("slow", 2))).toBeLessThan(890);
    expect(await timeOf(store, sleeper("slow", 3))).toBeGreaterThanOrEqual(15);
    expect(await timeOf(store, sleeper("slower", 3))).toBeUndefined();
  });

  it("is not told by runs that failed, nor by records that are damaged", async () => {
    const store = freshStore();
    const failing = stage({
      name: "failing",
      config: {},
      onFailure: "record",
      realize() {
        throw new Error("no");
      },
    });
    await realize(failing, { store }).catch(() => undefined);
    expect(store.realizations((await instantiate(failing, { store })).dref)).toHaveLength(1);
    expect(await timeOf(store, failing)).toBeUndefined();
    const rref = await realize(sleeper("slow", 1, 20), { store });
    const record = `${store.path(rref)}/__build__.json`;
    chmodSync(record, 0o600);
    writeFileSync(record, "{");
    expect(await timeOf(openStore({ root: store.root }), sleeper("slow", 1))).toBeUndefined();
  });

  it("takes no more time to look up than it is worth", async () => {
    const store = freshStore();
    const many = Array.from({ length: 500 }, (_, n) => sleeper(`s${n}`, n));
    await realize(many, { store, jobs: 8 });
    const derivations = (await instantiate(many, { store })).flatMap((closure) => closure.derivations);
    // A clock that goes on by a millisecond each time that it is looked at.
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now++);
    onTestFinished(() => void vi.restoreAllMocks());
    const known = knownTimes(store, derivations);
    expect(known.size).toBeGreaterThan(5);
    expect(known.size).toBeLessThan(50);
  });
});
