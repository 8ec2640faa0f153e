import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DRef, RealizeEvent, RRef } from "../../../../core/index.ts";
import { columnsOf } from "../../../../kernel/app/terminal/fit-text.ts";
import { painter } from "../../../../kernel/app/terminal/paint.ts";
import { endLines, screenLines, type Frame } from "../../../../kernel/app/terminal/realization-screen.ts";
import { plainView } from "../../../../kernel/app/terminal/realization-view.ts";
import { advance, startProgress, type RealizationProgress } from "../../../../magics/realization-progress.ts";
import { eventOf, plannedOf, type BareEvent } from "../../../magics/support/events.ts";

const drefs = Array.from(
  { length: 30 },
  (_, n) => `dref:${n.toString(16).padStart(32, "0")}-stage${n}` as DRef,
);
const [first, second, third] = drefs as [DRef, DRef, DRef];
const rref = `rref:${"1".repeat(32)}-${first.slice(5)}` as RRef;
const frame: Frame = { nowMs: 65_000, columns: 80, rows: 24, paint: painter(false) };

function after(...events: readonly BareEvent[]): RealizationProgress {
  return events.reduce(
    (state, event) => advance(state, eventOf(event, 5_000)),
    advance(startProgress(0), plannedOf([first, second, third], { [second]: [first], [third]: [second] })),
  );
}

