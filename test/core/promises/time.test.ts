import { expect, test } from "vitest";
import { openStore, type DRef, type RRef } from "../../../core/index.ts";
import { tempFolder } from "../../support/temp-store.ts";
import { Realizing } from "./realizing.ts";

const DAY_MS = 24 * 60 * 60_000;

test("the latest outcome is the one that was built last, also when the clock was set back in between", async () => {
  const root = tempFolder();
  for (const [text, clockMs] of [
    ["first", 0],
    ["a day back", -DAY_MS],
    ["a month back", -30 * DAY_MS],
    ["right again", 0],
  ] as const) {
    const process = new Realizing({ kind: "draw", store: { root }, clockMs, text });
    const [chosen] = (await process.says("chosen"))["chosen"] as RRef[];
    await process.end();
    const store = openStore({ root });
    const records = store
      .realizations(store.derivations()[0] as DRef)
      .map((rref) => ({ rref, ...store.buildRecord(rref) }));
    const newest = records.toSorted((a, b) => Date.parse(b.stopped) - Date.parse(a.stopped))[0];
    expect(newest?.rref).toBe(chosen);
    for (const { started, stopped } of records) {
      expect(Date.parse(stopped) - Date.parse(started)).toBeGreaterThanOrEqual(0);
      expect(Date.parse(stopped) - Date.parse(started)).toBeLessThan(60_000);
    }
  }
});
