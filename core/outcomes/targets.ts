import { inspect } from "node:util";
import {
  checkConfig,
  isStage,
  type Json,
  type JsonObject,
  type StageLike,
  type StagePath,
} from "../config.ts";
import { errorCode } from "../errors.ts";
import { derivationTest, type DerivationQuery } from "../query/find.ts";
import { drefOf, isDRef, isRRef, type DRef, type RRef } from "../ref.ts";
import type { Closure, Derivation } from "../stage/closure.ts";
import { targetsOf } from "../stage/closure.ts";
import { derivationsOf, describeStage } from "../stage/describe.ts";
import type { Stage } from "../stage/stage.ts";
import { isClosure } from "../stage/targets.ts";
import { openStore, type Store } from "../store/store.ts";
import type { SweepPoint } from "../sweep/sweep.ts";
import { isSweep, type Swept } from "../sweep/swept.ts";

/** What `outcomes` can be asked of. */
export type OutcomesTarget<C = unknown> =
  | Stage<C>
  | Swept<C>
  | DRef<C>
  | RRef<C>
  | Closure<C>
  | DerivationQuery
  | readonly OutcomesTarget<C>[];

/** A derivation whose outcomes are asked for. */
export interface FoundTarget {
  readonly dref: DRef;
  readonly config: JsonObject;
  /** With its matcher, unless only the address is known. */
  readonly derivation?: Derivation;
  /** It and all that it depends on, dependencies first, unless only the address is known. */
  readonly closure?: readonly Derivation[];
  /** What a sweep says of it. */
  readonly values?: JsonObject;
}

/** What is asked for. */
export interface FoundTargets {
  readonly store: Store;
  /** Each derivation once. */
  readonly targets: readonly FoundTarget[];
  /** The fields that vary, if a sweep says so. */
  readonly fields?: readonly string[];
}

/**
 * Finds out which derivations are asked for.
 *
 * @throws {TypeError} for what is none
 */
export function findTargets(target: unknown, given: Store | undefined): FoundTargets {
  const store = given ?? ownStore(target) ?? openStore();
  const found = new Map<DRef, FoundTarget>();
  for (const one of expand(target, store)) if (!found.has(one.dref)) found.set(one.dref, one);
  return {
    store,
    targets: [...found.values()],
    ...(isSweep(target) && "fields" in target && { fields: target.fields as readonly string[] }),
  };
}

function ownStore(target: unknown): Store | undefined {
  if (Array.isArray(target)) return target.map(ownStore).find((store) => store !== undefined);
  return isClosure(target) ? target.store : undefined;
}

function expand(target: unknown, store: Store): FoundTarget[] {
  if (Array.isArray(target)) return target.flatMap((one: unknown) => expand(one, store));
  if (isRRef(target)) return [byAddress(drefOf(target), store)];
  if (isDRef(target)) return [byAddress(target, store)];
  if (isStage(target)) return [byStage(target as Stage)];
  if (isSweep(target)) return ofSweep(target);
  if (isClosure(target)) return ofClosure(target);
  if (isQuery(target)) return ofQuery(target, store);
  throw new TypeError(
    `Cannot list the outcomes of ${inspect(target, { depth: 0 })}: it is no stage, sweep, closure, derivation or realization, and no ` +
      'query such as { name: "model" }',
  );
}

/** What is damaged must not keep all others from being seen. */
function ofQuery(query: DerivationQuery, store: Store): FoundTarget[] {
  return store
    .derivations()
    .filter(derivationTest(store, query))
    .flatMap((dref) => {
      try {
        return [byAddress(dref, store)];
      } catch (error) {
        if (errorCode(error) === "damaged" || errorCode(error) === "unknown-derivation") return [];
        throw error;
      }
    });
}

function byAddress(dref: DRef, store: Store): FoundTarget {
  return { dref, config: store.hasDerivation(dref) ? store.config(dref) : {} };
}

function byStage(stage: Stage): FoundTarget {
  const closure = derivationsOf(stage);
  const derivation = closure.at(-1) as Derivation;
  return { dref: derivation.dref, config: derivation.config, derivation, closure };
}

function ofSweep(sweep: Swept): FoundTarget[] {
  const points = "points" in sweep ? (sweep.points as readonly SweepPoint[]) : [];
  return sweep.stages.map((stage, index) => {
    const values = points[index]?.values;
    return { ...byStage(stage), ...(values !== undefined && { values: jsonOf(values) }) };
  });
}

function ofClosure(closure: Closure): FoundTarget[] {
  const { derivations } = closure;
  const wanted = new Set(targetsOf(closure));
  return derivations
    .filter(({ dref }) => wanted.has(dref))
    .map((derivation) => ({
      dref: derivation.dref,
      config: derivation.config,
      derivation,
      closure: derivations,
    }));
}

function jsonOf(values: Readonly<Record<string, unknown>>): JsonObject {
  const address = (found: StageLike | StagePath): Json => {
    const { dref } = describeStage((isStage(found) ? found : found.stage) as Stage);
    return isStage(found) ? dref : [dref, ...found.segments];
  };
  return checkConfig({ ...values }, { stage: address, title: "values" });
}

function isQuery(value: unknown): value is DerivationQuery {
  if (typeof value !== "object" || value === null || "kind" in value) return false;
  return Object.keys(value).every((key) => key === "name" || key === "config");
}