describe("a realization on a terminal", () => {
  it("shows what runs with its count, its last words and what is left, what waits for what, and the sum", () => {
    const state = after(
      { type: "started", dref: first },
      { type: "progress", dref: first, current: 3, total: 6, unit: "epochs", remainingMs: 120_000 },
      { type: "log", dref: first, stream: "stdout", text: "loss 0.5\nloss 0.4\n" },
      {
        type: "overall",
        settled: 0,
        total: 3,
        running: [{ dref: first, name: "x", elapsedMs: 1, remainingMs: 120_000 }],
        remainingMs: 3_660_000,
      },
    );
    expect(screenLines(state, frame)).toEqual([
      "▸ stage0  ██████████░░░░░░░░░░  1 min 00 s · about 1 min left · 3/6 epochs",
      "  │ loss 0.4",
      "· stage1  waits for stage0",
      "· stage2  waits for stage1",
      "0 of 3 stages · 1 min 05 s · about 1 h left",
    ]);
  });

  it("has a line for each of several runs of one stage, as far as there is room", () => {
    const state = after(
      { type: "started", dref: first, run: 1, runs: 4 },
      { type: "built", dref: first, run: 1, runs: 4, rrefs: [rref], merged: [], ms: 5 } as BareEvent,
      { type: "started", dref: first, run: 2, runs: 4 },
      { type: "started", dref: first, run: 3, runs: 4 },
      { type: "progress", dref: first, run: 3, current: 10, total: 20, unit: "epochs", remainingMs: 65_000 },
      { type: "log", dref: first, run: 3, stream: "stdout", text: "loss 0.4\n" },
    );
    expect(screenLines(state, frame).slice(0, 4)).toEqual([
      "▸ stage0  ████████░░░░░░░░░░░░  1 min 00 s · 1 of 4 runs done",
      "    run 2  1 min 00 s",
      "    run 3  ██████████░░░░░░░░░░  1 min 00 s · about 5 s left · 10/20 epochs",
      "  │ loss 0.4",
    ]);
    expect(screenLines(state, { ...frame, rows: 5 }).slice(0, 3)).toEqual([
      expect.stringContaining("stage0"),
      expect.stringContaining("run 2"),
      expect.stringContaining("run 3"),
    ]);
    expect(screenLines(state, { ...frame, rows: 4 })[0]).toContain("1 of 4 runs done");
    expect(screenLines(state, { ...frame, rows: 4 }).join()).not.toContain("run 2");
  });

  it("tells in lines which run begins and how each goes on", () => {
    const lines: string[] = [];
    const view = plainView((text) => lines.push(text), painter(false));
    let state = advance(startProgress(0), plannedOf([first]));
    const take = (event: BareEvent, at: number): void => {
      const whole = eventOf(event, at);
      state = advance(state, whole);
      view.next(whole, state);
    };
    take({ type: "started", dref: first, run: 1, runs: 3 }, 1_000);
    take({ type: "started", dref: first, run: 2, runs: 3 }, 2_000);
    take({ type: "progress", dref: first, run: 2, current: 1, total: 4 }, 3_000);
    const running = [1, 2].map((run) => ({ dref: first, name: "stage0", run, elapsedMs: 1 }));
    take({ type: "overall", settled: 0, total: 1, running }, Date.now() + 60_000);
    expect(lines.slice(0, 2)).toEqual([
      "▸ stage0  run 1 of 3 · started\n",
      "▸ stage0  run 2 of 3 · started\n",
    ]);
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(/^▸ stage0 {2}run 1 of 3 · \d.*\n$/u),
      expect.stringMatching(/^▸ stage0 {2}run 2 of 3 · \d.* · 1\/4\n$/u),
    ]);
  });

  it("says who builds what is waited for", () => {
    const state = after({ type: "waiting", dref: first, holder: { pid: 7, host: "here" } });
    expect(screenLines(state, frame)[0]).toBe("… stage0  being built by process 7 on here");
    const own = after({ type: "waiting", dref: first, holder: { pid: process.pid, host: "here" } });
    expect(screenLines(own, frame)[0]).toBe("… stage0  being built here already");
  });

  it("has for everything that ends a line that stays", () => {
    const line = (...events: readonly BareEvent[]): string[] => {
      const state = after(...events);
      return [first, second].flatMap((dref) => {
        const stage = state.stages.get(dref);
        return stage === undefined ? [] : endLines(stage, state, frame);
      });
    };
    const built = { type: "built", dref: first, rrefs: [rref], merged: [], ms: 1234 } as const;
    expect(line({ type: "reused", dref: first, rrefs: [rref] })).toEqual(["= stage0  reused"]);
    expect(line({ type: "started", dref: first }, built)).toEqual(["✓ stage0  built in 1.2 s"]);
    expect(line({ type: "started", dref: first }, { ...built, merged: [rref] })).toEqual([
      "✓ stage0  built in 1.2 s, as before",
    ]);
    expect(
      line(
        { type: "failed", dref: first, error: new Error("no room"), keptAt: "/tmp/kept" },
        { type: "cancelled", dref: second, because: first },
      ),
    ).toEqual([
      "✗ stage0  failed",
      "  no room",
      "  kept: /tmp/kept",
      "– stage1  not built, because stage0 failed",
    ]);
    expect(line({ type: "started", dref: first }, { type: "cancelled", dref: first })).toEqual([
      "– stage0  stopped after 0 ms",
    ]);
    expect(
      line({ type: "started", dref: first }, { type: "cancelled", dref: first, keptAt: "/tmp/kept" }),
    ).toEqual(["– stage0  stopped after 0 ms", "  kept: /tmp/kept"]);
    expect(line({ type: "cancelled", dref: first })).toEqual([]);
  });

  it("fits into any window", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(30),
        (columns, rows, running) => {
          let state = advance(startProgress(0), plannedOf(drefs));
          for (const dref of drefs.slice(0, running)) {
            state = advance(state, eventOf({ type: "started", dref }));
            state = advance(state, eventOf({ type: "log", dref, stream: "log", text: "word ".repeat(50) }));
          }
          const lines = screenLines(state, { ...frame, columns, rows });
          expect(lines.length).toBeLessThanOrEqual(Math.max(2, rows - 1));
          for (const line of lines) expect(columnsOf(line)).toBeLessThan(Math.max(2, columns));
        },
      ),
    );
  });
});

describe("a realization in lines", () => {
  it("is told again every half minute while something runs", () => {
    let written = "";
    const view = plainView((text) => (written += text), painter(false));
    const begun = Date.now();
    let state = startProgress(begun);
    const next = (event: RealizeEvent): void => {
      state = advance(state, event);
      view.next(event, state);
    };
    next({ ...plannedOf([first]), at: begun });
    next(eventOf({ type: "started", dref: first }, begun));
    for (let seconds = 1; seconds <= 65; seconds++) {
      const running = [{ dref: first, name: "stage0", elapsedMs: seconds * 1000 }];
      next(eventOf({ type: "overall", settled: 0, total: 1, running }, begun + seconds * 1000));
    }
    expect(written).toMatch(
      /^1 stage, 2 jobs\n▸ stage0 {2}started\n▸ stage0 {2}3\d\.\d s\n▸ stage0 {2}1 min 0\d s\n$/u,
    );
  });
});
