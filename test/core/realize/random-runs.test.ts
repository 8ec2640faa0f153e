import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  all,
  lens,
  openStore,
  realize$,
  some,
  stage,
  type RealizeEvent,
  type RealizeOptions,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { freshFolder } from "../fresh-store.ts";
import { failedFolders, leftovers } from "./leftovers.ts";

/** What one stage is asked for, and what its runs make. */
interface Plan {
  readonly outs: number;
  /** How many its matcher wants. */
  readonly wants: number;
  /** The outcomes of each run, by the order in which they begin; beyond them, each is one of its own. */
  readonly makes: readonly (readonly number[])[];
  readonly failing: ReadonlySet<number>;
  /** How many turns of the event loop each run takes. */
  readonly turns: readonly number[];
}

const plans = ({ merging, fails }: { merging: boolean; fails: boolean }): fc.Arbitrary<Plan> =>
  fc.record({
    outs: fc.integer({ min: 1, max: 3 }),
    wants: fc.integer({ min: 1, max: 6 }),
    makes: fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }), { maxLength: merging ? 6 : 0 }),
    failing: fc
      .array(fc.integer({ min: 1, max: 6 }), { minLength: fails ? 1 : 0, maxLength: fails ? 2 : 0 })
      .map((runs) => new Set(runs)),
    turns: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
  });

const demands = fc.record({
  count: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  atLeast: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
});

/** What was seen of all runs of all stages. */
class Seen {
  now = 0;
  peak = 0;
  readonly begun = new Map<string, number>();
}

function stageOf(name: string, plan: Plan, seen: Seen): Stage {
  return stage({
    name,
    config: {},
    source: false,
    outs: plan.outs,
    matcher: plan.wants === 1 ? all() : some(plan.wants),
    async realize(build) {
      const run = (seen.begun.get(name) ?? 0) + 1;
      seen.begun.set(name, run);
      seen.peak = Math.max(seen.peak, ++seen.now);
      try {
        for (let turn = plan.turns[run % plan.turns.length] ?? 0; turn > 0 && !build.signal.aborted; turn--)
          await new Promise((resolve) => setImmediate(resolve));
        if (plan.failing.has(run)) throw new Error(`run ${run} fails`);
        for (const [index, out] of build.outs.entries())
          await writeFile(join(out, "made"), madeBy(plan, run, index));
      } finally {
        seen.now--;
      }
    },
  });
}

function madeBy({ makes }: Plan, run: number, index: number): string {
  const made = makes[run - 1];
  return made === undefined ? `${run} ${index}` : `same ${made[index % made.length]}`;
}

interface Expected {
  readonly runs: number;
  readonly outcomes: ReadonlySet<string>;
  readonly ends: "well" | "nothing-new" | "build-failed" | "unsatisfied-match";
}

/** What comes of it when its runs come one after the other. */
function oneByOne(plan: Plan, { count = 0, atLeast = 0 }: RealizeOptions): Expected {
  const outcomes = new Set<string>();
  const wanted = Math.max(atLeast, plan.wants);
  for (let run = 1; ; run++) {
    if (plan.failing.has(run)) return { runs: run, outcomes, ends: "build-failed" };
    const before = outcomes.size;
    for (let index = 0; index < plan.outs; index++) outcomes.add(madeBy(plan, run, index));
    if (run * plan.outs < count) continue;
    if (outcomes.size >= wanted) return { runs: run, outcomes, ends: "well" };
    if (outcomes.size === before) return { runs: run, outcomes, ends: "nothing-new" };
  }
}

interface Played {
  readonly events: readonly RealizeEvent[];
  readonly error: unknown;
}

/** Realizes to the end, or until so many events have come. */
async function play(
  stages: readonly Stage[],
  options: RealizeOptions,
  stopAfter = Infinity,
): Promise<Played> {
  const events: RealizeEvent[] = [];
  const stopper = new AbortController();
  const error = await new Promise<unknown>((resolve) => {
    realize$([...stages], { ...options, signal: stopper.signal }).subscribe({
      next: (event) => {
        if (events.push(event) === stopAfter) stopper.abort();
      },
      error: resolve,
      complete: () => resolve(undefined),
    });
  });
  return { events, error };
}

function outcomesOf(store: Store, one: Stage): Set<string> {
  const rrefs = store.realizations(lens(one).dref);
  return new Set(rrefs.map((rref) => readFileSync(join(store.path(rref), "made"), "utf8")));
}

let stores = 0;
const storeIn = (folder: string): Store => openStore({ root: `${folder}/${stores++}`, durable: false });

