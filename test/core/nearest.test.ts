import { describe, expect, it } from "vitest";
import { didYouMean, editDistance, nearest } from "../../core/nearest.ts";

describe("nearest()", () => {
  it("finds the name that is a slip of the finger away", () => {
    const names = ["url", "sha256", "unpack"];
    expect(nearest("ulr", names)).toBe("url");
    expect(nearest("unpak", names)).toBe("unpack");
    expect(nearest("SHA256", names)).toBe("sha256");
  });

  it("finds nothing where nothing is near", () => {
    expect(nearest("epochs", ["url", "sha256"])).toBeUndefined();
    expect(nearest("x", [])).toBeUndefined();
  });

  it("finds what was only begun", () => {
    expect(nearest("acc", ["loss", "accuracy", "accuracy-top-5"])).toBe("accuracy");
    expect(nearest("x", ["xyz-long"])).toBeUndefined();
  });

  it("takes the nearest of several", () => {
    expect(nearest("layer", ["layers2", "layers", "lay"])).toBe("layers");
  });
});

describe("didYouMean()", () => {
  it("asks, or keeps still", () => {
    expect(didYouMean("ulr", ["url"])).toBe(' Did you mean "url"?');
    expect(didYouMean("epochs", ["url"])).toBe("");
  });
});

describe("editDistance()", () => {
  it.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "acb", 1],
    ["abc", "", 3],
    ["kitten", "sitting", 3],
  ])("from %j to %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
