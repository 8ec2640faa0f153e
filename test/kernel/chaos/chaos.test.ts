import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../support/jupyter.ts";
import { play } from "./play.ts";

// `npm run bench -- chaos [minutes]` plays on, each time with other seeds.
const until = performance.now() + Number(process.env["CHAOS_MINUTES"] ?? 0) * 60_000;
const firstSeed = Number(process.env["CHAOS_SEED"] ?? 1);
const seedsAtLeast = 4;

describe("the kernel, whatever is sent to it and at whatever moment", () => {
  it(
    "answers each request once and in its order, and knows what cells made of the notebook",
    async () => {
      const kernel = join(projectRoot, "dist/kernel/app/main.cjs");
      for (let seed = firstSeed; seed < firstSeed + seedsAtLeast || performance.now() < until; seed += 1) {
        const faults = await play({ seed, rounds: 15, kernel, patienceMs: 60_000 });
        expect(faults, `seed ${seed}`).toEqual([]);
      }
    },
    Math.max(120_000, until - performance.now() + 120_000),
  );
});
