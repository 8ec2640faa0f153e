import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { outputPath } from "../../../core/stage/output-path.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lightnix-output-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("outputPath()", () => {
  it("is a path below the output folder, with its parents made", () => {
    const out = join(folder, "out");
    outputPath(folder, ["out", "x"]);
    expect(outputPath(out, ["usr", "bin", "hello"])).toBe(join(out, "usr", "bin", "hello"));
    expect(existsSync(join(out, "usr", "bin"))).toBe(true);
    expect(existsSync(join(out, "usr", "bin", "hello"))).toBe(false);
  });

  it("is the output folder itself without segments", () => {
    expect(outputPath(folder, [])).toBe(folder);
  });

  it("takes names that only look like a way out", () => {
    expect(outputPath(folder, ["..a"])).toBe(join(folder, "..a"));
    expect(outputPath(folder, ["a", "..", "b"])).toBe(join(folder, "b"));
  });

  it.each([[["..", "x"]], [["a", "..", "..", "x"]], [["/etc/passwd"]], [[".."]]])(
    "refuses %j",
    (segments) => {
      expect(() => outputPath(folder, segments)).toThrow(/Cannot make the path .* not in the output folder/);
      expect(() => outputPath(folder, segments)).toThrow(expect.objectContaining({ code: "outside-output" }));
    },
  );

  it("refuses the way out by a link, and makes nothing there", () => {
    const out = outputPath(folder, ["out", "in"]);
    const inner = join(folder, "out");
    symlinkSync(tmpdir(), join(inner, "link"));
    expect(out.startsWith(inner)).toBe(true);
    expect(() => outputPath(inner, ["link", "lightnix-escaped", "file"])).toThrow(/not in the output folder/);
    expect(existsSync(join(tmpdir(), "lightnix-escaped"))).toBe(false);
  });
});
