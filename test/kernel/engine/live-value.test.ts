import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { describeValue } from "../../../kernel/engine/live-value.ts";

const told = (value: unknown): string => {
  const { kind, preview } = describeValue(value);
  return kind === preview ? kind : `${kind}: ${preview}`;
};

describe("a live value", () => {
  it("is described by kind, size and a preview", () => {
    class Model {
      weights = [0.5];
      #hidden = 1;
      fit(): number {
        return this.#hidden;
      }
    }
    expect(told({ a: 1, "b c": ["x"], f: (n: number) => n })).toBe(
      'object with 3 keys: { a: 1, "b c": ["x"], f: function f(n) }',
    );
    expect(told(new Model())).toBe("Model: { weights: [0.5] }");
    expect(told({ inner: new Model() })).toBe("object with 1 key: { inner: Model { weights: [0.5] } }");
    expect(told(new Map([["k", { v: new Set([1]) }]]))).toBe('Map(1): { "k" => { v: Set(1) { 1 } } }');
    expect(told(Array.from({ length: 1000 }, (_, index) => index))).toBe(
      "Array(1000): [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ... 988 more]",
    );
    expect(told(new Float32Array(3))).toBe("Float32Array(3): [0, 0, 0]");
    expect(told({ a: { b: { c: { d: 1 } }, l: [[[1]]] } })).toContain("{ b: { c: {...} }, l: [[...]] }");
    // oxlint-disable-next-line no-sparse-arrays
    expect(told([1, , 3])).toBe("Array(3): [1, <empty>, 3]");
    expect(told(Object.create(null))).toBe("Object without prototype: {}");
    expect(told(Model)).toBe("class: class Model");
    expect(told("text")).toBe('string of 4 characters: "text"');
    expect(describeValue("x".repeat(5000)).preview).toMatch(/^"x{200}\.\.\. 4800 more characters"$/);
    expect([undefined, null, -0, 5n, true, Symbol("s")].map((one) => describeValue(one).preview)).toEqual([
      "undefined",
      "null",
      "-0",
      "5n",
      "true",
      "Symbol(s)",
    ]);
    expect(told(new Date(0))).toBe("Date: 1970-01-01T00:00:00.000Z");
    expect(told(new Date(Number.NaN))).toBe("Date: Invalid Date");
    expect(told(/a+/giu)).toBe("RegExp: /a+/giu");
    expect(told(new TypeError("bad"))).toBe("TypeError: TypeError: bad");
    expect(told(Promise.resolve(1))).toBe("Promise");
    expect(describeValue(Model).source).toMatch(/^class Model \{[^]*fit\(\)/);
    expect(describeValue({ fit: 1 }).source).toBeUndefined();
  });

  it("is bounded, however wide it is", () => {
    const wide = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`key${index}`, "v".repeat(300)]),
    );
    expect(describeValue(wide).preview.length).toBeLessThan(2100);
    expect(describeValue(wide).kind).toBe("object with 5000 keys");
  });

  const values = Map.prototype.entries;
  afterEach(() => {
    Map.prototype.entries = values;
  });

  it("runs nothing of its own", () => {
    const ran: string[] = [];
    const note = (what: string) => (): never => {
      ran.push(what);
      throw new Error(what);
    };
    const traps = Object.fromEntries(
      Object.getOwnPropertyNames(Reflect).map((trap) => [trap, note(`trap ${trap}`)]),
    );
    const proxy: object = new Proxy({}, traps);
    class Loud {
      get size(): number {
        return note("size")();
      }
      get [Symbol.toStringTag](): string {
        return note("tag")();
      }
      toString = note("toString");
      toJSON = note("toJSON");
      [inspect.custom] = note("inspect");
    }
    class LoudMap extends Map {
      override get size(): number {
        return note("map size")();
      }
      override entries = note("entries");
    }
    Map.prototype.entries = note("patched");
    class LoudDate extends Date {
      override toISOString = note("iso");
      override getTime = note("time");
    }
    class LoudRegExp extends RegExp {
      override get global(): boolean {
        return note("global")();
      }
      override get flags(): string {
        return note("flags")();
      }
    }
    class LoudError extends Error {
      override get message(): string {
        return note("message")();
      }
    }
    const getter = Object.defineProperty({}, "boom", { get: note("getter"), enumerable: true });
    const unnamed = Object.defineProperty(() => 1, "name", { get: note("name") });
    const all = [
      proxy,
      Object.create(proxy),
      new Loud(),
      new LoudMap(),
      new LoudDate(0),
      new LoudRegExp("a"),
      new LoudError(),
      getter,
      unnamed,
      Object.create({ constructor: proxy }),
      new Proxy(() => 1, traps),
    ];
    expect(all.map((one) => describeValue([one]).preview).every((text) => text.startsWith("["))).toBe(true);
    for (const one of all) describeValue(one);
    expect(describeValue(getter).preview).toBe("{ boom: [Getter] }");
    expect(describeValue(proxy)).toEqual({ kind: "Proxy", preview: "Proxy" });
    expect(ran).toEqual([]);
  });
});
