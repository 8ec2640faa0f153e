import { describe, expect, test } from "vitest";
import { checkSegments, isRefPath, isSelfPath, pathSegments, self } from "../../core/path.ts";
import { makeDRef } from "../../core/ref.ts";

const dref = makeDRef({ hash: "0123456789abcdef0123456789abcdef", name: "data" });

describe("self()", () => {
  test("makes a path of segments, which nobody can change", () => {
    const path = self("usr", "bin", "hello");
    expect(path).toEqual(["__self__", "usr", "bin", "hello"]);
    expect(Object.isFrozen(path)).toBe(true);
    expect(isSelfPath(path)).toBe(true);
    expect(pathSegments(path)).toEqual(["usr", "bin", "hello"]);
  });

  test("takes names of any kind", () => {
    expect(pathSegments(self("..a", "ü", "a b", "-", "sub", "__log__", "context.json"))).toHaveLength(7);
  });

  test.each<[segments: string[], message: string]>([
    [[""], 'Cannot make the path self(""): the segment "" is empty'],
    [["a", ""], 'the segment "" is empty'],
    [["."], 'the segment "." leads elsewhere'],
    [["a", "..", "b"], 'the segment ".." leads elsewhere'],
    [["/etc/passwd"], "contains a slash: give each folder as a segment of its own"],
    [["a/b"], "contains a slash"],
    [["a\0b"], "contains NUL"],
    [["\uD800"], "has half of a surrogate pair in it"],
    [["x".repeat(256)], "is longer than 255 bytes"],
    [["__log__.txt"], "is reserved, as it starts with __"],
    [["__x", "a"], "is reserved, as it starts with __"],
    [["context.json"], 'the name "context.json" is reserved for the store'],
  ])("refuses %j", (segments, message) => {
    const [first = "", ...rest] = segments;
    expect(() => self(first, ...rest)).toThrow(message);
    expect(() => self(first, ...rest)).toThrow(expect.objectContaining({ code: "invalid-path" }));
  });

  test("refuses what is no text, or nothing at all", () => {
    expect(() => self(1 as unknown as string)).toThrow("the segment 1 is not a text");
    expect(() => (self as () => unknown)()).toThrow("the segment undefined is not a text");
  });
});

describe("paths into dependencies", () => {
  test("checkSegments() takes what self() takes, and reserved names besides", () => {
    expect(checkSegments(["__log__.txt"])).toEqual(["__log__.txt"]);
    expect(() => checkSegments(["a", ".."])).toThrow(
      'Cannot make the path path("a", ".."): the segment ".." leads',
    );
    expect(() => checkSegments([])).toThrow("there are no segments");
  });

  test("isRefPath() tells a path from a list of derivations", () => {
    expect(isRefPath([dref, "a"])).toBe(true);
    expect(isRefPath([dref, "a", "b"])).toBe(true);
    for (const value of [[dref], [dref, dref], [dref, "a", dref], [dref, 1], ["a", "b"], [], dref, null]) {
      expect(isRefPath(value)).toBe(false);
    }
  });

  test("isSelfPath() tells a self path from other arrays", () => {
    for (const value of [["__self__"], ["__self__", 1], ["a", "__self__"], "__self__", null]) {
      expect(isSelfPath(value)).toBe(false);
    }
  });
});
