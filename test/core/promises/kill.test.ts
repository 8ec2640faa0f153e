import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { openStore, type RRef } from "../../../core/index.ts";
import { tempFolder } from "../../support/temp-store.ts";
import { randomNumbers } from "./random.ts";
import { Realizing } from "./realizing.ts";
import { expectWholeStore } from "./whole.ts";

const KILLS = 200;
const AT_ONCE = 8;
const STAGES = 300;

test(
  `${KILLS} times kill -9 at any moment of a run of many stages leaves nothing half, and the run completes`,
  { timeout: 120_000 },
  async () => {
    const root = tempFolder();
    const random = randomNumbers();
    const store = openStore({ root, durable: false });
    const looked = new Set<never>();
    let generation = 0;
    for (let kills = 0; kills < KILLS; kills += AT_ONCE) {
      const begin = (durable: boolean): Realizing =>
        new Realizing({ kind: "mesh", store: { root, durable }, count: STAGES, generation });
      const running = Array.from({ length: AT_ONCE }, (_, index) => begin(index % 2 === 0));
      await Promise.all(
        running.map(async (one) => {
          // Some in the midst of building, some while they start.
          if (random() < 0.8) await one.says("begun");
          await setTimeout(random() * 100);
          await one.kill();
        }),
      );
      expect(running.flatMap(({ said }) => said).filter((said) => "failed" in said)).toEqual([]);
      if (running.some(({ said }) => said.some((one) => "done" in one))) generation += 1;
      await expectWholeStore(store, looked);
    }
    expect(store.derivations().length).toBeGreaterThan(STAGES);
    const last = new Realizing({ kind: "mesh", store: { root }, count: STAGES, generation });
    const { done } = await last.says("done");
    await last.end();
    expect(done).toHaveLength(1);
    await expectWholeStore(store);
    expect((done as RRef[]).every((rref) => store.has(rref))).toBe(true);
    // Whatever the dead left was swept by those who came after them.
    expect(readdirSync(join(root, "locks"))).toEqual([]);
    expect(readdirSync(join(root, "tmp"))).toEqual([]);
  },
);
