import type { Context } from "../context.ts";
import { LightnixError } from "../errors.ts";
import { Taken } from "../executors/taken.ts";
import type { RRef } from "../ref.ts";
import { targetsOf, type Derivation } from "../stage/closure.ts";
import { checkEnvironment } from "../stage/environment.ts";
import { candidatesFor, choose } from "./choose.ts";
import { demandOf, isForced } from "./demand.ts";
import { notRealized } from "./failure.ts";
import { runUntilSatisfied } from "./run-until-satisfied.ts";
import { contextFor, emitFor, emitReused, type Run } from "./run.ts";
import type { Slots } from "./schedule.ts";
import { substitute } from "./substitute.ts";

/**
 * Builds a derivation whose dependencies are realized: makes this process the only one that does, looks again whether somebody
 * else has done it meanwhile, asks other stores for it, and runs the realizer until the matcher and the caller have what they want.
 *
 * @throws {BuildError} what `runRealizer` throws; `ambiguous-match` and `other-environment` before it runs; `unsatisfied-match`, `nothing-new`; what the matcher and the store throw
 */
export async function buildDerivation(
  run: Run,
  derivation: Derivation,
  slots: Slots,
): Promise<readonly RRef[]> {
  const { closure, signal } = run;
  const lock = await closure.store.lock(derivation.dref, {
    signal,
    onWait: (holder) => emitFor(run, derivation, { type: "waiting", holder }),
  });
  try {
    const context = contextFor(run, derivation);
    const reusable = reusableFor(run, derivation, context);
    if (reusable !== undefined) {
      emitReused(run, derivation, { rrefs: reusable });
      return reusable;
    }
    const substituted = await substitute(run, derivation, context);
    if (substituted !== undefined) {
      emitReused(run, derivation, substituted);
      return substituted.rrefs;
    }
    if (run.options.assertRealized === true) throw notRealized(derivation);
    checkEnvironment(derivation);
    refuseTooMany(run, derivation, context);
    const chosen = await runUntilSatisfied(run, derivation, { context, slots }).catch(takenInstead);
    if (chosen instanceof Taken) {
      emitReused(run, derivation, { rrefs: chosen.rrefs });
      return chosen.rrefs;
    }
    run.built.add(derivation.dref);
    emitFor(run, derivation, { type: "matched", rrefs: chosen });
    return chosen;
  } finally {
    lock.release();
  }
}

function takenInstead(error: unknown): Taken {
  if (error instanceof Taken) return error;
  throw error;
}

/** The realizations that can be reused as things stand, or undefined when the realizer has to run. */
export function reusableFor(run: Run, derivation: Derivation, context: Context): readonly RRef[] | undefined {
  const demand = demandOf(run, derivation);
  if (isForced(demand)) return undefined;
  const candidates = candidatesFor(run.closure.store, derivation, context);
  return candidates.length < demand.atLeast ? undefined : choose(derivation, candidates);
}

/** Outcomes from which the matcher could not choose are not made in the first place. @throws {LightnixError} `ambiguous-match` */
export function refuseTooMany({ options, closure }: Run, derivation: Derivation, context: Context): void {
  const { name, dref, matcher } = derivation;
  const { count = 0, atLeast = 0 } = options;
  if (matcher.most === undefined || !targetsOf(closure).includes(dref)) return;
  const there = candidatesFor(closure.store, derivation, context).length;
  const wanted = Math.max(atLeast, count === 0 ? 0 : there + count);
  if (wanted <= matcher.most) return;
  throw new LightnixError(
    "ambiguous-match",
    `Cannot make ${wanted} outcomes of "${name}": its matcher ${matcher.name} can choose from ${matcher.most} at most, and nothing ` +
      'was run. Give it one that says which counts: latest(), best("metrics.json", { key: "accuracy" }), some() or all()',
    { data: { dref, wanted, most: matcher.most } },
  );
}
