import { LightnixError } from "../errors.ts";
import { parseDRef, type DRef } from "../ref.ts";
import { targetsOf, type Closure, type Derivation } from "../stage/closure.ts";
import { describeStage } from "../stage/describe.ts";
import type { RealizeOptions } from "./options.ts";
import type { Run } from "./run.ts";

/** What the caller wants of one derivation, beside what its matcher wants. */
export interface Demand {
  /** How many new outcomes are made in any case. */
  readonly fresh: number;
  /** How many outcomes there have to be in the end. */
  readonly atLeast: number;
}

const nothingSpecial: Demand = { fresh: 0, atLeast: 0 };

/** What the caller wants of a derivation. */
export function demandOf({ options, closure, forced: named }: Run, { dref, outs }: Derivation): Demand {
  const isTarget = targetsOf(closure).includes(dref);
  const forced = options.force === "all" || (options.force === true && isTarget) || named.has(dref);
  if (!isTarget) return forced ? { fresh: outs, atLeast: 0 } : nothingSpecial;
  return { fresh: Math.max(options.count ?? 0, forced ? outs : 0), atLeast: options.atLeast ?? 0 };
}

/** Whether the realizer runs whatever there is. */
export function isForced({ fresh }: Demand): boolean {
  return fresh > 0;
}

/**
 * The derivations that `force` names one by one.
 *
 * @throws {LightnixError} `not-in-closure`
 */
export function namedByForce({ force }: RealizeOptions, { dref, derivations }: Closure): ReadonlySet<DRef> {
  if (typeof force !== "object") return new Set();
  const named = new Set(force.map((one) => (typeof one === "string" ? one : describeStage(one).dref)));
  const known = new Set(derivations.map((derivation) => derivation.dref));
  const stray = [...named].find((one) => !known.has(one));
  if (stray === undefined) return named;
  throw new LightnixError(
    "not-in-closure",
    `Cannot force "${parseDRef(stray).name}" (${stray}): "${parseDRef(dref).name}" does not depend on it as things stand`,
    { data: { dref: stray, target: dref } },
  );
}

/**
 * Checks the numbers among the options.
 *
 * @throws {RangeError}
 */
export function checkNumbers({ jobs, count, atLeast }: RealizeOptions): void {
  for (const [name, value] of Object.entries({ jobs, count, atLeast })) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new RangeError(`Cannot realize with ${name}: ${String(value)}; it is a whole number from 1 on`);
  }
}
