import { inspect } from "node:util";
import { LightnixError } from "../errors.ts";
import type { FieldPath, FieldValue } from "./field.ts";

/** New values for fields of a config, nested ones by dotted paths: `{ lr: 0.1, "optimizer.name": "adam" }`. */
export type Assignment<C> = { readonly [P in FieldPath<C>]?: FieldValue<C, P> };

/** For each field of a config the values that it is to have: `{ lr: [0.1, 0.01], depth: [2, 4] }`. */
export type Grid<C> = { readonly [P in FieldPath<C>]?: readonly FieldValue<C, P>[] };

/** Points of a sweep, made by `list` or `random`: `K` are the fields, `V` is what a point says of them. */
export interface Points<K extends string = string, V = unknown> {
  readonly kind: "points";
  /** The fields, in the order in which they were named. */
  readonly fields: readonly K[];
  readonly values: readonly V[];
}

/** More points than this nobody means, and few machines could hold. */
const MAX_POINTS = 100_000;

/**
 * The points of a sweep, one by one. What a point does not name stays as the stage has it.
 *
 * @throws {LightnixError} `no-points` for an empty list
 * @throws {TypeError} for a point that is no object
 *
 * @example
 * ```ts
 * sweep(classifier, list([{ lr: 0.1, depth: 2 }, { lr: 0.01, depth: 8 }]));
 * ```
 */
export function list<const V extends object>(values: readonly V[]): Points<KeyOf<V>, V> {
  if (!Array.isArray(values))
    throw new TypeError(`Cannot make a list of points: ${shown(values)} is no array of objects`);
  const stray = values.findIndex((one) => typeof one !== "object" || one === null || Array.isArray(one));
  if (stray !== -1) {
    throw new TypeError(
      `Cannot make a list of points: point ${stray} is ${shown(values[stray])}, and no object such as { lr: 0.1 }`,
    );
  }
  if (values.length === 0) throw noPoints("the list", "it is empty");
  const fields = [...new Set(values.flatMap((one) => Object.keys(one)))] as KeyOf<V>[];
  return Object.freeze({ kind: "points", fields, values: values.map((one) => Object.freeze({ ...one })) });
}

/** The fields that any of several shapes has. */
export type KeyOf<V> = V extends unknown ? keyof V & string : never;

/**
 * Every combination of the values of a grid; the last field changes fastest.
 *
 * @throws {LightnixError} `no-points` when it names no field or a field without values; `too-many-points`
 * @throws {TypeError} for values that are no array
 */
export function gridPoints(
  grid: Readonly<Record<string, readonly unknown[] | undefined>>,
  stage: string,
): Points {
  if (typeof grid !== "object" || grid === null || Array.isArray(grid)) {
    throw new TypeError(
      `Cannot sweep "${stage}" over ${shown(grid)}: say a grid such as { lr: [0.1, 0.01] }, a list([...]) or random({...})`,
    );
  }
  const fields = Object.keys(grid).filter((field) => grid[field] !== undefined);
  if (fields.length === 0) throw noPoints(`"${stage}"`, "the grid names no field");
  for (const field of fields) checkValues(stage, field, grid[field]);
  const size = fields.reduce((product, field) => product * (grid[field]?.length ?? 0), 1);
  checkSize(stage, size);
  let values: Record<string, unknown>[] = [{}];
  for (const field of fields)
    values = values.flatMap((one) => (grid[field] ?? []).map((value) => ({ ...one, [field]: value })));
  return Object.freeze({ kind: "points", fields, values });
}

/** Whether a value is what `list` or `random` made; a grid may have a field called `kind`, but no text there. */
export function isPoints(value: unknown): value is Points {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "points";
}

/** @throws {LightnixError} `too-many-points` */
export function checkSize(stage: string, size: number): void {
  if (size <= MAX_POINTS) return;
  throw new LightnixError(
    "too-many-points",
    `Cannot sweep "${stage}" over ${size} points: ${MAX_POINTS} is the most. Draw some of them: random({ lr: choice(0.1, 0.01) }, { n: 100 })`,
    { data: { size, most: MAX_POINTS } },
  );
}

function checkValues(stage: string, field: string, values: unknown): void {
  if (!Array.isArray(values)) {
    throw new TypeError(
      `Cannot sweep "${stage}" over "${field}": ${shown(values)} is no array of values. For one value say [${shown(values)}]`,
    );
  }
  if (values.length === 0) throw noPoints(`"${stage}"`, `the grid has no values for "${field}"`, { field });
}

function noPoints(what: string, reason: string, data: Readonly<Record<string, unknown>> = {}): LightnixError {
  return new LightnixError("no-points", `Cannot sweep ${what}: ${reason}, so there are no points`, { data });
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
}
