import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CurrentOutput } from "../../../kernel/display/current-output.ts";
import { createDisplay, isDisplayHandle } from "../../../kernel/display/display.ts";
import type { Display } from "../../../kernel/display/display.ts";
import { progressBundle } from "../../../kernel/display/progress.ts";
import type { ProgressState } from "../../../kernel/display/progress.ts";

const state = (given: Partial<ProgressState>): ProgressState => ({
  label: "",
  current: 0,
  total: 4,
  note: "",
  elapsedMs: 0,
  isOver: false,
  ...given,
});

describe("progressBundle()", () => {
  it.each([
    [{}, "░░░░░░░░░░░░░░░░░░░░░░░░  0 of 4"],
    [
      { label: "epochs", current: 1, elapsedMs: 2000, note: "loss 0.5" },
      "epochs  ██████░░░░░░░░░░░░░░░░░░  1 of 4  6.0 s left  loss 0.5",
    ],
    [{ current: 1, elapsedMs: 50_000 }, "██████░░░░░░░░░░░░░░░░░░  1 of 4  2 min 30 s left"],
    [{ current: 4, elapsedMs: 7_260_000, isOver: true }, "████████████████████████  4 of 4  in 2 h 1 min"],
    [{ current: 2, elapsedMs: 12_400, isOver: true }, "████████████░░░░░░░░░░░░  2 of 4  stopped after 12 s"],
    [{ current: 9, total: undefined }, "9"],
    [{ total: 0, isOver: true }, "0 of 0  in 0.0 s"],
  ])("writes %j", (given, text) => {
    expect(progressBundle(state(given))["text/plain"]).toBe(text);
  });

  it("has a bar of the browser's own in HTML, and texts escaped", () => {
    expect(progressBundle(state({ label: "<i>", current: 1, note: "<b>" }))["text/html"]).toBe(
      '<div>&lt;i&gt;  <progress value="1" max="4"></progress> 1 of 4 · 0.0 s left · &lt;b&gt;</div>',
    );
  });
});

describe("display.progress()", () => {
  let shown: string[];
  let display: Display;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
    shown = [];
    const current = new CurrentOutput();
    display = createDisplay(current);
    const output = {
      stream: () => undefined,
      display: ({ bundle }: { bundle: Record<string, unknown> }) =>
        void shown.push(String(bundle["text/plain"])),
      clear: () => undefined,
    };
    current.run(output, () => undefined);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("counts to a number, and is drawn when there is time for it and at the end", () => {
    const seen: number[] = [];
    for (const epoch of display.progress(3)) {
      seen.push(epoch);
      vi.advanceTimersByTime(epoch === 0 ? 100 : 1);
    }
    expect(seen).toEqual([0, 1, 2]);
    expect(shown.map((text) => text.slice(26))).toEqual(["0 of 3", "1 of 3  0.2 s left", "3 of 3  in 0.1 s"]);
  });

  it("goes through items, and says when the loop was left", () => {
    const bar = display.progress(["a", "b", "c"], { label: "files" });
    for (const file of bar) {
      if (file === "b") break;
      expect(file.toUpperCase()).toBe("A");
    }
    expect(bar.current).toBe(1);
    expect(shown.at(-1)).toBe("files  ████████░░░░░░░░░░░░░░░░  1 of 3  stopped after 0.0 s");
    expect(isDisplayHandle(bar)).toBe(true);
  });

  it("knows a size, is told a total, or has none", () => {
    display.progress(new Set([1, 2]));
    display.progress(
      (function* () {
        yield 1;
      })(),
      { total: 9 },
    );
    for (const _ of display.progress([1][Symbol.iterator]())) vi.advanceTimersByTime(60);
    expect(shown.map((text) => text.replace(/^[█░]+ +/u, ""))).toEqual([
      "0 of 2",
      "0 of 9",
      "0",
      "1",
      "1  in 0.1 s",
    ]);
  });

  it("is moved by hand, with a note", () => {
    const bar = display.progress(10);
    vi.advanceTimersByTime(1000);
    bar.set(5);
    vi.advanceTimersByTime(60);
    bar.note("half");
    bar.set(10);
    expect(shown.map((text) => text.slice(26))).toEqual([
      "0 of 10",
      "5 of 10  1.0 s left",
      "5 of 10  1.1 s left  half",
      "10 of 10  in 1.1 s  half",
    ]);
  });
});
