import { describe, expect, it } from "vitest";
import { lens, only, self, stage, type RRef, type Stage } from "../../../core/index.ts";
import { derivationsOf, describeStage, stageSource } from "../../../core/stage/describe.ts";

const realize = async (): Promise<void> => {};
const addressOf = (one: Stage): string => describeStage(one).dref;

describe("stage()", () => {
  it("makes a stage out of a name, a config and a realizer", () => {
    const words = stage({ name: "words", config: { url: "https://example.org" }, realize });
    expect(words).toMatchObject({
      kind: "stage",
      name: "words",
      config: { url: "https://example.org" },
      outs: 1,
    });
    expect(words.matcher.name).toBe("only()");
    expect(lens(words).dref).toMatch(/^dref:[0-9a-f]{32}-words$/);
  });

  it.each([undefined, null, ""])("says that the name is missing when it is %j", (name) => {
    const make = (): unknown => stage({ name: name as string, config: {}, realize });
    expect(make).toThrow(TypeError);
    expect(make).toThrow('Cannot make a stage: it has no name. Give it one, such as { name: "model" }');
  });

  it("says what a name may be", () => {
    expect(() => stage({ name: "my model", config: {}, realize })).toThrow(
      /a name is 1 to 100 of the characters/,
    );
  });

  it("says what else is missing", () => {
    expect(() => stage({ name: "a", config: undefined as never, realize })).toThrow(
      /the stage "a": it has no config/,
    );
    expect(() => stage({ name: "a", config: {}, realize: undefined as never })).toThrow(/it has no realizer/);
  });

  it("says that a matcher has to be called", () => {
    expect(() => stage({ name: "a", config: {}, realize, matcher: only as never })).toThrow(
      "its matcher is not a matcher. It is a function: call it, as in only()",
    );
    expect(() => stage({ name: "a", config: {}, realize, matcher: "latest" as never })).toThrow(
      /Use one such as only\(\)/,
    );
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %s outcomes a run", (outs) => {
    expect(() => stage({ name: "a", config: {}, realize, outs })).toThrow(RangeError);
  });

  it("names the field that is no JSON", () => {
    expect(() => stage({ name: "a", config: { layers: [{ size: Number.NaN }] }, realize })).toThrow(
      /config\.layers\[0\]\.size is NaN/,
    );
    expect(() => stage({ name: "a", config: { f: () => 1 }, realize })).toThrow(/config\.f is a function/);
    expect(() => stage({ name: "a", config: { x: undefined }, realize })).toThrow(/config\.x is undefined/);
    expect(() => stage({ name: "a", config: {}, captured: { x: 1n }, realize })).toThrow(
      /captured\.x is the bigint 1n/,
    );
  });

  it("is not changed by what happens to its config later", () => {
    const config = { lr: 0.1 };
    const one = stage({ name: "a", config, realize });
    const before = addressOf(one);
    config.lr = 0.2;
    expect(addressOf(one)).toBe(before);
  });
});

describe("the identity of a stage", () => {
  const base = { name: "a", config: { lr: 0.1, layers: [1, 2] }, realize };
  const address = addressOf(stage(base));

  it("does not depend on the order of fields, on the matcher or on the number of outcomes", () => {
    expect(addressOf(stage({ ...base, config: { layers: [1, 2], lr: 0.1 } }))).toBe(address);
    expect(addressOf(stage({ ...base, outs: 3 }))).toBe(address);
  });

  it("depends on name, config, code, version and captured values", () => {
    const others = [
      stage({ ...base, name: "b" }),
      stage({ ...base, config: { lr: 0.1, layers: [2, 1] } }),
      stage({ ...base, realize: async () => void 0 }),
      stage({ ...base, version: 1 }),
      stage({ ...base, version: "1" }),
      stage({ ...base, captured: { seed: 1 } }),
      stage({ ...base, captured: { seed: 2 } }),
      stage({ ...base, source: false }),
      stage({ ...base, source: { code: "() => 1" } }),
      stage({ ...base, source: { code: "() => 1", uses: { f: "() => 2" } } }),
    ];
    expect(new Set([address, ...others.map(addressOf)]).size).toBe(others.length + 1);
  });

  it("leaves code out with source: false", () => {
    const one = stage({ ...base, source: false });
    const two = stage({ ...base, source: false, realize: async () => void 0 });
    expect(addressOf(one)).toBe(addressOf(two));
    expect(describeStage(one).config).toEqual(base.config);
  });

  it("lets a native function be a realizer with source: false", () => {
    const native = (() => undefined).bind(undefined);
    expect(() => stage({ ...base, realize: native })).toThrow(
      /Wrap it in an arrow function, or .*source: false/,
    );
    expect(addressOf(stage({ ...base, realize: native, source: false }))).toMatch(/^dref:/);
  });

  it("is stored in fields of reserved names", () => {
    const { config } = describeStage(stage({ ...base, version: 2, captured: { seed: 7 } }));
    expect(config).toMatchObject({
      __source__: { code: expect.any(String) },
      __version__: 2,
      __captured__: { seed: 7 },
    });
  });
});

