import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { realize, stage } from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";
import { failedFolders, leftovers } from "../realize/leftovers.ts";

describe("a stage with a time limit, in this process", () => {
  it("is stopped when the time is over, and its folder and log are kept", async () => {
    const store = freshStore();
    let stopped: unknown;
    const slow = stage({
      name: "slow",
      config: {},
      limits: { timeMs: 100 },
      async realize(build) {
        build.log("on the way");
        await delay(20_000, undefined, { signal: build.signal }).catch(() => (stopped = build.signal.reason));
      },
    });
    await expect(realize(slow, { store })).rejects.toMatchObject({
      name: "BuildError",
      code: "time-limit",
      message: expect.stringContaining('Cannot build "slow": it took longer than its limit of 100 ms'),
      data: { log: "on the way" },
    });
    expect(stopped).toMatchObject({ code: "time-limit" });
    expect(failedFolders(store)).toHaveLength(1);
    expect(leftovers(store)).toEqual([]);
  });

  it("is given up when it takes no notice", async () => {
    const deaf = stage({
      name: "deaf",
      config: {},
      limits: { timeMs: 50 },
      realize: () => new Promise(() => undefined),
    });
    const started = performance.now();
    await expect(realize(deaf, { store: freshStore() })).rejects.toMatchObject({ code: "time-limit" });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("runs undisturbed within it", async () => {
    const quick = stage({ name: "quick", config: {}, limits: { timeMs: 60_000 }, realize() {} });
    await expect(realize(quick, { store: freshStore() })).resolves.toMatch(/^rref:/);
  });
});

describe("limits", () => {
  it("are no part of what a stage is", async () => {
    const store = freshStore();
    const plain = stage({ name: "quick", config: {}, realize() {} });
    const rref = await realize(plain, { store });
    expect(await realize(stage({ ...plain, limits: { timeMs: 1000 } }), { store })).toBe(rref);
  });

  it("that no run could keep are refused", () => {
    const make = (limits: object) => stage({ name: "m", config: {}, limits, realize() {} });
    expect(() => make({ timeMs: 0 })).toThrow(
      'Cannot make the stage "m": limits.timeMs is 0, and must be a number of milliseconds above 0',
    );
    expect(() => make({ timeMs: Number.NaN })).toThrow(RangeError);
    expect(() => make({ restricted: "yes" })).toThrow(
      'Cannot make the stage "m": limits.restricted is yes, and must be true or false',
    );
    expect(() => make({ memoryBytes: 1000 })).toThrow(
      'Cannot make the stage "m": limits.memoryBytes is 1000, and must be 134217728 (128 MB) at least',
    );
  });
});
