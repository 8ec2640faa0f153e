import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { lens, realize$, stage, type RealizeEvent, type Stage, type Store } from "../../../core/index.ts";
import { openStore } from "../../../core/store/store.ts";
import { freshFolder } from "../fresh-store.ts";
import { leftovers } from "./leftovers.ts";

interface Graph {
  /** The numbers of what each stage depends on, all of them smaller than its own. */
  readonly rows: readonly (readonly number[])[];
  readonly failing: ReadonlySet<number>;
  /** How many turns of the event loop each takes. */
  readonly turns: readonly number[];
}

const graphs: fc.Arbitrary<Graph> = fc
  .array(
    fc.record({
      dependencies: fc.array(fc.nat(), { maxLength: 3 }),
      fails: fc.nat(5).map((n) => n === 0),
      turns: fc.nat(3),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((rows) => ({
    rows: rows.map(({ dependencies }, index) =>
      index === 0 ? [] : [...new Set(dependencies.map((n) => n % index))],
    ),
    failing: new Set([...rows.keys()].filter((index) => rows[index]?.fails)),
    turns: rows.map(({ turns }) => turns),
  }));

/** The stages of a graph, and what they were seen doing. */
function stagesOf({ rows, failing, turns }: Graph): {
  stages: Stage[];
  seen: { now: number; peak: number; ended: Set<number>; early: number[] };
} {
  const seen = { now: 0, peak: 0, ended: new Set<number>(), early: [] as number[] };
  const stages: Stage[] = [];
  for (const [index, dependencies] of rows.entries()) {
    stages.push(
      stage({
        name: `s${index}`,
        config: { dependencies: dependencies.map((one) => stages[one] as Stage) },
        source: false,
        async realize(build) {
          if (dependencies.some((one) => !seen.ended.has(one))) seen.early.push(index);
          seen.peak = Math.max(seen.peak, ++seen.now);
          try {
            for (let turn = turns[index] ?? 0; turn > 0 && !build.signal.aborted; turn--)
              await new Promise((resolve) => setImmediate(resolve));
            if (failing.has(index)) throw new Error(`s${index} fails`);
            seen.ended.add(index);
          } finally {
            seen.now--;
          }
        },
      }),
    );
  }
  return { stages, seen };
}

/** Those that depend on a failing one. */
function doomed({ rows, failing }: Graph): Set<number> {
  const lost = new Set<number>();
  for (const [index, dependencies] of rows.entries())
    if (dependencies.some((one) => failing.has(one) || lost.has(one))) lost.add(index);
  return lost;
}

const ends: ReadonlySet<string> = new Set(["reused", "matched", "failed", "cancelled"]);

function endsOf(events: readonly RealizeEvent[], stages: readonly Stage[]): (string[] | undefined)[] {
  const told = new Map<string, string[]>();
  for (const event of events)
    if ("dref" in event && ends.has(event.type))
      told.set(event.dref, [...(told.get(event.dref) ?? []), event.type]);
  return stages.map((one) => told.get(lens(one).dref));
}

let count = 0;
const storeIn = (folder: string): Store => openStore({ root: `${folder}/${count++}`, durable: false });

describe("any graph of stages, whatever fails in it", () => {
  it("comes to its end: each stage once, after what it depends on, no more at once than allowed", async () => {
    const folder = freshFolder();
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (graph, jobs, keepGoing) => {
          const { stages, seen } = stagesOf(graph);
          const events: RealizeEvent[] = [];
          const error = await new Promise<unknown>((resolve) => {
            realize$(stages, { store: storeIn(folder), jobs, keepGoing }).subscribe({
              next: (event) => events.push(event),
              error: resolve,
              complete: () => resolve(undefined),
            });
          });
          const told = endsOf(events, stages);
          expect(told.map((one) => one?.length)).toEqual(stages.map(() => 1));
          expect(seen.early).toEqual([]);
          expect(seen.peak).toBeLessThanOrEqual(jobs);
          expect(error === undefined).toBe(graph.failing.size === 0);
          expect(events.at(-1)?.type === "done").toBe(error === undefined);
          const lost = doomed(graph);
          for (const [index, [end] = []] of told.entries()) {
            if (lost.has(index)) expect(end).toBe("cancelled");
            else if (keepGoing || error === undefined)
              expect(end).toBe(graph.failing.has(index) ? "failed" : "matched");
          }
          if (!keepGoing && error !== undefined)
            expect(told.filter((one) => one?.[0] === "failed")).not.toEqual([]);
          for (const event of events)
            if (event.type === "cancelled" && keepGoing)
              expect(graph.failing).toContain(Number(/-s(\d+)$/.exec(event.because ?? "")?.[1]));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("ends within a second with nothing left when it is cancelled at any moment", async () => {
    const folder = freshFolder();
    const took: number[] = [];
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), fc.nat(60), async (graph, jobs, after) => {
        const { stages, seen } = stagesOf({ ...graph, turns: graph.turns.map((turns) => 2 * turns) });
        const store = storeIn(folder);
        const stopper = new AbortController();
        const events: RealizeEvent[] = [];
        let stoppedAt: number | undefined;
        await new Promise<void>((resolve) => {
          realize$(stages, { store, jobs, keepGoing: true, signal: stopper.signal }).subscribe({
            next: (event) => {
              if (events.push(event) !== after + 1) return;
              stoppedAt = performance.now();
              stopper.abort();
            },
            error: () => resolve(),
            complete: resolve,
          });
        });
        if (stoppedAt !== undefined) took.push(performance.now() - stoppedAt);
        await vi.waitFor(() => expect(leftovers(store)).toEqual([]), { timeout: 20_000 });
        expect(seen.now).toBe(0);
        expect(endsOf(events, stages).map((one) => one?.length)).toEqual(stages.map(() => 1));
        const kept = stages.filter((one) => store.realizations(lens(one).dref).length > 0);
        expect(events.filter(({ type }) => type === "built").length).toBe(kept.length);
      }),
      { numRuns: 60 },
    );
    // Not each: the machine may have stood still for a while.
    expect(took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)]).toBeLessThan(1_000);
  });
});
