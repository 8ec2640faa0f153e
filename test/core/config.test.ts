import { createContext, runInContext } from "node:vm";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkConfig,
  configDependencies,
  configSelfPaths,
  isJsonObject,
  isStage,
  isStagePath,
  type StageLike,
  type StagePath,
} from "../../core/config.ts";
import { canonicalJson } from "../../core/canonical.ts";
import { self } from "../../core/path.ts";
import { makeDRef, makeRRef } from "../../core/ref.ts";
import { arbitraryConfig } from "../support/arbitraries.ts";

const dref = makeDRef({ hash: "0123456789abcdef0123456789abcdef", name: "data" });
const later = makeDRef({ hash: "fedcba9876543210fedcba9876543210", name: "more" });
const rref = makeRRef("fedcba9876543210fedcba9876543210", dref);
const stage: StageLike = { kind: "stage", name: "data", config: {}, realize: () => undefined };
const stagePath: StagePath = { kind: "stage-path", stage, segments: ["labels"] };

const loop: Record<string, unknown> = {};
loop["again"] = [loop];
class Layer {
  lr = 0.1;
}
class Layers extends Array {}
const hidden = Object.defineProperty({}, "secret", { value: 1, enumerable: false });
const annotated = Object.assign([1, 2], { note: "x" });
const deep: unknown = JSON.parse(`${"[".repeat(600)}${"]".repeat(600)}`);