const jobs = fc.integer({ min: 1, max: 5 });

describe("any number of outcomes of several stages", () => {
  it("are made by as many runs as one after the other, no more at once than allowed, where none merges or fails", async () => {
    const folder = freshFolder();
    const some3 = fc.array(plans({ merging: false, fails: false }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(some3, demands, jobs, async (all3, demand, most) => {
        const [store, seen] = [storeIn(folder), new Seen()];
        const stages = all3.map((plan, index) => stageOf(`s${index}`, plan, seen));
        const { error } = await play(stages, { store, jobs: most, ...demand });
        expect(error).toBeUndefined();
        expect(seen.peak).toBeLessThanOrEqual(most);
        for (const [index, plan] of all3.entries()) {
          const expected = oneByOne(plan, demand);
          expect(seen.begun.get(`s${index}`)).toBe(expected.runs);
          expect(outcomesOf(store, stages[index] as Stage)).toEqual(expected.outcomes);
        }
        expect(leftovers(store)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("come to the very same as one after the other with one job, whatever merges or fails", async () => {
    const folder = freshFolder();
    const any = fc.oneof(plans({ merging: true, fails: false }), plans({ merging: true, fails: true }));
    await fc.assert(
      fc.asyncProperty(any, demands, async (plan, demand) => {
        const [store, seen] = [storeIn(folder), new Seen()];
        const model = stageOf("model", plan, seen);
        const { error } = await play([model], { store, jobs: 1, ...demand });
        const expected = oneByOne(plan, demand);
        expect((error as { code?: string } | undefined)?.code ?? "well").toBe(expected.ends);
        expect(seen.begun.get("model")).toBe(expected.runs);
        expect(outcomesOf(store, model)).toEqual(expected.outcomes);
        expect(seen.peak).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  it("end with what was published in the store and nothing left besides, whatever merges, fails or is cancelled", async () => {
    const folder = freshFolder();
    const any = fc.oneof(plans({ merging: true, fails: false }), plans({ merging: true, fails: true }));
    const some3 = fc.array(any, { minLength: 1, maxLength: 3 });
    const stops = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        some3,
        demands,
        jobs,
        fc.boolean(),
        stops,
        async (all3, demand, most, keepGoing, stop) => {
          const [store, seen] = [storeIn(folder), new Seen()];
          const stages = all3.map((plan, index) => stageOf(`s${index}`, plan, seen));
          const options = { store, jobs: most, keepGoing, ...demand };
          const { events, error } = await play(stages, options, stop);
          expect(seen.peak).toBeLessThanOrEqual(most);
          expect(seen.now).toBe(0);
          await vi.waitFor(() => expect(leftovers(store)).toEqual([]), { timeout: 20_000 });
          for (const [index, one] of stages.entries()) {
            const { dref } = lens(one);
            const mine = events.filter((event) => "dref" in event && event.dref === dref);
            const ends = mine.filter(({ type }) => ["matched", "failed", "cancelled"].includes(type));
            expect(ends).toHaveLength(1);
            expect(mine.at(-1)).toBe(ends[0]);
            const built = mine.flatMap((event) => (event.type === "built" ? event.rrefs : []));
            expect(new Set(built)).toEqual(new Set(store.realizations(dref)));
            const { wants, outs } = all3[index] as Plan;
            const { count = 0, atLeast = 0 } = demand;
            const [runs, there] = [seen.begun.get(`s${index}`) ?? 0, store.realizations(dref).length];
            if (ends[0]?.type !== "matched") continue;
            expect(runs * outs).toBeGreaterThanOrEqual(count);
            expect(there).toBeGreaterThanOrEqual(Math.max(atLeast, wants));
          }
          const failed = events.filter(({ type }) => type === "failed");
          const isCancelled = (error as { code?: string } | undefined)?.code === "cancelled";
          expect(failed.length > 0 || isCancelled).toBe(error !== undefined);
          if (!keepGoing && stop === undefined) expect(failed.length).toBeLessThanOrEqual(1);
          const failures = failed.filter((event) => event.type === "failed" && event.keptAt !== undefined);
          // Of two stages, both may fail at the same moment, and one of them is told.
          if (!keepGoing && stages.length === 1)
            expect(failedFolders(store)).toHaveLength(outsOf(failures, all3));
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Each output of a run that failed is kept. */
function outsOf(failures: readonly RealizeEvent[], all3: readonly Plan[]): number {
  const outs = failures.map(
    (event) => all3[Number(/-s(\d)$/.exec("dref" in event ? event.dref : "")?.[1])]?.outs,
  );
  return outs.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}
