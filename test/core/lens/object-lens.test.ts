import { writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import { errorCode, lens, realize, self, stage } from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

const data = stage({
  name: "data",
  config: { lang: "en", out: self("out.json") },
  realize: (build) => writeFile(build.path("out.json"), "[1]"),
});

describe("a lens on a plain object", () => {
  it("reads the values in it", () => {
    const object = { model: { layers: [1, 2], name: "m" }, val: 7 };
    const at = lens(object);
    expect(at.val).toBe(object);
    expect(at.model.name.val).toBe("m");
    expect(at.model.layers[1]?.val).toBe(2);
    expect(at.get("val").val).toBe(7);
    expectTypeOf(at.model.name.val).toEqualTypeOf<string>();
    expect(lens([{ a: 1 }])[0]?.a.val).toBe(1);
  });

  it("assigns values, also new ones", () => {
    const object: { model: { lr: number; depth?: number } } = { model: { lr: 1 } };
    lens(object).model.lr.val = 2;
    lens(object).model.depth.val = 3;
    const { lr } = lens(object).model;
    object.model.lr = 5;
    expect(lr.val).toBe(5);
    lens(object).model.val = { lr: 9 };
    expect(object).toEqual({ model: { lr: 9 } });
    lens(object).get("model").get("lr").val = 4;
    expect(object.model.lr).toBe(4);
  });

  it("goes on into stages, realizations and paths", async () => {
    const store = freshStore();
    const rref = await realize(data, { store });
    const object = { data, made: rref, place: data.path("sub"), deep: { stages: [data] } };
    const at = lens(object, { store });
    expect(at.data.lang.val).toBe("en");
    expect(at.made.out.json).toEqual([1]);
    expect(at.place.refpath).toEqual([lens(data, { store }).dref, "sub"]);
    expect(at.deep.stages[0]?.dref).toBe(lens(data, { store }).dref);
    const stored = lens({ place: [lens(data, { store }).dref, "sub"] }, { store });
    expect(stored.get("place")).toHaveProperty("refpath");
  });

  it("says what is not there", () => {
    const object = { model: { rate: 1 } } as { model: { rate: number; lr?: number } };
    const at = lens(object);
    expect(at.model.lr.optval).toBeUndefined();
    expect(() => at.model.get("rat" as "rate").val).toThrow(
      'Cannot follow lens(object).model.rat: lens(object).model has no field "rat", only: rate. Did you mean "rate"?',
    );
    expect(() => (at.model.rate as unknown as { syspath: string }).syspath).toThrow(
      /Cannot read lens\(object\).model.rate.syspath: it is a value in an object of your own/,
    );
    const missing = lens(object as object as { none: { deeper: number } }).none.deeper;
    expect(() => (missing.val = 1)).toThrow(/lens\(object\) has no field "none"/);
  });

  it("is assigned to by val only, and not at the start", () => {
    const object = { lr: 1 };
    expect(() => ((lens(object) as { lr: unknown }).lr = 2)).toThrow(/as in lens\(object\).lr.val = 1/);
    expect(() => delete (lens(object) as { lr?: unknown }).lr).toThrow(/Cannot assign to a lens/);
    expect(() => (lens(object).val = { lr: 2 })).toThrow(/it is the object itself. Assign to its fields/);
    expect(object).toEqual({ lr: 1 });
  });

  it("does not reach what the object only inherits, nor change prototypes", () => {
    const object: Record<string, unknown> = {};
    lens(object).get("__proto__").val = { polluted: true };
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(lens(object).get("hasOwnProperty").optval).toBeUndefined();
  });

  it("shows where it points, lists its fields, and survives await and JSON", async () => {
    const at = lens({ a: { b: 1 } });
    expect(inspect(at.a)).toBe("lens(object).a -> { b: 1 }");
    expect(String(at.a.b as unknown)).toBe("lens(object).a.b -> 1");
    expect(Object.keys(at)).toEqual(["a"]);
    expect("a" in at).toBe(true);
    expect(await Promise.resolve(at.a)).toHaveProperty("b");
    expect(errorCode(at.a)).toBeUndefined();
  });
});
