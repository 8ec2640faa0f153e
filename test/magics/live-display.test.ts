import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveDisplay } from "../../magics/live-display.ts";
import { Notebook } from "./support/notebook.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("LiveDisplay", () => {
  it("draws at once, then at most ten times a second, and ends as it is told", () => {
    using notebook = new Notebook();
    let count = 0;
    const live = new LiveDisplay(notebook.host, () => ({ "text/plain": String(count) }));
    for (count = 1; count <= 1000; count++) live.changed();
    count = 1000;
    vi.advanceTimersByTime(150);
    live.end({ "text/plain": "end" });
    live.changed();
    vi.advanceTimersByTime(150);
    const [states = []] = notebook.output.displays;
    expect(notebook.output.displays).toHaveLength(1);
    expect(states.map((state) => state["text/plain"])).toEqual(["1", "1000", "end"]);
  });

  it("draws also while nothing lets go of the thread", () => {
    using notebook = new Notebook();
    const live = new LiveDisplay(notebook.host, () => ({ "text/plain": "x" }));
    const begun = Date.now();
    for (let ms = 0; ms < 350; ms++) {
      // The time goes on, and no timer comes.
      vi.setSystemTime(begun + ms);
      live.changed();
    }
    live.end({ "text/plain": "end" });
    expect(notebook.output.displays[0]?.map((state) => state["text/plain"])).toEqual([
      "x",
      "x",
      "x",
      "x",
      "end",
    ]);
  });
});
