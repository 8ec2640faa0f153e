import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { isNativeError } from "node:util/types";
import { lastValueFrom, tap } from "./rx.ts";
import type { DRef, RRef } from "../ref.ts";
import { targetsOf, type Closure, type Derivation } from "../stage/closure.ts";
import { buildDerivation, reusableFor } from "./build-derivation.ts";
import { namedByForce } from "./demand.ts";
import type { NewEvent, RealizeEvent } from "./events.ts";
import type { RealizeOptions } from "./options.ts";
import { substitutersOf } from "../remotes/substituters.ts";
import { BuildError, cancelledError, notRealized, severalFailed } from "./failure.ts";
import {
  failedDependency,
  forgetOvercome,
  isByDependency,
  recordedBy,
  recordIfDependencyFailed,
  throwIfFailedBefore,
} from "./record-failure.ts";
import { contextFor, emitFor, emitReused, startRun, type Run } from "./run.ts";
import { Outlet } from "./outlet.ts";
import { schedule$, type Settled } from "./schedule.ts";
import { Security } from "./secure.ts";
import { knownTimes } from "./known-times.ts";
import { Watch } from "./watch.ts";

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
export async function conduct({ closure, options, stopper, emit: tell }: ConductOptions): Promise<void> {
  const emit = (event: RealizeEvent): void => {
    if (event.type === "warning") options.onWarning?.(event);
    tell(event);
  };
  const { derivations } = closure;
  const outer = options.signal === undefined ? [] : [options.signal];
  const signal = AbortSignal.any([...outer, stopper.signal]);
  // Every derivation that is being built listens to it, and Node takes more than ten listeners for a leak.
  setMaxListeners(0, signal);
  const forced = namedByForce(options, closure);
  const { jobs = availableParallelism() } = options;
  const times = timesBefore(closure);
  const outlet = new Outlet(new Watch({ derivations, jobs, expectedMs: (dref) => times().get(dref) }), emit);
  const substituters = options.dryRun === true ? [] : substitutersOf(closure.store, options.substituters);
  const emitOut = (event: NewEvent): void => outlet.emit(event);
  const run = startRun({ closure, options, signal, emit: emitOut, forced, substituters });
  const begunMs = performance.now();
  try {
    announcePlan(run, jobs);
    const failures = await settleAll(run, { jobs, times, stop: (reason) => stopper.abort(reason) });
    throwWhatFailed(run, failures);
    announceEnd(run, Math.round(performance.now() - begunMs));
  } finally {
    outlet.close();
  }
}

function announcePlan({ closure, emit }: Run, jobs: number): void {
  const stages = closure.derivations.map(({ dref, name, dependencies }) => ({ dref, name, dependencies }));
  emit({ type: "planned", target: closure.dref, targets: targetsOf(closure), stages, jobs });
}

function announceEnd(run: Run, ms: number): void {
  const { dref: target } = run.closure;
  const outcomes = targetsOf(run.closure).map((dref) => ({ dref, rrefs: run.chosen.get(dref) ?? [] }));
  const rrefs = run.chosen.get(target) ?? [];
  run.emit({ type: "done", target, rrefs, outcomes, ...howMany(run), ms });
}

/** How long derivations took before: looked up when it is asked for, and once. */
function timesBefore({ store, derivations }: Closure): () => ReadonlyMap<DRef, number> {
  let known: ReadonlyMap<DRef, number> | undefined;
  return () => (known ??= knownTimes(store, derivations));
}

interface Pacing {
  readonly jobs: number;
  readonly times: () => ReadonlyMap<DRef, number>;
  /** Stops everything. */
  readonly stop: (reason: unknown) => void;
}

type Failures = ReadonlyMap<DRef, Error>;

/** Goes through all derivations; returns the errors of those that failed. */
async function settleAll(run: Run, { jobs, times, stop }: Pacing): Promise<Failures> {
  const failures = new Map<DRef, Error>();
  const because = new Map<DRef, DRef>();
  const security = new Security(run);
  const fail = (derivation: Derivation, thrown: unknown): "done" | "lost" => {
    const failed = noteFailure(run, derivation, { thrown, failures });
    if (failed !== "stop") return failed;
    stop(failures.get(derivation.dref));
    return "lost";
  };
  const lost$ = schedule$(run.closure.derivations, {
    jobs,
    weights: times,
    isStopping: () => run.signal.aborted,
    settle: (derivation) => {
      try {
        return settle(run, derivation);
      } catch (error) {
        return fail(derivation, error);
      }
    },
    work: async (derivation, slots) => {
      try {
        await security.secure(derivation);
        await recordIfDependencyFailed(run, derivation);
        return take(run, derivation, await buildDerivation(run, derivation, slots));
      } catch (error) {
        return fail(derivation, error);
      }
    },
  });
  try {
    await lastValueFrom(lost$.pipe(tap((derivation) => lose(run, derivation, { failures, because }))), {
      defaultValue: undefined,
    });
  } finally {
    await security.release();
  }
  if (!run.signal.aborted) await addLateFaults(run, failures);
  await forgetOvercome(run);
  return failures;
}

