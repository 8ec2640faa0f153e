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
});
