import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { isNativeError } from "node:util/types";
import { lastValueFrom, tap } from "./rx.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Closure, Derivation } from "../stage/closure.ts";
import { buildDerivation, reusableFor } from "./build-derivation.ts";
import { namedByForce } from "./demand.ts";
import type { RealizeEvent, RealizeOptions } from "./events.ts";
import { BuildError, cancelledError, notRealized, severalFailed } from "./failure.ts";
import { contextFor, emitFor, type Run } from "./run.ts";
import { schedule$, type Settled } from "./schedule.ts";

/** What a realization is made from. */
export interface ConductOptions {
  readonly closure: Closure;
  readonly options: RealizeOptions;
  /** Stops the realization. */
  readonly stopper: AbortController;
  readonly emit: (event: RealizeEvent) => void;
}

/**
 * Realizes a closure from beginning to end: announces the plan, goes through the derivations, and says what came of it.
 *
 * @throws what the stream of `realize$` ends with
 */
export async function conduct({ closure, options, stopper, emit }: ConductOptions): Promise<void> {
  const { dref: target, derivations } = closure;
  const outer = options.signal === undefined ? [] : [options.signal];
  const signal = AbortSignal.any([...outer, stopper.signal]);
  // Every derivation that is being built listens to it, and Node takes more than ten listeners for a leak.
  setMaxListeners(0, signal);
  const forced = namedByForce(options, closure);
  const run: Run = { closure, options, signal, emit, forced, chosen: new Map(), built: new Set() };
  emit({ type: "planned", target, drefs: derivations.map(({ dref }) => dref) });
  const failures = await settleAll(run, (reason) => stopper.abort(reason));
  const rrefs = run.chosen.get(target) ?? [];
  throwWhatFailed(run, failures);
  emit({ type: "done", target, rrefs, ...howMany(run) });
}

type Failures = ReadonlyMap<DRef, Error>;

/** Goes through all derivations; returns the errors of those that failed. */
async function settleAll(run: Run, stop: (reason: unknown) => void): Promise<Failures> {
  const failures = new Map<DRef, Error>();
  const fail = (derivation: Derivation, thrown: unknown): "lost" => {
    if (run.signal.aborted) return "lost";
    const error = isNativeError(thrown) ? thrown : new Error(String(thrown));
    failures.set(derivation.dref, error);
    emitFailed(run, derivation, error);
    if (run.options.keepGoing !== true) stop(error);
    return "lost";
  };
  const lost$ = schedule$(run.closure.derivations, {
    jobs: run.options.jobs ?? availableParallelism(),
    isStopping: () => run.signal.aborted,
    settle: (derivation) => {
      try {
        return settle(run, derivation);
      } catch (error) {
        return fail(derivation, error);
      }
    },
    work: async (derivation) => {
      try {
        return take(run, derivation, await buildDerivation(run, derivation));
      } catch (error) {
        return fail(derivation, error);
      }
    },
  });
  await lastValueFrom(lost$.pipe(tap((derivation) => lose(run, derivation, failures))), {
    defaultValue: undefined,
  });
  return failures;
}

/** Reuses what can be reused, here and now. */
function settle(run: Run, derivation: Derivation): Settled {
  const rrefs = reusableFor(run, derivation, contextFor(run, derivation));
  if (rrefs !== undefined) {
    emitFor(run, derivation, { type: "reused", rrefs });
    return take(run, derivation, rrefs);
  }
  if (run.options.assertRealized === true) throw notRealized(derivation);
  return run.options.dryRun === true ? "lost" : "work";
}

function take(run: Run, { dref }: Derivation, rrefs: readonly RRef[]): "done" {
  run.chosen.set(dref, rrefs);
  return "done";
}

/** A derivation that is not done: it failed, waited for one that failed, was cancelled, or this is a dry run. */
function lose(run: Run, derivation: Derivation, failures: Failures): void {
  if (failures.has(derivation.dref)) return;
  if (run.options.dryRun === true && !run.signal.aborted) run.built.add(derivation.dref);
  else emitFor(run, derivation, { type: "cancelled" });
}

function emitFailed(run: Run, derivation: Derivation, error: Error): void {
  const keptAt = error instanceof BuildError ? error.data.keptAt : undefined;
  emitFor(run, derivation, { type: "failed", error, ...(keptAt !== undefined && { keptAt }) });
}

function throwWhatFailed({ closure, chosen, built, signal }: Run, failures: Failures): void {
  const [first, ...others] = failures.values();
  if (first !== undefined)
    throw others.length === 0 ? first : severalFailed(closure.dref, [first, ...others]);
  if (signal.aborted && !chosen.has(closure.dref))
    throw cancelledError(closure.dref, built.size, signal.reason);
}

function howMany({ chosen, built, options }: Run): { built: number; reused: number } {
  const done = chosen.size;
  return { built: built.size, reused: options.dryRun === true ? done : done - built.size };
}
