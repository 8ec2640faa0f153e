import { describe, expect, it } from "vitest";
import type { RealizeEvent } from "../../core/index.ts";
import type { DRef, RRef } from "../../core/ref.ts";
import {
  advance,
  newOutcomes,
  remainingMs,
  startProgress,
  summaryOf,
} from "../../magics/realization-progress.ts";
import type { RealizationProgress } from "../../magics/realization-progress.ts";
import { progressView, stepsText } from "../../magics/views/progress.ts";

const digits = `dref:${"1".repeat(32)}-digits` as DRef;
const model = `dref:${"2".repeat(32)}-model` as DRef;
const outcome = (n: number): RRef => `rref:${String(n).repeat(32)}-${"2".repeat(32)}-model` as RRef;

describe("the progress of a realization", () => {
  it("follows each stage from queued to its end", () => {
    const state = after(
      planned,
      { type: "reused", dref: digits, rrefs: [] },
      { type: "started", dref: model },
    );
    expect([...state.stages.values()].map((stage) => stage.state)).toEqual(["reused", "running"]);
    const built = advance(
      state,
      { type: "built", dref: model, rrefs: [outcome(1)], merged: [], ms: 500 },
      600,
    );
    expect(built.stages.get(model)).toMatchObject({ state: "built", spentMs: 500, runs: 1 });
  });

  it("counts the runs of a stage that is realized several times", () => {
    const run = (n: number): RealizeEvent[] => [
      { type: "started", dref: model },
      { type: "built", dref: model, rrefs: [outcome(n)], merged: n === 2 ? [outcome(n)] : [], ms: 100 },
    ];
    const state = after(
      planned,
      { type: "reused", dref: digits, rrefs: [] },
      ...run(1),
      ...run(2),
      ...run(3),
    );
    expect(summaryOf(state)).toBe("built 3, reused 1 (1 as before)");
    expect(newOutcomes(state)).toEqual([outcome(1), outcome(3)]);
    expect(state.stages.get(model)).toMatchObject({ runs: 3, spentMs: 300 });
    expect(stepsText(state)).toBe("digits reused · model built in 300 ms");
  });

  it("says that nothing was built", () => {
    const reused = after(
      planned,
      { type: "reused", dref: digits, rrefs: [] },
      { type: "reused", dref: model, rrefs: [] },
    );
    expect(summaryOf(reused)).toBe("reused, built nothing");
  });

  it("estimates what is left from the realizer's own count", () => {
    const state = after(
      planned,
      { type: "started", dref: model },
      { type: "progress", dref: model, current: 2, total: 8 },
    );
    const stage = state.stages.get(model);
    expect(stage && remainingMs(stage, 2010)).toBe(6000);
    expect(stage && remainingMs({ ...stage, progress: { current: 0, total: 8 } }, 2010)).toBeUndefined();
    expect(stage && remainingMs({ ...stage, progress: { current: 3 } }, 2010)).toBeUndefined();
  });

  it("keeps the end of a log only", () => {
    const state = after(planned, { type: "log", dref: model, stream: "stdout", text: "x\n".repeat(10_000) });
    expect(state.stages.get(model)?.log.length).toBeLessThanOrEqual(4000);
  });

  it("of a large closure shows what goes on and counts the rest", () => {
    const drefs = Array.from(
      { length: 300 },
      (_, n) => `dref:${n.toString(16).padStart(32, "0")}-s${n}` as DRef,
    );
    let state = advance(startProgress(0), { type: "planned", target: drefs[299] as DRef, drefs }, 0);
    for (const dref of drefs.slice(0, 290)) state = advance(state, { type: "reused", dref, rrefs: [] }, 0);
    state = advance(state, { type: "started", dref: drefs[295] as DRef }, 0);
    const text = String(progressView(state, 10)["text/plain"] as string);
    expect(text.split("\n").length).toBeLessThan(30);
    expect(text).toContain("300 stages: 290 reused, 9 queued, 1 running");
    expect(text).toContain("running  s295");
  });
});

const planned: RealizeEvent = { type: "planned", target: model, drefs: [digits, model] };

function after(...events: readonly RealizeEvent[]): RealizationProgress {
  return events.reduce((state, event) => advance(state, event, 10), startProgress(0));
}
