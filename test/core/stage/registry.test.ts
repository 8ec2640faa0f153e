import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { derivation, instantiate, lens, realize, Registry, stage, type Stage } from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

const nothing = async (): Promise<void> => {};

describe("instantiate()", () => {
  it("puts a stage and what it depends on into the store", async () => {
    const store = freshStore();
    const words = stage({ name: "words", config: { lang: "en" }, realize: nothing });
    const closure = await instantiate(stage({ name: "count", config: { words }, realize: nothing }), {
      store,
    });
    expect(closure.derivations.map(({ name }) => name)).toEqual(["words", "count"]);
    expect(store.derivations().toSorted()).toEqual(closure.derivations.map(({ dref }) => dref).toSorted());
    expect(store.config(closure.dref)).toMatchObject({ words: lens(words).dref });
  });

  it("gives the same addresses again", async () => {
    const store = freshStore();
    const make = (): Stage => stage({ name: "words", config: { lang: "en" }, realize: nothing });
    const one = await instantiate(make(), { store });
    expect((await instantiate(make(), { store })).dref).toBe(one.dref);
    expect(store.derivations()).toHaveLength(1);
  });

  it("refuses a derivation named by address, as nobody knows what realizes it", async () => {
    const store = freshStore();
    const { dref } = await instantiate(stage({ name: "words", config: {}, realize: nothing }), { store });
    const count = instantiate(stage({ name: "count", config: { words: dref }, realize: nothing }), { store });
    await expect(count).rejects.toThrow(
      /Cannot realize "words" .*: "count" depends on it, and it has no realizer in this registry. Nest the stage itself/,
    );
    await expect(count).rejects.toMatchObject({ code: "no-realizer", data: { dref } });
  });
});

describe("a registry", () => {
  it("makes closures of derivations that name each other by address", async () => {
    const registry = new Registry({ store: freshStore() });
    const words = await derivation(registry, { name: "words", config: {}, realize: nothing });
    const count = await derivation(registry, {
      name: "count",
      config: { words, file: [words, "en.txt"] },
      realize: nothing,
    });
    await derivation(registry, { name: "other", config: {}, realize: nothing });
    const closure = registry.closure(count);
    expect(closure.derivations.map(({ name }) => name)).toEqual(["words", "count"]);
    expect(registry.drefs()).toHaveLength(3);
    const rref = await realize(closure);
    expect(lens(rref, registry).words.dref).toBe(words);
  });

  it("takes derivations whose configs hold stages", async () => {
    const registry = new Registry({ store: freshStore() });
    const words = stage({ name: "words", config: {}, realize: nothing });
    const count = await derivation(registry, { name: "count", config: { words }, realize: nothing });
    expect(registry.closure(count).derivations).toHaveLength(2);
    expect(registry.get(lens(words).dref)?.name).toBe("words");
  });

  it("is where instantiate() finds the closure of a derivation", async () => {
    const registry = new Registry({ store: freshStore() });
    const words = await derivation(registry, { name: "words", config: {}, realize: nothing });
    const closure = await instantiate(words, { registry });
    expect(closure.dref).toBe(words);
    const count = stage({ name: "count", config: { words }, realize: nothing });
    expect((await instantiate({ count }, { registry })).count.derivations).toHaveLength(2);
  });

  it("warns when a derivation gets another realizer", async () => {
    const registry = new Registry({ store: freshStore() });
    const warnings: Error[] = [];
    const note = (warning: Error): number => warnings.push(warning);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));
    const make = (realize: () => unknown): Promise<unknown> =>
      derivation(registry, { name: "words", config: {}, source: false, realize });
    const again = (): (() => unknown) => () => 1;
    await make(again());
    await make(again());
    await turn();
    expect(warnings).toEqual([]);
    await make(() => 2);
    await turn();
    expect(warnings).toMatchObject([{ name: "LightnixWarning", code: "another-realizer" }]);
    expect(warnings[0]?.message).toMatch(/The derivation "words" .* has got another realizer than before/);
  });

  it("refuses what it does not know", async () => {
    const store = freshStore();
    const dref = await derivation(new Registry({ store }), { name: "words", config: {}, realize: nothing });
    expect(() => new Registry({ store }).closure(dref)).toThrow(
      /Cannot realize "words" .*: it has no realizer in this registry/,
    );
  });
});