/** Notes that a derivation failed, and says what comes of that; a failure that was recorded counts as an outcome. */
function noteFailure(
  run: Run,
  derivation: Derivation,
  { thrown, failures }: { readonly thrown: unknown; readonly failures: Map<DRef, Error> },
): "done" | "lost" | "stop" {
  if (run.signal.aborted) return "lost";
  const error = isNativeError(thrown) ? thrown : new Error(String(thrown));
  failures.set(derivation.dref, error);
  emitFailed(run, derivation, error);
  const recorded = recordedBy(error);
  if (recorded !== undefined) return takeFailed(run, derivation, recorded);
  return run.options.keepGoing === true ? "lost" : "stop";
}

/** What realizers did to what they work on, and was not noticed when they were done. Their outcomes are published by now. */
async function addLateFaults({ untouched }: Run, failures: Map<DRef, Error>): Promise<void> {
  for (const [dref, { code, message }] of await untouched.atEnd())
    if (!failures.has(dref))
      failures.set(dref, new BuildError(code, message, { dref, keptAt: undefined, log: "" }));
}

/** Reuses what can be reused, here and now. */
function settle(run: Run, derivation: Derivation): Settled {
  if (failedDependency(run, derivation) !== undefined) return run.options.dryRun === true ? "lost" : "work";
  const rrefs = reusableFor(run, derivation, contextFor(run, derivation));
  if (rrefs !== undefined) {
    emitReused(run, derivation, { rrefs });
    return take(run, derivation, rrefs);
  }
  throwIfFailedBefore(run, derivation);
  if (run.options.assertRealized === true && run.substituters.length === 0) throw notRealized(derivation);
  return run.options.dryRun === true ? "lost" : "work";
}

function take(run: Run, { dref }: Derivation, rrefs: readonly RRef[]): "done" {
  run.chosen.set(dref, rrefs);
  return "done";
}

/** A failure that was recorded counts as an outcome, so that what depends on it can be recorded as well. */
function takeFailed(run: Run, derivation: Derivation, rrefs: readonly RRef[]): "done" {
  run.failed.set(derivation.dref, rrefs);
  return take(run, derivation, rrefs);
}

interface Losses {
  readonly failures: Failures;
  /** For those that are lost by the failure of another, which. */
  readonly because: Map<DRef, DRef>;
}

/** A derivation that is not done: it failed, waited for one that failed, was cancelled, or this is a dry run. */
function lose(run: Run, derivation: Derivation, { failures, because }: Losses): void {
  const { dref, dependencies } = derivation;
  if (failures.has(dref)) return;
  if (run.options.dryRun === true && !run.signal.aborted) {
    run.built.add(dref);
    return;
  }
  const origin = dependencies
    .map((one) => (failures.has(one) ? one : because.get(one)))
    .find((one) => one !== undefined);
  if (origin !== undefined) because.set(dref, origin);
  const [keptAt] = run.kept.get(dref) ?? [];
  emitFor(run, derivation, {
    type: "cancelled",
    ...(origin !== undefined && { because: origin }),
    ...(keptAt !== undefined && { keptAt }),
  });
}

function emitFailed(run: Run, derivation: Derivation, error: Error): void {
  const { keptAt, run: number } = error instanceof BuildError ? error.data : {};
  const recorded = recordedBy(error);
  emitFor(run, derivation, {
    type: "failed",
    error,
    ...(number !== undefined && { run: number }),
    ...(keptAt !== undefined && { keptAt }),
    ...(recorded !== undefined && { recorded }),
  });
}

function throwWhatFailed({ closure, chosen, built, kept, signal }: Run, failures: Failures): void {
  // Those that failed by others have their reason in them.
  const [first, ...others] = [...failures.values()].filter((error) => !isByDependency(error));
  if (first !== undefined)
    throw others.length === 0 ? first : severalFailed(closure.dref, [first, ...others]);
  if (signal.aborted && targetsOf(closure).some((target) => !chosen.has(target)))
    throw cancelledError(closure.dref, { built: [...built], kept: [...kept.values()].flat() }, signal.reason);
}

function howMany({ chosen, built, options }: Run): { built: number; reused: number } {
  const done = chosen.size;
  return { built: built.size, reused: options.dryRun === true ? done : done - built.size };
}
