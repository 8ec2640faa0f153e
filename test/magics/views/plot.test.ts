import { describe, expect, it } from "vitest";
import { scaleFor } from "../../../magics/views/scale.ts";
import { aboutSeries, sparkHtml, sparkText, thinned } from "../../../magics/views/series.ts";

const labels = (values: readonly unknown[]): string[] => scaleFor(values).ticks.map(({ label }) => label);

describe("scaleFor()", () => {
  it("is linear, with round labels, for numbers of one size", () => {
    expect(scaleFor([0, 10])).toMatchObject({ kind: "linear" });
    expect(labels([0, 10])).toEqual(["0", "2", "4", "6", "8", "10"]);
    expect(labels([0.81, 0.93])).toEqual(["0.82", "0.84", "0.86", "0.88", "0.9", "0.92"]);
    expect(labels([-5, 5])).toContain("0");
  });

  it("is logarithmic for positive numbers that span two powers of ten", () => {
    const scale = scaleFor([1e-4, 0.05]);
    expect(scale.kind).toBe("log");
    expect(scale.ticks.map(({ label }) => label)).toEqual(["0.0001", "0.001", "0.01"]);
    const [low = 0, middle = 0, high = 0] = [1e-4, 1e-3, 1e-2].map((value) => scale.at(value));
    expect(middle - low).toBeCloseTo(high - middle);
    expect(scaleFor([0, 1000]).kind).toBe("linear");
    expect(labels([1e-12, 1e12]).length).toBeLessThan(10);
  });

  it("has a place for each name, in their order", () => {
    const scale = scaleFor(["b", "a", "b", true]);
    expect(scale.ticks.map(({ label }) => label)).toEqual(["b", "a", "true"]);
    expect(["b", "a", "true", "other"].map((name) => scale.at(name))).toEqual([1 / 6, 0.5, 5 / 6, undefined]);
  });

  it("has room for one value, and none for what is no number", () => {
    expect(scaleFor([3]).at(3)).toBeCloseTo(0.5);
    expect(scaleFor([0]).at(0)).toBeCloseTo(0.5);
    expect(scaleFor([1, 2]).at(Number.NaN)).toBeUndefined();
    expect(scaleFor([1, 1000]).at(-1)).toBeUndefined();
    expect(scaleFor([]).ticks.length).toBeGreaterThan(1);
  });
});

describe("a series", () => {
  it("is a line with a gap where a value is missing, and says its ends and extremes", () => {
    const { markup } = sparkHtml([3, 2, Number.NaN, 5, 1]);
    expect(markup.match(/M/gu)).toHaveLength(2);
    expect(markup).toContain("5 values, 3 to 1, least 1, most 5");
    expect(sparkText([3, 2, Number.NaN, 5, 1])).toBe("▅▃ █▁");
  });

  it("is thinned when it is long, its ends kept", () => {
    const long = Array.from({ length: 1000 }, (_, index) => index);
    expect(thinned(long, 3)).toEqual([0, 500, 999]);
    expect(sparkText(long)).toHaveLength(12);
    expect(sparkHtml(long).markup.length).toBeLessThan(2000);
  });

  it("does not mind when there is nothing to see", () => {
    expect(aboutSeries([3, 1, Number.NaN])).toBe("3 values, 3 to 1, least 1, most 3, NaN at last");
    expect(aboutSeries([Number.NaN])).toBe("1 values, none of them finite");
    expect(sparkHtml([Number.NaN]).markup).not.toContain("NaN ");
    expect(sparkText([2, 2])).toBe("▁▁");
  });
});
