import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realize$, stage, type RealizeEvent, type Stage, type Store } from "../../../core/index.ts";
import { claimText, lockText, newClaim, ownerLink, type Claim } from "../../../core/store/claim.ts";
import { storePaths } from "../../../core/store/layout.ts";
import { thisProcess } from "../../../core/store/machine.ts";
import { tempStore } from "../../support/temp-store.ts";

const target: Stage = stage({ name: "m", config: {}, realize() {} });

describe("a lock that was left behind", () => {
  test("by a dead process with a pid that another process has now, is taken over at once", async () => {
    const store = tempStore();
    const left = newClaim({ id: "p1-0123456789abcdef", ...thisProcess(), start: "1" });
    await leaveLock(store, left, { signedIn: true });
    expect(await eventsOf(store)).toEqual(["planned", "started", "built", "matched", "done"]);
    expect(locks(store)).toEqual([]);
  });

  test("by a dead process, of which nothing else is left, too", async () => {
    const store = tempStore();
    const left = newClaim({ id: "p1-0123456789abcdef", ...thisProcess(), start: "1" });
    await leaveLock(store, left, { signedIn: false });
    expect(await eventsOf(store)).toEqual(["planned", "started", "built", "matched", "done"]);
    expect(locks(store)).toEqual([]);
  });

  test.each([true, false])(
    "by another host is waited for as long as was said, and then taken over (signed in: %s)",
    async (signedIn) => {
      const store = tempStore({ lockExpiryMs: 300 });
      await leaveLock(store, elsewhere(), { signedIn });
      const waits: RealizeEvent[] = [];
      const started = performance.now();
      expect(await eventsOf(store, waits)).toEqual([
        "planned",
        "waiting",
        "started",
        "built",
        "matched",
        "done",
      ]);
      expect(performance.now() - started).toBeGreaterThan(300);
      expect(waits).toMatchObject([{ holder: { pid: 1, host: signedIn ? "elsewhere" : "unknown" } }]);
      expect(locks(store)).toEqual([]);
    },
  );
});

test("what a lock says fits into an inode, also for the highest pid and after years of uptime", () => {
  const years = String(100 * 365 * 86_400 * 20);
  const claim = newClaim({ id: "p4194304-0123456789abcdef", ...thisProcess(), start: years });
  expect(lockText({ ...claim, token: `${claim.id}-999999999` }).length).toBeLessThan(60);
});

/** Locks the target in another's name. */
async function leaveLock(store: Store, claim: Claim, { signedIn }: { signedIn: boolean }): Promise<void> {
  const paths = storePaths(store.root);
  const dref = await store.putDerivation("m", { __source__: "none" });
  rmSync(store.path(dref), { recursive: true });
  if (signedIn) {
    mkdirSync(join(paths.tmp, claim.id));
    symlinkSync(claimText(claim), ownerLink(paths, claim.id));
  }
  symlinkSync(lockText(claim), join(paths.locks, await lockName(store)));
}

async function lockName(store: Store): Promise<string> {
  let name = "";
  await new Promise<void>((resolve, reject) => {
    realize$(target, { store, dryRun: true }).subscribe({
      next: (event) => (name = event.type === "planned" ? event.target.slice("dref:".length) : name),
      complete: resolve,
      error: reject,
    });
  });
  return name;
}

function eventsOf(store: Store, waits: RealizeEvent[] = []): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const types: string[] = [];
    realize$(target, { store }).subscribe({
      next(event) {
        types.push(event.type);
        if (event.type === "waiting") waits.push(event);
      },
      complete: () => resolve(types),
      error: reject,
    });
  });
}

function locks(store: Store): string[] {
  return readdirSync(join(store.root, "locks"));
}

function elsewhere(): Claim {
  const where = { host: "elsewhere", boot: "another", space: "another", start: "1" };
  return newClaim({ id: "p1-fedcba9876543210", pid: 1, ...where });
}
