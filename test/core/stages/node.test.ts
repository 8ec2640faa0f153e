import { describe, expect, expectTypeOf, it } from "vitest";
import { lens, node, realize, self, type Stage } from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

describe("node()", () => {
  it("is a config and artifacts at hand: texts, bytes, JSON", async () => {
    const store = freshStore();
    const labels = node({
      name: "labels",
      config: { lang: "en", list: self("labels.json"), text: self("deep", "a.txt"), bytes: self("b.bin") },
      artifacts: { "labels.json": ["a", { b: 1 }], "deep/a.txt": "text", "b.bin": Buffer.from("bytes") },
    });
    const at = lens(await realize(labels, { store }), { store });
    expect(at.lang.val).toBe("en");
    expect(at.list.json).toEqual(["a", { b: 1 }]);
    expect(at.text.contents).toBe("text");
    expect(at.bytes.contents).toBe("bytes");
  });

  it("needs no config", async () => {
    const store = freshStore();
    const bare = node({ name: "bare", artifacts: { a: "" } });
    expectTypeOf(bare).toExtend<Stage>();
    expect(lens(await realize(bare, { store }), { store }).val).toEqual({});
  });

  it("is known by config, contents and paths, and not by the order of anything", () => {
    const store = freshStore();
    const dref = (artifacts: Record<string, string | { a?: number; b?: number }>): string =>
      lens(node({ name: "n", artifacts }), { store }).dref;
    expect(dref({ x: { a: 1, b: 2 }, y: "" })).toBe(dref({ y: "", x: { b: 2, a: 1 } }));
    expect(dref({ x: "a" })).not.toBe(dref({ x: "b" }));
    expect(dref({ x: "a" })).not.toBe(dref({ y: "a" }));
  });

  it("keeps what it was given, whatever happens to that", async () => {
    const store = freshStore();
    const bytes = Buffer.from("before");
    const made = node({ name: "n", config: { x: self("x") }, artifacts: { x: bytes } });
    bytes.write("after!");
    expect(lens(await realize(made, { store }), { store }).x.contents).toBe("before");
  });

  it("refuses paths that lead out or are the store's, and what is no content", () => {
    const make =
      (path: string, content: unknown = ""): (() => unknown) =>
      () =>
        node({ name: "n", artifacts: { [path]: content as string } });
    expect(make("../x")).toThrow(/leads elsewhere/);
    expect(make("context.json")).toThrow(/is reserved/);
    expect(make("x", () => 1)).toThrow(
      'Cannot make the artifact "x": it is neither a text nor bytes nor JSON',
    );
  });
});
