import { describe, expect, it } from "vitest";
import type { RealizeEvent } from "../../core/index.ts";
import type { DRef, RRef } from "../../core/ref.ts";
import { eventOf, plannedOf, type BareEvent } from "./support/events.ts";
import {
  advance,
  newOutcomes,
  timeLeftMs,
  remainingOfAllMs,
  startProgress,
  summaryOf,
  waitsFor,
} from "../../magics/realization-progress.ts";
import type { RealizationProgress } from "../../magics/realization-progress.ts";
import { aboutOf } from "../../magics/views/progress-words.ts";
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
    const event = { type: "built", dref: model, rrefs: [outcome(1)], merged: [], ms: 500 } as const;
    const built = advance(state, eventOf(event, 600));
    expect(built.stages.get(model)).toMatchObject({ state: "built", spentMs: 500, runs: 1 });
  });

  it("counts the runs of a stage that is realized several times", () => {
    const run = (n: number): BareEvent[] => [
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

  it.each([
    [{ current: 2, total: 5, message: "loss 0.08", unit: "epochs" }, "2/5 epochs · loss 0.08"],
    [{ current: 2, total: 5, message: "loss 0.08" }, "2/5 · loss 0.08"],
    [{ current: 2, total: 5, message: "epoch" }, "epoch 2/5"],
    [{ current: 2, unit: "files" }, "2 files"],
  ] as const)("says of %j how far it is: %s", (progress, text) => {
    const state = after(
      planned,
      { type: "reused", dref: digits, rrefs: [] },
      { type: "started", dref: model },
      { type: "progress", dref: model, ...progress },
    );
    const stage = state.stages.get(model);
    if (stage === undefined) throw new Error("the model is not part of it");
    expect(aboutOf(stage, state, (stage.startedMs ?? 0) + 100)).toContain(text);
  });

  it("says that nothing was built", () => {
    const reused = after(
      planned,
      { type: "reused", dref: digits, rrefs: [] },
      { type: "reused", dref: model, rrefs: [] },
    );
    expect(summaryOf(reused)).toBe("reused, built nothing");
  });

  it("takes over what the events tell of what is left, and counts it down", () => {
    const state = after(
      planned,
      { type: "started", dref: model },
      { type: "progress", dref: model, current: 2, total: 8, remainingMs: 6000 },
    );
    const stage = state.stages.get(model);
    expect(stage && timeLeftMs(stage, 10)).toBe(6000);
    expect(stage && timeLeftMs(stage, 2010)).toBe(4000);
    expect(stage && timeLeftMs({ ...stage, state: "built" }, 2010)).toBeUndefined();
    const overall = after(
      planned,
      { type: "started", dref: model },
      {
        type: "overall",
        settled: 0,
        total: 2,
        running: [{ dref: model, name: "model", elapsedMs: 5, remainingMs: 700 }],
        remainingMs: 900,
      },
    );
    expect(remainingOfAllMs(overall, 110)).toBe(800);
    expect(overall.stages.get(model)).toMatchObject({ endsMs: 710 });
  });

  it("tells what a queued stage waits for, and for whose failure one was not done", () => {
    const state = after(planned);
    const stage = state.stages.get(model);
    expect(stage && waitsFor(state, stage)).toEqual(["digits"]);
    const failed = after(
      planned,
      { type: "failed", dref: digits, error: new Error("no") },
      { type: "cancelled", dref: model, because: digits },
    );
    expect(failed.stages.get(model)).toMatchObject({ state: "cancelled", because: digits });
  });

  it("passes over events of a type that it does not know", () => {
    const strange = { type: "teleported", at: 10, dref: model } as unknown as RealizeEvent;
    expect(advance(after(planned), strange).stages.get(model)).toMatchObject({ state: "queued" });
  });

  it("keeps the end of a log only", () => {
    const state = after(planned, { type: "log", dref: model, stream: "stdout", text: "x\n".repeat(10_000) });
    expect(state.stages.get(model)?.log.length).toBeLessThanOrEqual(4000);
  });

  it("follows ten thousand stages without slowing down", () => {
    const drefs = Array.from(
      { length: 10_000 },
      (_, n) => `dref:${n.toString(16).padStart(32, "0")}-s${n}` as DRef,
    );
    const events = drefs.map((dref) => eventOf({ type: "reused", dref, rrefs: [] }));
    let state = advance(startProgress(0), plannedOf(drefs));
    const begun = performance.now();
    for (const event of events) state = advance(state, event);
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(state.stages.get(drefs[9_999] as DRef)).toMatchObject({ state: "reused" });
  });

  it("of a large closure shows what goes on and counts the rest", () => {
    const drefs = Array.from(
      { length: 300 },
      (_, n) => `dref:${n.toString(16).padStart(32, "0")}-s${n}` as DRef,
    );
    let state = advance(startProgress(0), plannedOf(drefs));
    for (const dref of drefs.slice(0, 290))
      state = advance(state, eventOf({ type: "reused", dref, rrefs: [] }));
    state = advance(state, eventOf({ type: "started", dref: drefs[295] as DRef }));
    const text = String(progressView(state, 10)["text/plain"]);
    expect(text.split("\n").length).toBeLessThan(30);
    expect(text).toContain("300 stages: 290 reused, 9 queued, 1 running");
    expect(text).toContain("running  s295");
  });
});

const planned = plannedOf([digits, model], { [model]: [digits] });

function after(...events: readonly (BareEvent | RealizeEvent)[]): RealizationProgress {
  return events.reduce(
    (state, event) => advance(state, "at" in event ? event : eventOf(event, 10)),
    startProgress(0),
  );
}
