import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { LiveDisplay } from "../../magics/live-display.ts";
import { Notebook } from "./support/notebook.ts";

describe("LiveDisplay", () => {
  it("draws at once, then at most ten times a second, and ends as it is told", async () => {
    using notebook = new Notebook();
    let count = 0;
    const live = new LiveDisplay(notebook.host, () => ({ "text/plain": String(count) }));
    for (count = 1; count <= 1000; count++) live.changed();
    count = 1000;
    await wait(150);
    live.end({ "text/plain": "end" });
    live.changed();
    await wait(150);
    const [states = []] = notebook.output.displays;
    expect(notebook.output.displays).toHaveLength(1);
    expect(states.map((state) => state["text/plain"])).toEqual(["1", "1000", "end"]);
  });

  it("draws also while nothing lets go of the thread", () => {
    using notebook = new Notebook();
    const live = new LiveDisplay(notebook.host, () => ({ "text/plain": "x" }));
    const until = Date.now() + 350;
    while (Date.now() < until) live.changed();
    live.end({ "text/plain": "end" });
    expect(notebook.output.displays[0]?.length).toBeGreaterThanOrEqual(3);
  });
});
