import { describe, expectTypeOf, it } from "vitest";
import {
  best,
  choice,
  lens,
  list,
  logUniform,
  random,
  realize,
  realizeMany,
  self,
  stage,
  sweep,
  uniform,
  type FieldPath,
  type FieldValue,
  type RRef,
  type Stage,
  type Sweep,
} from "../../../core/index.ts";

const digits = stage({ name: "digits", config: { count: 3 }, realize() {} });
const model = stage({
  name: "model",
  config: { digits, lr: 0.1, optimizer: { name: "adam" }, layers: [8], metrics: self("metrics.json") },
  realize() {},
});
type Config = typeof model.config;

// Only read by the compiler.
function typed<T>(_read: () => T): T {
  return undefined as never;
}

describe("the types of sweeps", () => {
  it("know the fields of a config, also nested ones and those of nested stages", () => {
    expectTypeOf<FieldPath<Config>>().toEqualTypeOf<
      | "digits"
      | "digits.count"
      | "lr"
      | "optimizer"
      | "optimizer.name"
      | "layers"
      | `layers.${number}`
      | "metrics"
    >();
    expectTypeOf<FieldValue<Config, "lr">>().toEqualTypeOf<number>();
    expectTypeOf<FieldValue<Config, "optimizer.name">>().toEqualTypeOf<string>();
    expectTypeOf<FieldValue<Config, "digits.count">>().toEqualTypeOf<number>();
    expectTypeOf<FieldValue<Config, "layers.0">>().toEqualTypeOf<number>();
    expectTypeOf<FieldPath<unknown>>().toEqualTypeOf<string>();
  });

  it("carry the config to points and realizations", () => {
    expectTypeOf(typed(() => sweep(model, { lr: [0.1], digits: [digits] }))).toEqualTypeOf<Sweep<Config>>();
    expectTypeOf(typed(() => sweep(sweep(model, { lr: [0.1] }), { "layers.0": [1] }))).toEqualTypeOf<
      Sweep<Config>
    >();
    const grid = typed(() => sweep(model, { lr: [0.1] }));
    expectTypeOf(typed(() => realize(grid))).resolves.toEqualTypeOf<RRef<Config>[]>();
    expectTypeOf(typed(() => realizeMany(grid))).resolves.toEqualTypeOf<RRef<Config>[][]>();
    expectTypeOf(typed(async () => (await grid.pick(best("x"))).rref)).resolves.toEqualTypeOf<RRef<Config>>();
    expectTypeOf(
      typed(async () => lens(await realize(grid.winner(best("x")))).winner.optimizer.name.val),
    ).resolves.toEqualTypeOf<string>();
  });

  it("take lists and random points whose values fit", () => {
    const points = typed(() => sweep(model, list([{ lr: 0.1 }, { "optimizer.name": "sgd" }])));
    expectTypeOf(points).toEqualTypeOf<Sweep<Config>>();
    typed(() => sweep(model, random({ lr: logUniform(1, 2), "digits.count": choice(1, 2) }, { n: 1 })));
    typed(() => sweep(model as Stage, { anything: [1, "x"] }));
  });

  it("refuse unknown fields and values of other types", () => {
    expectTypeOf(sweep).parameter(0).toExtend<Stage | Sweep>();
    // @ts-expect-error a misspelt field
    typed(() => sweep(model, { lrr: [1] }));
    // @ts-expect-error a text for a number
    typed(() => sweep(model, { lr: ["fast"] }));
    // @ts-expect-error no array
    typed(() => sweep(model, { lr: 0.1 }));
    // @ts-expect-error a misspelt field in a list
    typed(() => sweep(model, list([{ lrr: 1 }])));
    // @ts-expect-error a text for a number in a list
    typed(() => sweep(model, list([{ lr: "x" }])));
    // @ts-expect-error a misspelt field among random ones
    typed(() => sweep(model, random({ lr: uniform(0, 1), lrr: uniform(0, 1) }, { n: 1 })));
    // @ts-expect-error a text for a number among random ones
    typed(() => sweep(model, random({ lr: choice("x") }, { n: 1 })));
    // @ts-expect-error no stage
    typed(() => sweep(model, { digits: [3] }));
  });
});
