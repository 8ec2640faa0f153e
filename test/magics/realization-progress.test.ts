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

  describe("of which several runs go on at once", () => {
    const started = (run: number, at: number): RealizeEvent =>
      eventOf({ type: "started", dref: model, run, runs: 10 }, at);
    const built = (run: number, at: number): RealizeEvent =>
      eventOf({ type: "built", dref: model, run, rrefs: [outcome(run)], merged: [], ms: 1_000 }, at);
    const said = (run: number, text: string): RealizeEvent =>
      eventOf({ type: "log", dref: model, run, stream: "stdout", text }, 1_000);
    const two = (): RealizationProgress =>
      after(
        planned,
        { type: "reused", dref: digits, rrefs: [] },
        started(1, 0),
        started(2, 500),
        said(1, "loss 0.5\n"),
        said(2, "loss 0.7\n"),
        eventOf({ type: "progress", dref: model, run: 2, current: 1, total: 4, unit: "epochs" }, 1_000),
        {
          type: "overall",
          settled: 1,
          total: 2,
          running: [
            { dref: model, name: "model", run: 1, elapsedMs: 5 },
            { dref: model, name: "model", run: 2, elapsedMs: 5, remainingMs: 19_990 },
          ],
        },
      );

    it("says of each how far it is, and of the stage how many are done", () => {
      const text = String(progressView(two(), 2_000)["text/plain"]);
      const rows = text.split("\n").map((row) => row.replaceAll(/ {2,}/gu, "  ").trimEnd());
      expect(rows.slice(-3)).toEqual([
        expect.stringMatching(/^▸ running {2}model {2}22222222 {2}░{16} {2}2\.0 s · 0 of 10 runs done$/u),
        "  run 1  2.0 s",
        expect.stringMatching(/^ {2}run 2 {2}█{4}░{12} {2}1\.5 s · about 20 s left · 1\/4 epochs$/u),
      ]);
      const html = String(progressView(two(), 2_000)["text/html"]);
      for (const part of ["run 1", "loss 0.5", "run 2", "loss 0.7", "1/4 epochs"])
        expect(html).toContain(part);
    });

    it("is on its way until the last one is over, for as long as that took", () => {
      const one = advance(two(), built(1, 3_000));
      expect(one.stages.get(model)).toMatchObject({ state: "running", runs: 1 });
      const stage = one.stages.get(model);
      expect(stage && aboutOf(stage, one, 3_000)).toBe("2.5 s · about 20 s left · 1/4 epochs · run 2 of 10");
      const whole = advance(one, built(2, 4_000));
      expect(whole.stages.get(model)).toMatchObject({ state: "built", runs: 2, spentMs: 4_000, going: [] });
    });

    it("shows of a failure which run it was, and what that one printed", () => {
      const state = advance(
        two(),
        eventOf({ type: "failed", dref: model, run: 2, error: new Error("no") }, 3_000),
      );
      const text = String(progressView(state, 3_000, "failed")["text/plain"]);
      expect(text).toContain("after 3.0 s · run 2 of 10");
      expect(text).toContain("| loss 0.7");
      expect(text).not.toContain("loss 0.5");
    });

    it("has rows for some of very many", () => {
      const many = after(planned, ...Array.from({ length: 40 }, (_, n) => started(n + 1, 0)));
      const text = String(progressView(many, 2_000)["text/plain"]);
      expect(text.match(/^ +run \d+ /gmu)).toHaveLength(8);
      expect(text).toContain("and 32 more runs");
    });
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
    const msAStage = (count: number): number => {
      const drefs = Array.from(
        { length: count },
        (_, n) => `dref:${n.toString(16).padStart(32, "0")}-s${n}` as DRef,
      );
      const events = drefs.map((dref) => eventOf({ type: "reused", dref, rrefs: [] }));
      let state = advance(startProgress(0), plannedOf(drefs));
      const begun = performance.now();
      for (const event of events) state = advance(state, event);
      expect(state.stages.get(drefs.at(-1) as DRef)).toMatchObject({ state: "reused" });
      return (performance.now() - begun) / count;
    };
    // The least of some, as the machine may have been busy with something else. It would be ten times as much if each had all copied.
    const least = (count: number): number => Math.min(...[1, 2, 3].map(() => msAStage(count)));
    expect(least(10_000)).toBeLessThan(6 * least(1_000));
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