describe("copies of a stage", () => {
  const source = { code: "async (build) => train(build)", uses: { train: "function train() {}" } };
  const model = stage({
    name: "model",
    config: { hidden: 32 },
    realize,
    source,
    captured: { seed: 1 },
    outs: 2,
    version: 3,
  });

  it("keep everything that is not changed", () => {
    const copy = stage({ ...model });
    expect(addressOf(copy)).toBe(addressOf(model));
    expect(copy).toMatchObject({
      source,
      captured: { seed: 1 },
      outs: 2,
      version: 3,
      matcher: model.matcher,
    });
    expect(addressOf(stage({ ...model, config: { ...model.config, hidden: 64 } }))).not.toBe(
      addressOf(model),
    );
  });

  it("make paths into themselves", () => {
    const copy = stage({ ...model, config: { hidden: 64 } });
    expect(copy.path("weights").stage).toBe(copy);
  });

  it("with another realizer are other stages, although they carry the first one's source", () => {
    const other = stage({ ...model, realize: async () => void 0 });
    expect(addressOf(other)).not.toBe(addressOf(model));
    expect(stageSource(other)).toMatchObject({ code: source.code, uses: { realize: "async () => void 0" } });
  });

  it("made without stage() are stages too", () => {
    const copy: Stage = { ...model, config: { hidden: 64 } };
    expect(addressOf(copy)).toBe(addressOf(stage({ ...model, config: { hidden: 64 } })));
  });
});

describe("stages in configs", () => {
  const words = stage({ name: "words", config: {}, realize });

  it("become addresses, wherever they are, and paths into them ref paths", () => {
    const config = {
      words,
      deep: [{ list: [words] }],
      file: words.path("en", "all.txt"),
      own: self("out.txt"),
    };
    const { config: stored, dependencies } = describeStage(stage({ name: "count", config, realize }));
    const dref = addressOf(words);
    expect(stored).toMatchObject({
      words: dref,
      deep: [{ list: [dref] }],
      file: [dref, "en", "all.txt"],
      own: ["__self__", "out.txt"],
    });
    expect(dependencies).toEqual([dref]);
  });

  it("may be captured", () => {
    const count = stage({ name: "count", config: {}, captured: { words }, realize });
    expect(describeStage(count).dependencies).toEqual([addressOf(words)]);
  });

  it("refuse paths that lead out of the realization", () => {
    expect(() => words.path("..", "secret")).toThrow(/Cannot make the path path\("..", "secret"\)/);
  });

  it("are found when they depend on themselves", () => {
    const a: Stage = { ...words, name: "a", config: {} };
    const b = { ...words, name: "b", config: { a } };
    const c = { ...words, name: "c", config: { b } };
    Object.assign(a, { config: { c } });
    expect(() => describeStage(c)).toThrow('Cannot use stage "c": it depends on itself (c -> b -> a -> c)');
    expect(() => describeStage(a)).toThrow(expect.objectContaining({ code: "stage-cycle" }));
  });

  it("come before what depends on them, each derivation once", () => {
    const [left, right] = ["left", "right"].map((name) => stage({ name, config: { words }, realize }));
    const twin = stage({ name: "words", config: {}, realize });
    const sink = stage({ name: "sink", config: { right, left, twin }, realize });
    const names = derivationsOf(sink).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["left", "right", "sink", "words"]);
    expect(names[0]).toBe("words");
    expect(names.at(-1)).toBe("sink");
  });

  it("may be nested in thousands of storeys, also when they were made by hand", () => {
    let chain: Stage = words;
    for (let i = 0; i < 5_000; i++) chain = { ...words, name: "link", config: { chain, i } };
    expect(derivationsOf(chain)).toHaveLength(5_001);
  });
});

it("exact() in a config's place is refused: a config names no realization", () => {
  const rref = `rref:${"0".repeat(32)}-${"0".repeat(32)}-a` as RRef;
  expect(() => stage({ name: "a", config: { rref }, realize })).toThrow(/config\.rref is the realization/);
});
