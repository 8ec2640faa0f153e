import { describe, expect, it } from "vitest";
import { stage } from "../../core/index.ts";
import { readGrid, readSpace } from "../../magics/sweep-words.ts";

const inner = stage({ name: "inner", config: { count: 1 }, realize() {} });
const model = stage({
  name: "model",
  config: { lr: 0.1, name: "adam", augment: true, layers: [8], inner, nothing: null },
  realize() {},
});
const options = { stage: model, lookup: (name: string) => (name === "other" ? { value: inner } : undefined) };

describe("readGrid()", () => {
  it("reads numbers, texts, switches, lists, nulls and stages", () => {
    const words = [
      "lr=0.1,1e-3,.5",
      "name=adam,plain sgd",
      "augment=true,false",
      "layers=[8,8],[16]",
      "nothing=null,7",
      "inner=other",
      "inner.count=1,2",
    ];
    expect(readGrid(words, options)).toEqual({
      lr: [0.1, 0.001, 0.5],
      name: ["adam", "plain sgd"],
      augment: [true, false],
      layers: [[8, 8], [16]],
      nothing: [null, 7],
      inner: [inner],
      "inner.count": [1, 2],
    });
  });

  it("leaves fields that are not there to whoever knows all fields", () => {
    expect(readGrid(["lrr=1"], options)).toEqual({ lrr: [1] });
  });
});

describe("readSpace()", () => {
  it("reads ranges of each kind, and choices", () => {
    const space = readSpace(
      ["lr=log:1e-4..1e-1", "n=int:-2..8", "d=0..0.5", "name=a,b", "x=-1.5..-.5"],
      options,
    );
    expect(Object.fromEntries(Object.entries(space).map(([field, { name }]) => [field, name]))).toEqual({
      lr: "logUniform(0.0001, 0.1)",
      n: "integers(-2, 8)",
      d: "uniform(0, 0.5)",
      name: "choice(2 values)",
      x: "uniform(-1.5, -0.5)",
    });
  });

  it("says what is wrong with a range", () => {
    expect(() => readSpace(["lr=int:0.5..2"], options)).toThrow("it takes two whole numbers");
    expect(() => readSpace(["lr=1..0"], options)).toThrow("lr: Cannot draw from uniform(1, 0)");
    expect(() => readSpace(["lr=0..x"], options)).toThrow("lr is a number (0.1)");
  });
});
