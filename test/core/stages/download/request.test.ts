import { describe, expect, it } from "vitest";
import { redirectTarget } from "../../../../core/stages/download/request.ts";

const lead = (from: string, location: string): string => redirectTarget(new URL(from), location).href;

describe("redirectTarget()", () => {
  it("goes from http to https, and within either", () => {
    expect(lead("http://a.org/x", "https://b.org/y")).toBe("https://b.org/y");
    expect(lead("https://a.org/x/", "../y?z")).toBe("https://a.org/y?z");
  });

  it("never goes from https to http", () => {
    expect(() => lead("https://a.org/x", "http://a.org/x")).toThrow(
      'Cannot download "https://a.org/x": it redirects to http://a.org/x, from https: to http:',
    );
  });

  it("refuses what is no URL", () => {
    expect(() => lead("https://a.org/x", "https://")).toThrow(
      /it redirects to "https:\/\/", which is no URL/,
    );
  });
});
