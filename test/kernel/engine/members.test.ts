import { describe, expect, it } from "vitest";
import { membersOf, valueAt } from "../../../kernel/engine/members.ts";

const names = (value: unknown): string[] => membersOf(value).map(({ name }) => name);

describe("the members of a live value", () => {
  it("are its own and what it inherits, nearest first", () => {
    class Base {
      inherited(): void {}
    }
    class Derived extends Base {
      own = 1;
      static made = 1;
      override inherited(): void {}
    }
    expect(names(new Derived()).slice(0, 3)).toEqual(["own", "constructor", "inherited"]);
    expect(names(new Derived())).toContain("hasOwnProperty");
    expect(membersOf({ C: Derived, f: () => 1, n: 1 }).slice(0, 3)).toEqual([
      { name: "C", type: "class" },
      { name: "f", type: "function" },
      { name: "n", type: "property" },
    ]);
    expect(names("text")).toContain("toUpperCase");
    expect(names(3n)).toContain("toLocaleString");
    expect(names(undefined)).toEqual([]);
    expect(names(Object.create(null))).toEqual([]);
  });

  it("are told without running a getter, a trap or a call", () => {
    const ran: string[] = [];
    const traps = Object.fromEntries(
      Object.getOwnPropertyNames(Reflect).map((trap) => [trap, () => ran.push(trap)]),
    );
    const proxy = new Proxy({ hidden: 1 }, traps);
    const value = {
      get getter() {
        return ran.push("getter");
      },
      proxy,
    };
    expect(names(value).slice(0, 2)).toEqual(["getter", "proxy"]);
    expect(names(proxy)).toEqual([]);
    expect(names(Object.create(proxy))).toEqual([]);
    expect(valueAt(value, ["getter"])).toBeUndefined();
    expect(valueAt(value, ["proxy", "hidden"])).toBeUndefined();
    expect(ran).toEqual([]);
  });

  it("are not the elements of lists, however long these are", () => {
    expect(names(["a", "b"])[0]).toBe("length");
    expect(names(new Float64Array(10_000_000))).toContain("subarray");
    expect(names(Array.from({ length: 100_000 }, () => 0))).toEqual(names([]));
  });

  it("are found along a path", () => {
    const value = { rows: [{ "a b": { deep: 1 } }] };
    expect(valueAt(value, ["rows", "0", "a b"])).toEqual({ value: { deep: 1 } });
    expect(valueAt(value, ["rows", "1"])).toBeUndefined();
    expect(valueAt(value, ["rows", "length"])).toEqual({ value: 1 });
    expect(valueAt(undefined, ["a"])).toBeUndefined();
  });
});
