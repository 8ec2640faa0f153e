import { writeFile } from "node:fs/promises";
import { describe, expect, expectTypeOf, it } from "vitest";
import { all, lens, only, realize, redefine, self, stage, type Build } from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

const original = stage({
  name: "original",
  config: { lr: 0.1, deep: { layers: 2 }, out: self("out") },
  realize: (build) => writeFile(build.path("out"), `${build.config.lr}`),
});

const contents = async (target: typeof original): Promise<string> => {
  const store = freshStore();
  return lens(await realize(target, { store }), { store }).out.contents;
};

describe("redefine()", () => {
  it("gives another config, also one made from the old one", async () => {
    expect(await contents(redefine(original, { config: { ...original.config, lr: 1 } }))).toBe("1");
    const doubled = redefine(original, { config: (old) => ({ ...old, lr: old.lr * 2 }) });
    expect(await contents(doubled)).toBe("0.2");
    expect(original.config.lr).toBe(0.1);
  });

  it("gives a config of another type", () => {
    const wider = redefine(original, { config: (old) => ({ ...old, hidden: 64 }) });
    expectTypeOf(wider.config.hidden).toEqualTypeOf<number>();
    expect(lens(wider, { store: freshStore() }).hidden.val).toBe(64);
  });

  it("gives another matcher, which changes nothing of the identity", () => {
    const store = freshStore();
    const every = redefine(original, { matcher: all() });
    expect(every.matcher.name).toBe("all()");
    expect(lens(every, { store }).dref).toBe(lens(original, { store }).dref);
  });

  it("gives another name", () => {
    expect(redefine(original, { name: "other" })).toMatchObject({
      name: "other",
      matcher: { name: only().name },
    });
  });

  it("gives another realizer, whose source counts, and not what the old one closed over", async () => {
    const store = freshStore();
    const opaque = stage({ ...original, source: false, version: "old", captured: { a: 1 } });
    const realizer = (build: Build): Promise<void> => writeFile(build.path("out"), "new");
    const changed = redefine(opaque, { realize: realizer });
    expect(await contents(changed)).toBe("new");
    expect(changed).not.toHaveProperty("version");
    expect(changed).not.toHaveProperty("captured");
    expect(lens(changed, { store }).dref).toBe(
      lens(stage({ ...original, realize: realizer }), { store }).dref,
    );
    expect(redefine(opaque, { realize: realizer, source: false, version: 2 })).toMatchObject({
      source: false,
      version: 2,
    });
  });

  it("keeps everything else", () => {
    const opaque = stage({ ...original, source: false, version: "old", captured: { a: 1 }, outs: 2 });
    expect(redefine(opaque, { name: "b" })).toMatchObject({
      source: false,
      version: "old",
      captured: { a: 1 },
      outs: 2,
    });
  });
});
