import { describe, expect, it } from "vitest";
import { boundedLog, lastLines } from "../../../magics/views/log-text.ts";

describe("boundedLog()", () => {
  it("keeps a short log as it is", () => {
    expect(boundedLog("a\nb\n")).toEqual({ text: "a\nb", about: "2 lines" });
    expect(boundedLog("")).toEqual({ text: "", about: "empty" });
  });

  it("leaves out the middle of a long one and says how much", () => {
    const { text, about } = boundedLog(
      Array.from({ length: 1000 }, (_, index) => `line ${index}`).join("\n"),
    );
    expect(about).toBe("1000 lines");
    expect(text.split("\n")).toHaveLength(401);
    expect(text).toContain("line 99\n… 600 lines left out …\nline 700\n");
    expect(text.endsWith("line 999")).toBe(true);
  });

  it("bounds lines without end, too", () => {
    expect(boundedLog("x".repeat(1_000_000)).text.length).toBeLessThan(100_000);
  });

  it("keeps of a line that was drawn again and again only the last state", () => {
    expect(boundedLog("10 %\r50 %\r100 %\ndone").text).toBe("100 %\ndone");
  });
});

describe("lastLines()", () => {
  it("gives the last lines that are not blank", () => {
    expect(lastLines("a\nb\n\nc\n", 2)).toEqual(["b", "c"]);
  });

  it("passes over what Node says of its own inside when it ends at once", () => {
    const crash = [
      "epoch 3",
      "<--- Last few GCs --->",
      "[4711:0x5595e000]     4031 ms: Mark-Compact 4048.6 (4096.1) -> 4048.6 (4096.3) MB, 16 / 0 ms",
      "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
      "----- Native stack trace -----",
      " 1: 0xd3a3c0 node::Abort() [/usr/bin/node]",
      " 2: 0x7fec1000 sharp::run() [/app/node_modules/sharp/build/sharp.node]",
      "16: 0x7fec33e5a476 ",
    ];
    expect(lastLines(crash.join("\n"), 10)).toEqual([crash[0], crash[3], crash[6]]);
  });
});
