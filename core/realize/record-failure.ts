import type { Context } from "../context.ts";
import { LightnixError } from "../errors.ts";
import { parseRRef, type DRef, type RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import { removeRefs } from "../store/collect/remove.ts";
import type { Failure } from "../store/failure.ts";
import { buildRecord } from "../store/record.ts";
import type { Store } from "../store/store.ts";
import { failuresFor } from "./choose.ts";
import { demandOf, isForced } from "./demand.ts";
import { contextFor, type Run } from "./run.ts";

/** A run that failed. */
export interface FailedRun {
  readonly context: Context;
  /** The output folders, with what the realizer had made so far. */
  readonly outs: readonly string[];
  readonly log: string;
  readonly displays?: string;
  readonly started: Date;
  readonly reason: string;
}

/** Makes failed outcomes of the output folders of a run that failed. (Pylightnix: `mkleft`.) */
export async function recordFailure(
  { closure: { store } }: Run,
  { dref }: Derivation,
  { outs, started, reason, ...kept }: FailedRun,
): Promise<RRef[]> {
  const outcome = { ...kept, record: buildRecord(started, new Date()), failure: { error: reason } };
  const recorded = new Set<RRef>();
  for (const out of outs) recorded.add(await commitFailed(store, { dref, folder: out, outcome }));
  return [...recorded];
}

interface NewFailure {
  readonly dref: DRef;
  readonly folder: string;
  readonly outcome: Parameters<Store["commit"]>[2];
}

/** What a realizer left half done may not be fit for the store; then it is kept beside it. */
async function commitFailed(store: Store, { dref, folder, outcome }: NewFailure): Promise<RRef> {
  try {
    return (await store.commit(dref, folder, outcome)).rref;
  } catch {
    await store.keepFailed(folder, dref);
    return (await store.commit(dref, await store.tempFolder("failed"), outcome)).rref;
  }
}

/** A dependency that counts as failed, with its failed realization. */
export function failedDependency({ failed }: Run, { dependencies }: Derivation): RRef | undefined {
  if (failed.size === 0) return undefined;
  return dependencies.map((dependency) => failed.get(dependency)?.[0]).find((rref) => rref !== undefined);
}

/**
 * Records a derivation as failed, without running it, if one of its dependencies failed.
 *
 * @throws {LightnixError} `dependency-failed`, when it was recorded
 */
export async function recordIfDependencyFailed(run: Run, derivation: Derivation): Promise<void> {
  const because = failedDependency(run, derivation);
  if (because === undefined) return;
  const { store } = run.closure;
  const { dref, name } = derivation;
  const error = `"${parseRRef(because).name}", which it depends on, failed: ${store.failure(because)?.error ?? ""}`;
  const now = new Date();
  const failure: Failure = { error, because };
  const outcome = { context: contextFor(run, derivation), record: buildRecord(now, now), failure };
  const { rref } = await store.commit(dref, await store.tempFolder("failed"), outcome);
  throw new LightnixError("dependency-failed", `Cannot build "${name}": ${error}`, {
    data: { dref, because, recorded: [rref] },
  });
}

/**
 * With `retryFailed: false`, lets a failure that was recorded earlier, in the same context, count for this run.
 *
 * @throws {LightnixError} `failed-before`
 */
export function throwIfFailedBefore(run: Run, derivation: Derivation): void {
  if (run.options.retryFailed !== false || isForced(demandOf(run, derivation))) return;
  const { store } = run.closure;
  const recorded = failuresFor(store, derivation, contextFor(run, derivation));
  const [first] = recorded;
  if (first === undefined) return;
  const { dref, name } = derivation;
  throw new LightnixError(
    "failed-before",
    `Cannot build "${name}": it failed before (${store.failure(first)?.error ?? ""}), and retryFailed is false. Leave that out to run it again`,
    { data: { dref, recorded } },
  );
}

/** The failed realizations that an error was recorded as. */
export function recordedBy(error: Error): readonly RRef[] | undefined {
  const recorded = error instanceof LightnixError ? error.data["recorded"] : undefined;
  return Array.isArray(recorded) && recorded.length > 0 ? (recorded as RRef[]) : undefined;
}

/** Whether an error only says that something failed because something else did. */
export function isByDependency(error: Error): boolean {
  return error instanceof LightnixError && error.code === "dependency-failed";
}

/**
 * Takes away the failures of those derivations that a run has built after all, in the same context, and what was recorded as failed
 * because of them. What a root or another build keeps, stays.
 */
export async function forgetOvercome(run: Run): Promise<void> {
  const { store, derivations } = run.closure;
  const built = derivations.filter(({ dref }) => run.built.has(dref) && !run.failed.has(dref));
  if (run.options.dryRun === true) return;
  const overcome = built.flatMap((derivation) => failuresFor(store, derivation, contextFor(run, derivation)));
  for (const rref of overcome) {
    if (!store.has(rref)) continue;
    try {
      await removeRefs(store, [rref], { recursive: true });
    } catch {
      // It is in use by somebody, or kept on purpose, or somebody else has just taken it away.
    }
  }
}
