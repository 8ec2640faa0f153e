import { inspect } from "node:util";
import { isStage } from "../config.ts";
import { LightnixError } from "../errors.ts";
import type { DRef } from "../ref.ts";
import { describeStage } from "../stage/describe.ts";
import type { Matcher } from "../stage/matcher.ts";
import type { StoreOption } from "../stage/registry.ts";
import { stage as makeStage, type Stage } from "../stage/stage.ts";
import { isTolerant, tolerant } from "../stage/tolerant.ts";
import { replaceField, type FieldPath } from "./field.ts";
import { pick, pickMany, type Picked } from "./pick.ts";
import { checkSize, gridPoints, isPoints, type Assignment, type Grid, type Points } from "./points.ts";
import { isSweep, type Swept } from "./swept.ts";
import { winner, type WinnerConfig } from "./winner.ts";

/** One point of a sweep. */
export interface SweepPoint<C = unknown> {
  /** The values of the fields that the sweep varies, by their paths. */
  readonly values: Readonly<Record<string, unknown>>;
  /**
   * A stage like any other: of the same derivation as one with these values that was made by hand. Where its matcher compares by a metric, it is
   * `tolerant`: a training that diverged is an outcome of its point.
   */
  readonly stage: Stage<C>;
}

/** A stage with many configs. It is realized as a stage is: `realize(sweep)`, and `outcomes(sweep)` is one table. */
export interface Sweep<C = unknown> extends Swept<C> {
  /** The fields that vary, by their paths. */
  readonly fields: readonly string[];
  /** In the order of the grid, list or draw; each derivation once. */
  readonly points: readonly SweepPoint<C>[];
  /** How many points were the same derivation as an earlier one, and were left out. */
  readonly merged: number;
  /**
   * The realization that a matcher takes out of those of all points that count, and the point that it belongs to. Realizes
   * nothing: points that are not realized are passed over, and by `best` those that diverged.
   *
   * @throws {LightnixError} `no-realization` when no point is realized, or the matcher takes none; `no-metric` when none of them has the metric as a
   *   finite number; `several-realizations`; what the matcher throws
   *
   * @example
   * ```ts
   * const { rref, point } = await grid.pick(best("metrics.json", { key: "accuracy" }));
   * point.values;    // { lr: 0.01, depth: 4 }
   * ```
   */
  pick(matcher: Matcher, options?: StoreOption): Promise<Picked<C>>;
  /** The same for a matcher that takes several, in its order. */
  pickMany(matcher: Matcher, options?: StoreOption): Promise<Picked<C>[]>;
  /**
   * A stage that depends on all points and finds out which one wins. A lens goes on from it into the realization of the winner:
   * `build.lens.model.winner.weights.syspath`. Nothing is copied. Matchers are told apart by
   * their names, and those made by `match` by their code as well.
   *
   * @example
   * ```ts
   * const report = stage({ name: "report", config: { model: grid.winner(best("metrics.json", { key: "accuracy" })) }, ... });
   * ```
   */
  winner(matcher: Matcher): Stage<WinnerConfig<C>>;
}

/**
 * A stage with many configs: every combination of a grid, a `list` of points, or `random` ones. Fields are named by dotted paths,
 * also into the configs of nested stages (`data.count`); values may be stages. A sweep over a sweep is the product of both.
 *
 * @throws {LightnixError} `unknown-field`, `wrong-value`, `no-points`, `too-many-points`, `swept-twice`; what `stage` throws
 * @throws {TypeError} for what is no stage
 *
 * @example
 * ```ts
 * const grid = sweep(classifier, { lr: [0.1, 0.01], depth: [2, 4] });
 * await realize(grid);                  // four realizations; again with a third lr: two more are built
 * (await outcomes(grid)).best()?.fields;
 * ```
 */
export function sweep<C>(
  target: Stage<C> | Sweep<C>,
  points: Grid<NoInfer<C>> | Points<FieldPath<NoInfer<C>>, Assignment<NoInfer<C>>>,
): Sweep<C> {
  const outer = outerOf(target);
  const inner = isPoints(points) ? points : gridPoints(points, outer.name);
  refuseTwice(outer, inner.fields);
  checkSize(outer.name, outer.points.length * inner.values.length);
  const unique = new Map<DRef, SweepPoint<C>>();
  for (const point of outer.points) {
    for (const values of inner.values as readonly Readonly<Record<string, unknown>>[]) {
      const one = pointAt(point, values);
      const { dref } = describeStage(one.stage);
      if (!unique.has(dref)) unique.set(dref, one);
    }
  }
  const merged = outer.merged * inner.values.length + outer.points.length * inner.values.length - unique.size;
  return made<C>({ outer, fields: inner.fields, points: [...unique.values()], merged });
}

type Outer<C> = Pick<Sweep<C>, "name" | "fields" | "points" | "merged">;

/** A stage as a sweep of one point. */
function outerOf<C>(target: Stage<C> | Sweep<C>): Outer<C> {
  if (isSweep(target)) return target;
  if (isStage(target))
    return { name: target.name, fields: [], points: [{ values: {}, stage: target }], merged: 0 };
  throw new TypeError(
    `Cannot sweep ${inspect(target, { depth: 0 })}: it is neither a stage nor a sweep over one`,
  );
}

function pointAt<C>(outer: SweepPoint<C>, values: Readonly<Record<string, unknown>>): SweepPoint<C> {
  let { stage } = outer;
  for (const [field, value] of Object.entries(values)) stage = replaceField(stage, field, value);
  return Object.freeze({ values: Object.freeze({ ...outer.values, ...values }), stage: tolerantOf(stage) });
}

/** That one training diverges says nothing of the others: what it came to counts, as the worst of all. */
function tolerantOf<C>(point: Stage<C>): Stage<C> {
  const { matcher } = point;
  if (matcher.metric === undefined || isTolerant(matcher)) return point;
  return makeStage<object>({ ...(point as Stage<object>), matcher: tolerant(matcher) }) as Stage<C>;
}

function made<C>(parts: {
  readonly outer: Outer<C>;
  readonly fields: readonly string[];
  readonly points: readonly SweepPoint<C>[];
  readonly merged: number;
}): Sweep<C> {
  const { outer, points, merged } = parts;
  return Object.freeze<Sweep<C>>({
    kind: "sweep",
    name: outer.name,
    fields: Object.freeze([...outer.fields, ...parts.fields]),
    points: Object.freeze(points),
    stages: Object.freeze(points.map(({ stage }) => stage)),
    merged,
    pick: (matcher, options) => pick({ name: outer.name, points }, matcher, options),
    pickMany: (matcher, options) => pickMany({ name: outer.name, points }, matcher, options),
    winner: (matcher) =>
      winner(
        outer.name,
        points.map(({ stage }) => stage),
        matcher,
      ),
  });
}

function refuseTwice({ name, fields }: Outer<unknown>, more: readonly string[]): void {
  const twice = more.find((field) => fields.includes(field));
  if (twice === undefined) return;
  throw new LightnixError(
    "swept-twice",
    `Cannot sweep "${name}" over "${twice}" again: the sweep varies it already. Name all its values in one place`,
    { data: { field: twice } },
  );
}
