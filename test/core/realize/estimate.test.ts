import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateMs, type OpenTask } from "../../../core/realize/estimate.ts";
import { nextPace, remainingMs, startPace } from "../../../core/realize/pace.ts";
import { makeDRef } from "../../../core/ref.ts";

const ref = (index: number): OpenTask["dref"] =>
  makeDRef({ hash: index.toString(16).padStart(32, "0"), name: "task" });

/** What is left of a hundred after these counts, each at so many seconds. */
function leftAfter(...counts: readonly (readonly [seconds: number, current: number])[]): number | undefined {
  const pace = counts.reduce(
    (before, [seconds, current]) => nextPace(before, { at: seconds * 1000, current }),
    startPace(0),
  );
  return remainingMs(pace, 100);
}

describe("what is left of a run by its own count", () => {
  it("is known from the first count, if that took some time", () => {
    expect(leftAfter([20, 20])).toBe(80_000);
  });

  it("takes what is counted at once for where the run takes up", () => {
    expect(leftAfter([0.1, 50])).toBeUndefined();
    expect(leftAfter([0.1, 50], [10.1, 60])).toBe(40_000);
  });

  it("is not known without a total, or beyond it", () => {
    const pace = nextPace(startPace(0), { at: 5000, current: 5 });
    expect(remainingMs(pace, undefined)).toBeUndefined();
    expect(remainingMs(pace, 5)).toBeUndefined();
    expect(remainingMs(pace, 4)).toBeUndefined();
  });

  it("of a steady run is what it takes, however often it counts", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1100, max: 9000 }),
        (counts, everyMs) => {
          let pace = startPace(0);
          for (let n = 1; n <= counts; n++) pace = nextPace(pace, { at: n * everyMs, current: n });
          expect(Math.abs((remainingMs(pace, 100) ?? 0) - (100 - counts) * everyMs)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it("follows a run that becomes slower, by and by", () => {
    const steady = [2, 4, 6, 8, 10].map((n) => [n, 5 * n] as const);
    const slow = (steps: number): number | undefined =>
      leftAfter(...steady, ...Array.from({ length: steps }, (_, n) => [14 + 4 * n, 51 + n] as const));
    // One takes 0.2 seconds in the beginning, and four later on.
    expect(slow(0)).toBe(50 * 200);
    expect(slow(1)).toBeGreaterThan(49 * 300);
    expect(slow(1)).toBeLessThan(49 * 600);
    expect(slow(30)).toBeGreaterThan(20 * 2000);
    expect(slow(30)).toBeLessThan(20 * 4000);
  });

  it("begins anew when the count goes back", () => {
    expect(leftAfter([10, 90], [11, 0])).toBeUndefined();
    expect(leftAfter([10, 90], [11, 0], [21, 10])).toBe(90_000);
  });
});

describe("what is left of a realization", () => {
  type Left = Partial<Omit<OpenTask, "dref" | "dependencies">>;
  /** A task with one run that is still to begin, or with those that go on. */
  const taskOf = (left: Left, index: number): OpenTask => ({
    waiting: left.running === undefined ? 1 : 0,
    ...left,
    dref: ref(index),
    dependencies: [],
  });
  const fan = (...tasks: readonly Left[]): OpenTask[] => tasks.map(taskOf);
  const chain = (...tasks: readonly Left[]): OpenTask[] =>
    fan(...tasks).map((task, index) => ({ ...task, dependencies: index === 0 ? [] : [ref(index - 1)] }));
  const none = { jobs: 4, builtMs: [] };

  it("is the longest path where there are jobs enough", () => {
    expect(estimateMs(chain({ expectedMs: 100 }, { expectedMs: 200 }), none)).toBe(300);
    expect(estimateMs(fan({ expectedMs: 100 }, { expectedMs: 200 }), none)).toBe(200);
  });

  it("is all work shared where there are not", () => {
    const four = fan(...[100, 100, 100, 100].map((expectedMs) => ({ expectedMs })));
    expect(estimateMs(four, { jobs: 2, builtMs: [] })).toBe(200);
  });

  it("believes the count of a run before what it took earlier", () => {
    expect(estimateMs(fan({ running: [{ elapsedMs: 100, remainingMs: 900 }], expectedMs: 200 }), none)).toBe(
      900,
    );
    expect(estimateMs(fan({ running: [{ elapsedMs: 50 }], expectedMs: 200 }), none)).toBe(150);
  });

  it("gives a run that takes longer than expected some more", () => {
    expect(estimateMs(fan({ running: [{ elapsedMs: 1000 }], expectedMs: 200 }), none)).toBe(100);
  });

  it("takes what is unknown to be like the rest, and is silent where nothing is known", () => {
    expect(estimateMs(chain({ expectedMs: 100 }, {}), none)).toBe(200);
    expect(estimateMs(chain({}, {}), { jobs: 1, builtMs: [50, 150] })).toBe(200);
    expect(estimateMs(chain({}, {}), none)).toBeUndefined();
  });

  it("counts all runs of one stage, which share the jobs", () => {
    const running = [
      { elapsedMs: 100, remainingMs: 300 },
      { elapsedMs: 100, remainingMs: 100 },
    ];
    // 300 and 100 are left of those that go on, and six take 200 each.
    const ten = fan({ running, waiting: 6, expectedMs: 200 });
    expect(estimateMs(ten, { jobs: 2, builtMs: [] })).toBe(800);
    expect(estimateMs(ten, { jobs: 16, builtMs: [] })).toBe(300);
    // What depends on it comes after them.
    expect(estimateMs(chain(...ten, { expectedMs: 50 }), { jobs: 2, builtMs: [] })).toBe(850);
  });

  it("is nothing when nothing is left", () => {
    expect(estimateMs([], none)).toBe(0);
  });
});
