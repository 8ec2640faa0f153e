import * as fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  checkName,
  drefOf,
  isDRef,
  isHash,
  isName,
  isRRef,
  makeDRef,
  makeRRef,
  nameOf,
  parseDRef,
  parseRRef,
  shortHash,
  type DRef,
  type RRef,
} from "../../core/ref.ts";
import {
  arbitraryDRef,
  arbitraryHash,
  arbitraryName,
  arbitraryRRef,
  arbitraryText,
} from "../support/arbitraries.ts";

const hash = "0123456789abcdef0123456789abcdef";
const other = "fedcba9876543210fedcba9876543210";

describe("names", () => {
  test.each(["a", "model", "hello-2.10", "A_b+c.d-9", "-x", "_", "x".repeat(100)])("%j is one", (name) => {
    expect(isName(name)).toBe(true);
    expect(checkName(name)).toBe(name);
  });

  test.each(["", ".hidden", "..", "a b", "a/b", "ä", "a\n", "\n", "a\0", "x".repeat(101)])(
    "%j is none",
    (name) => {
      expect(isName(name)).toBe(false);
      expect(() => checkName(name)).toThrow(expect.objectContaining({ code: "invalid-name" }));
    },
  );

  test("checkName() tells an absent name from a wrong one", () => {
    expect(() => checkName(undefined)).toThrow("Cannot name a stage: it has no name");
    expect(() => checkName("a b")).toThrow('Cannot name a stage "a b": a name is 1 to 100 of');
    expect(() => checkName(7)).toThrow("Cannot name a stage a value of type number");
  });
});

describe("addresses", () => {
  test("parseDRef() takes a DRef apart", () => {
    expect(parseDRef(`dref:${hash}-hello-2.10`)).toEqual({ hash, name: "hello-2.10" });
  });

  test("parseRRef() takes an RRef apart", () => {
    expect(parseRRef(`rref:${hash}-${other}-m`)).toEqual({ hash, dhash: other, name: "m" });
  });

  test("drefOf() leads from an outcome to its derivation", () => {
    expect(drefOf(makeRRef(hash, makeDRef({ hash: other, name: "m" })))).toBe(`dref:${other}-m`);
  });

  test.each([
    "",
    hash,
    `dref:${hash}`,
    `dref:${hash}-`,
    `dref:${hash.toUpperCase()}-m`,
    `dref:${hash.slice(1)}-m`,
    `dref:${hash}-.m`,
    `dref:${hash}-m/..`,
    `dref:${hash}-m\n`,
    ` dref:${hash}-m`,
    `rref:${hash}-m`,
  ])("%j is neither a DRef nor an RRef", (text) => {
    expect(isDRef(text)).toBe(false);
    expect(isRRef(text)).toBe(false);
    expect(() => parseDRef(text)).toThrow(
      `Cannot read the derivation ${JSON.stringify(text)}: it is not of the form dref:<32 hex digits>-<name>`,
    );
    expect(() => parseRRef(text)).toThrow(expect.objectContaining({ code: "invalid-ref", data: { text } }));
  });

  test("only text is an address", () => {
    for (const value of [undefined, null, 1, {}, [`dref:${hash}-m`]]) {
      expect([isDRef(value), isRRef(value), isHash(value), isName(value)]).toEqual([
        false,
        false,
        false,
        false,
      ]);
    }
  });

  test("makeDRef() and makeRRef() refuse what could not be read back", () => {
    expect(() => makeDRef({ hash: "0", name: "m" })).toThrow(
      expect.objectContaining({ code: "invalid-ref" }),
    );
    expect(() => makeDRef({ hash, name: "" })).toThrow(expect.objectContaining({ code: "invalid-name" }));
    expect(() => makeRRef("0", makeDRef({ hash, name: "m" }))).toThrow(
      expect.objectContaining({ code: "invalid-ref" }),
    );
  });

  test("a DRef is what its parts say, and the other way round", () => {
    fc.assert(
      fc.property(arbitraryHash, arbitraryName, (someHash, name) => {
        const dref = makeDRef({ hash: someHash, name });
        expect(isDRef(dref)).toBe(true);
        expect(isRRef(dref)).toBe(false);
        expect(parseDRef(dref)).toEqual({ hash: someHash, name });
      }),
    );
  });

  test("an RRef is what its parts say, and the other way round", () => {
    fc.assert(
      fc.property(arbitraryHash, arbitraryDRef, (someHash, dref) => {
        const rref = makeRRef(someHash, dref);
        expect(isRRef(rref)).toBe(true);
        expect(isDRef(rref)).toBe(false);
        expect(drefOf(rref)).toBe(dref);
        expect(parseRRef(rref)).toEqual({
          hash: someHash,
          dhash: parseDRef(dref).hash,
          name: parseDRef(dref).name,
        });
      }),
    );
  });

  test("anything around an address makes it none", () => {
    fc.assert(
      fc.property(arbitraryRRef, arbitraryText, (rref, text) => {
        fc.pre(text !== "" && !/^[\w.+-]+$/.test(text));
        expect(isRRef(rref + text)).toBe(false);
        expect(isRRef(text + rref)).toBe(false);
      }),
    );
  });
});

test("addresses carry the type of the config that they lead to", () => {
  expectTypeOf<DRef<{ lr: number }>>().toExtend<DRef>();
  expectTypeOf<DRef>().not.toExtend<DRef<{ lr: number }>>();
  expectTypeOf<string>().not.toExtend<DRef>();
  expectTypeOf<RRef<{ lr: number }>>().toExtend<RRef>();
  expectTypeOf<RRef>().not.toExtend<DRef>();
  expectTypeOf(drefOf<{ lr: number }>).returns.toEqualTypeOf<DRef<{ lr: number }>>();
});

test("nameOf() and shortHash() take derivations and realizations", () => {
  const dref = makeDRef({ hash, name: "model" });
  const rref = makeRRef(other, dref);
  expect([dref, rref].map(nameOf)).toEqual(["model", "model"]);
  expect([dref, rref].map(shortHash)).toEqual(["01234567", "fedcba98"]);
  expect(() => shortHash("model" as DRef)).toThrow(expect.objectContaining({ code: "invalid-ref" }));
});
