import { describe, expect, it } from "vitest";
import { jsonHtml, jsonRows } from "../../../magics/views/config.ts";

const epochs = Array.from({ length: 100 }, (_, index) => 1 / (index + 1.5));

describe("jsonHtml()", () => {
  it("draws a series of numbers as a line with its first and last values", () => {
    const shown = jsonHtml({ loss: epochs }).markup;
    expect(shown).toContain("<svg");
    expect(shown.replaceAll(/<[^>]*>|\s+/gu, " ")).toMatch(
      /0\.6667, 0\.4, 0\.2857, …, 0\.01015, 0\.01005, 0\.00995 +100 values/u,
    );
  });

  it("shows all of a short one, and leaves alone one that fits on a line as it is", () => {
    const shown = jsonHtml([1, 2, 3, 4, 5].map((value) => value / 3.0001)).markup;
    expect(shown).toContain("<svg");
    expect(shown).toContain("0.3333, 0.6666, 1, 1.333, 1.667");
    expect(jsonHtml([784, 128, 10]).markup).not.toContain("<svg");
  });

  it("shows an array with anything else in it field by field", () => {
    expect(jsonHtml([...epochs, "end"]).markup).not.toContain("<svg");
  });
});

describe("jsonRows()", () => {
  it("counts a series as one row", () => {
    expect(jsonRows({ accuracy: 0.9, history: { loss: epochs, accuracy: epochs } })).toBe(3);
    expect(jsonRows(epochs.map((value) => ({ value, twice: "x".repeat(100) })))).toBe(200);
  });
});
