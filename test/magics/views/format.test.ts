import { describe, expect, it } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatColumn,
  formatDuration,
  formatEstimate,
  formatMinute,
  formatNumber,
  shorten,
} from "../../../magics/views/format.ts";

describe("formats for people", () => {
  it("tells what is left no more exactly than a guess is", () => {
    const seconds = [
      0,
      4.9,
      5,
      11,
      55,
      56,
      80,
      125,
      3_570,
      3_590,
      5_400,
      12_000,
      86_390,
      90_000,
      190_000,
      Number.NaN,
    ];
    expect(seconds.map((one) => formatEstimate(one * 1000))).toEqual([
      "a few seconds left",
      "a few seconds left",
      "about 5 s left",
      "about 15 s left",
      "about 55 s left",
      "about 1 min left",
      "about 1 min left",
      "about 2 min left",
      "about 1 h left",
      "about 1 h left",
      "about 1 h 30 min left",
      "about 3 h 20 min left",
      "about 1 d left",
      "about 1 d 1 h left",
      "about 2 d 5 h left",
      "a few seconds left",
    ]);
  });

  it("gives sizes three digits, in steps of a thousand", () => {
    expect([0, 999, 1000, 1234, 12_345, 123_456, 999_999, 5e12].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1.00 kB",
      "1.23 kB",
      "12.3 kB",
      "123 kB",
      "1.00 MB",
      "5.00 TB",
    ]);
  });

  it("gives durations in their one or two largest units", () => {
    expect([0, 850, 12_345, 59_990, 245_000, 7_800_000, 273_600_000, Number.NaN].map(formatDuration)).toEqual(
      ["0 ms", "850 ms", "12.3 s", "1 min 00 s", "4 min 05 s", "2 h 10 min", "3 d 4 h", "?"],
    );
  });

  it("gives ages in their largest unit, and never the future", () => {
    const now = new Date("2026-03-02T12:00:00Z");
    const ago = (seconds: number): string => formatAgo(new Date(now.getTime() - seconds * 1000), now);
    expect([-100, 10, 300, 7200, 200_000, 8e6, 1e8].map(ago)).toEqual([
      "just now",
      "just now",
      "5 min ago",
      "2 h ago",
      "2 days ago",
      "3 months ago",
      "3 years ago",
    ]);
    expect(formatMinute(new Date(2026, 2, 2, 4, 5))).toBe("2026-03-02 04:05");
    expect(formatMinute(new Date("nonsense"))).toBe("?");
  });

  it("gives numbers without the noise of their last digits", () => {
    expect(
      [1, 0.1 + 0.2, 1234.5678, 1e-7, 1.5e300, -0.000123456].map((value) => formatNumber(value)),
    ).toEqual(["1", "0.3", "1234.6", "1e-7", "1.5e+300", "-0.00012346"]);
  });

  it("gives columns of numbers one number of decimals", () => {
    expect(formatColumn([0.91234567, 0.9, 0.876])).toEqual(["0.9123", "0.9000", "0.8760"]);
    expect(formatColumn([0.5, 0.25])).toEqual(["0.50", "0.25"]);
    expect(formatColumn([1, 20, 300])).toEqual(["1", "20", "300"]);
    expect(formatColumn([1234.5, 2.25])).toEqual(["1234.5", "2.3"]);
    expect(formatColumn([0.5, Number.NaN])).toEqual(["0.5", "NaN"]);
    expect(formatColumn([1e-9, 2e-9])).toEqual(["1e-9", "2e-9"]);
    expect(formatColumn([])).toEqual([]);
  });

  it("cuts texts that are too long, without cutting a character in two", () => {
    expect(shorten("abcdef", 4)).toBe("abc…");
    expect(shorten("abcd", 4)).toBe("abcd");
    expect(shorten("😀😀😀", 2)).toBe("😀…");
  });
});
