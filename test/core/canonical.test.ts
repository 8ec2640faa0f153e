import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, derivationRef, derivationRefOfText } from "../../core/canonical.ts";
import type { Json } from "../../core/config.ts";
import { arbitraryConfig, arbitraryJson, arbitraryName } from "../support/arbitraries.ts";

describe("canonicalJson()", () => {
  test("sorts fields and leaves out spaces", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "ä" }], a: 0.1, B: true })).toBe(
      '{"B":true,"a":0.1,"b":[1,{"c":"ä","d":null}]}',
    );
  });

  test("keeps a field that is called __proto__", () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":2}') as Json)).toBe('{"__proto__":2,"b":1}');
  });

  test("loses nothing", () => {
    fc.assert(
      fc.property(arbitraryJson, (json) => {
        expect(JSON.parse(canonicalJson(json))).toEqual(plain(json));
      }),
    );
  });

  test("does not depend on the order of fields", () => {
    fc.assert(
      fc.property(arbitraryJson, (json) => {
        expect(canonicalJson(reversed(json))).toBe(canonicalJson(json));
      }),
    );
  });
});

describe("derivationRef()", () => {
  // These addresses are in people's stores. If one changes, all that was ever realized is lost to them.
  test.each<[string, Record<string, Json>, string]>([
    ["m", {}, "dref:d55c39c224bc697fb69ac0c83e6de7f4-m"],
    [
      "hello-2.10",
      {
        title: "grüße",
        lr: 0.1,
        out: ["__self__", "usr", "bin"],
        deps: ["dref:d55c39c224bc697fb69ac0c83e6de7f4-m"],
      },
      "dref:b414956f6ef3d9817a51b31494e11a71-hello-2.10",
    ],
  ])("has always given %s with %j the same address", (name, config, dref) => {
    expect(derivationRef(name, config)).toBe(dref);
  });

  test("is the same for equal configs, and only for those", () => {
    fc.assert(
      fc.property(arbitraryConfig, arbitraryConfig, (a, b) => {
        expect(derivationRef("m", a) === derivationRef("m", b)).toBe(canonicalJson(a) === canonicalJson(b));
        expect(derivationRef("m", reversed(a) as typeof a)).toBe(derivationRef("m", a));
      }),
    );
  });

  test("changes with any one value", () => {
    fc.assert(
      fc.property(arbitraryConfig, fc.string(), arbitraryJson, (config, field, json) => {
        fc.pre(!field.startsWith("__") && canonicalJson(config[field] ?? null) !== canonicalJson(json));
        expect(derivationRef("m", { ...config, [field]: json })).not.toBe(derivationRef("m", config));
      }),
    );
  });

  test("covers the name, also beyond its own text", () => {
    fc.assert(
      fc.property(arbitraryName, arbitraryName, arbitraryConfig, (a, b, config) => {
        fc.pre(a !== b);
        expect(derivationRef(a, config).slice(0, 37)).not.toBe(derivationRef(b, config).slice(0, 37));
      }),
    );
  });

  test("can be had from the canonical text", () => {
    expect(derivationRefOfText("m", '{"a":1}')).toBe(derivationRef("m", { a: 1 }));
  });

  test("refuses a wrong name", () => {
    expect(() => derivationRef("a b", {})).toThrow(expect.objectContaining({ code: "invalid-name" }));
  });
});

/** The same with Object.prototype, which fast-check's dictionaries may lack. */
function plain(json: Json): Json {
  return JSON.parse(JSON.stringify(json)) as Json;
}

function reversed(json: Json): Json {
  if (Array.isArray(json)) return json.map(reversed);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .toReversed()
      .map(([name, value]) => [name, reversed(value)]),
  );
}