describe("checkConfig()", () => {
  test("returns JSON as it is, as a copy", () => {
    const config = {
      lr: 0.1,
      layers: [{ size: 3, bias: true, init: null }],
      empty: {},
      none: [],
      "a b": "ü😀",
    };
    const checked = checkConfig(config);
    expect(checked).toEqual(config);
    expect(checked).not.toBe(config);
    expect(checked["layers"]).not.toBe(config.layers);
  });

  test("leaves any JSON alone", () => {
    fc.assert(
      fc.property(arbitraryConfig, (config) => {
        expect(canonicalJson(checkConfig(config))).toBe(canonicalJson(config));
        expect(canonicalJson(checkConfig(JSON.parse(JSON.stringify(config))))).toBe(canonicalJson(config));
      }),
    );
  });

  test.each<[what: string, value: unknown, message: string]>([
    ["undefined", undefined, "config.layers[2].lr is undefined; leave the field out, or say null"],
    ["a function", () => 1, "config.layers[2].lr is a function"],
    ["a class", Layer, "config.layers[2].lr is a function"],
    ["a symbol", Symbol("s"), "config.layers[2].lr is a symbol"],
    ["a bigint", 7n, "config.layers[2].lr is the bigint 7n"],
    ["NaN", Number.NaN, "config.layers[2].lr is NaN"],
    ["Infinity", Number.POSITIVE_INFINITY, "config.layers[2].lr is Infinity"],
    ["-Infinity", Number.NEGATIVE_INFINITY, "config.layers[2].lr is -Infinity"],
    ["-0", -0, "config.layers[2].lr is -0, which JSON turns into 0"],
    ["half a surrogate pair", "a\uD800", "config.layers[2].lr has half of a surrogate pair in it"],
    ["half a pair in a name", { "\uDC00": 1 }, "has half of a surrogate pair in its name"],
    [
      "a Date",
      new Date(0),
      "config.layers[2].lr is an instance of Date; JSON has no dates: say date.toISOString()",
    ],
    [
      "a Map",
      new Map(),
      "config.layers[2].lr is an instance of Map; JSON keeps plain objects only: say Object.fromEntries(map)",
    ],
    [
      "a Set",
      new Set(),
      "config.layers[2].lr is an instance of Set; JSON keeps plain arrays only: say [...set]",
    ],
    ["a RegExp", /x/, "config.layers[2].lr is an instance of RegExp"],
    ["a Buffer", Buffer.from("x"), "config.layers[2].lr is an instance of Buffer"],
    [
      "a typed array",
      new Float32Array(2),
      "config.layers[2].lr is an instance of Float32Array; JSON keeps plain arrays only: say Array.from(numbers) for a few",
    ],
    ["a promise", Promise.resolve(1), "config.layers[2].lr is an instance of Promise; await it first"],
    ["a URL", new URL("http://localhost"), "config.layers[2].lr is an instance of URL"],
    ["a boxed number", Object(1), "config.layers[2].lr is an instance of Number"],
    [
      "an instance of a class",
      new Layer(),
      "config.layers[2].lr is an instance of Layer; JSON keeps plain objects only: give its parts as fields",
    ],
    ["an instance of a kind of array", new Layers(), "config.layers[2].lr is an instance of Layers"],
    ["an object with hidden fields", hidden, "config.layers[2].lr.secret is a hidden field"],
    [
      "a field named by a symbol",
      { [Symbol("s")]: 1 },
      "config.layers[2].lr[Symbol(s)] is a field named by a symbol",
    ],
    // oxlint-disable-next-line no-sparse-arrays
    ["a sparse array", [1, , 3], "config.layers[2].lr[1] is missing: the array has holes"],
    ["an array with properties", annotated, "config.layers[2].lr.note is a property of an array"],
    ["a cycle", loop, "config.layers[2].lr.again[0] contains itself"],
    ["too deep a nesting", deep, "is nested more than 500 levels deep"],
    [
      "a realization",
      rref,
      `config.layers[2].lr is the realization ${rref}; a config names what it depends on by stage`,
    ],
    ["a stage where none can be", stage, "config.layers[2].lr is a stage"],
    ["a reserved field", { __source__: 1 }, "config.layers[2].lr.__source__ has a reserved name"],
    [
      "a field called __proto__",
      JSON.parse('{"__proto__":{}}'),
      "config.layers[2].lr.__proto__ has a reserved name",
    ],
    [
      "a self path that leads out",
      ["__self__", "..", "x"],
      'is a path of which the segment ".." leads elsewhere',
    ],
    ["a self path to a reserved name", ["__self__", "__log__.txt"], "is a path of which the name"],
    ["a self path without segments", ["__self__"], "is not a self path, although it starts like one"],
    ["a self path with a number", ["__self__", 1], "is not a self path, although it starts like one"],
    ["a ref path that leads out", [dref, "a/../.."], "contains a slash"],
  ])("refuses %s, with the path of the field", (_, value, message) => {
    const config = { layers: [1, 2, { lr: value }] };
    expect(() => checkConfig(config)).toThrow(`Cannot use this config: config.layers[2].lr`);
    expect(() => checkConfig(config)).toThrow(message);
    expect(() => checkConfig(config)).toThrow(expect.objectContaining({ code: "invalid-config" }));
  });

  test("tells the path for programs, too, and quotes names that need it", () => {
    expect(() => checkConfig({ "a b": { "0": [undefined] } })).toThrow(
      expect.objectContaining({ data: { path: 'config["a b"]["0"][0]' } }),
    );
  });

  test("speaks of the config under the title that it was given", () => {
    expect(() => checkConfig({ a: undefined }, { title: "captured" })).toThrow(
      'Cannot use "captured" as a config: captured.a is undefined',
    );
  });

  test.each([undefined, null, 1, "text", [], [1], () => 1, stage])("refuses %o as a whole", (value) => {
    expect(() => checkConfig(value, { stage: () => dref })).toThrow(
      expect.objectContaining({ code: "invalid-config" }),
    );
  });

  test("takes objects without a prototype and objects of another realm", () => {
    const foreign: unknown = runInContext("({ a: [1, { b: 2 }] })", createContext());
    expect(checkConfig({ foreign, bare: Object.assign(Object.create(null), { c: 3 }) })).toEqual({
      foreign: { a: [1, { b: 2 }] },
      bare: { c: 3 },
    });
  });

  test("still knows another realm's Date and Map for what they are", () => {
    const foreign = runInContext(
      "[new Date(0), new Map(), new (class extends Array {})()]",
      createContext(),
    ) as unknown[];
    for (const value of foreign)
      expect(() => checkConfig({ value })).toThrow("config.value is an instance of");
  });

  test("reads every field once, so that nothing can change between check and copy", () => {
    let reads = 0;
    const config = { get lr() { return reads++ === 0 ? 1 : Number.NaN; } }; // prettier-ignore
    expect(checkConfig(config)).toEqual({ lr: 1 });
  });

  test("takes the same object twice, where it is not inside itself", () => {
    const shared = { a: 1 };
    expect(checkConfig({ x: shared, y: [shared] })).toEqual({ x: { a: 1 }, y: [{ a: 1 }] });
  });

  test("puts in the place of stages and their paths what it is told", () => {
    const seen: string[] = [];
    const replace = (found: StageLike | StagePath, where: string): string | string[] => {
      seen.push(where);
      return found.kind === "stage" ? dref : [dref, ...found.segments];
    };
    const config = { data: stage, all: [stage, { labels: stagePath }] };
    expect(checkConfig(config, { stage: replace })).toEqual({
      data: dref,
      all: [dref, { labels: [dref, "labels"] }],
    });
    expect(seen).toEqual(["config.data", "config.all[0]", "config.all[1].labels"]);
  });

  test("takes plain data that has a kind for plain data", () => {
    const config = { a: { kind: "stage", name: "x" }, b: { kind: "stage-path", stage: 1 } };
    expect(checkConfig(config)).toEqual(config);
    expect([isStage(config.a), isStagePath(config.b)]).toEqual([false, false]);
    expect([isStage(stage), isStagePath(stagePath), isStage(stagePath)]).toEqual([true, true, false]);
  });

  test("takes self paths, ref paths and lists of derivations", () => {
    const config = {
      model: self("model"),
      labels: [dref, "labels"],
      all: [dref, later],
      one: [dref],
      mixed: [dref, 1],
    };
    expect(checkConfig(config)).toEqual(config);
  });

  test("lets reserved fields of the top level through for core itself", () => {
    const config = { __source__: "abc", __version__: 2, lr: 1 };
    expect(checkConfig(config, { reserved: true })).toEqual(config);
    expect(() => checkConfig({ deep: { __source__: 1 } }, { reserved: true })).toThrow(
      "config.deep.__source__",
    );
    expect(() => checkConfig(JSON.parse('{"__proto__":1}'), { reserved: true })).toThrow("config.__proto__");
  });
});

describe("what a stored config names", () => {
  test("configDependencies() finds derivations at any depth, sorted, each once", () => {
    const config = { z: [later, { y: [dref, "labels"] }], x: dref, text: `see ${dref}` };
    expect(configDependencies(config)).toEqual([dref, later]);
    expect(configDependencies({})).toEqual([]);
  });

  test("configSelfPaths() finds self paths at any depth", () => {
    expect(configSelfPaths({ a: [self("x"), { b: self("y", "z") }], c: ["__other__", "x"] })).toEqual([
      ["__self__", "x"],
      ["__self__", "y", "z"],
    ]);
  });

  test("isJsonObject() tells objects from everything else", () => {
    expect([{}, { a: 1 }].map(isJsonObject)).toEqual([true, true]);
    expect([[], null, 1, "x", undefined].map(isJsonObject)).toEqual([false, false, false, false, false]);
  });
});
