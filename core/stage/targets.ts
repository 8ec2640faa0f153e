import { inspect } from "node:util";
import { isStage } from "../config.ts";
import { isSweep, type Swept } from "../sweep/swept.ts";
import type { Closure } from "./closure.ts";
import type { Stage } from "./stage.ts";

/** Several things to be realized together: stages, sweeps or closures in arrays and objects, nested as one likes. */
export type Targets = Stage | Closure | Swept | readonly Targets[] | { readonly [name: string]: Targets };

/** The same arrays and objects with closures in them; of a sweep, an array of those of its points. */
// Of `Targets` itself nothing is known, and it would go on without end.
export type Closures<T> = Targets extends T
  ? unknown
  : T extends Stage<infer C>
    ? Closure<C>
    : T extends Closure<infer C>
      ? Closure<C>
      : T extends Swept<infer C>
        ? Closure<C>[]
        : { -readonly [K in keyof T]: Closures<T[K]> };

/** Whether a value is a closure, by its shape. */
export function isClosure(value: unknown): value is Closure {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "closure";
}

/**
 * The same arrays and objects with something else in the place of each stage and closure, one after the other. A sweep becomes an
 * array.
 *
 * @throws {TypeError} for anything that is neither
 */
export async function mapTargets(
  targets: Targets,
  map: (target: Stage | Closure) => unknown,
  where = "targets",
): Promise<unknown> {
  if (isStage(targets) || isClosure(targets)) return await map(targets);
  if (isSweep(targets)) return await mapTargets(targets.stages, map, `${where}.stages`);
  if (Array.isArray(targets)) {
    const mapped: unknown[] = [];
    for (const [index, inner] of targets.entries())
      mapped.push(await mapTargets(inner as Targets, map, `${where}[${index}]`));
    return mapped;
  }
  if (typeof targets !== "object" || targets === null) {
    throw new TypeError(
      `Cannot take ${where}: it is ${inspect(targets, { depth: 0 })}, and neither a stage nor a closure nor an array or object of them`,
    );
  }
  const mapped: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(targets))
    mapped.push([name, await mapTargets(inner, map, `${where}.${name}`)]);
  return Object.fromEntries(mapped);
}
