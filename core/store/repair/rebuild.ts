import { contextEntries, emptyContext, type Context } from "../../context.ts";
import { configDependencies } from "../../config.ts";
import { runRealizer } from "../../realize/run-realizer.ts";
import { startRun } from "../../realize/run.ts";
import { RunTimes } from "../../realize/times.ts";
import { drefOf, type RRef } from "../../ref.ts";
import type { Closure } from "../../stage/closure.ts";
import type { Store } from "../store.ts";

/** What a realization is built again from. */
export interface RebuildOptions {
  readonly store: Store;
  readonly closures: readonly Closure[];
  readonly signal: AbortSignal;
}

/**
 * Runs the realizer of a realization again, with the very context that it was made from, when one of the closures has that
 * realizer. Returns whether the very same came of it.
 */
export async function rebuild(
  rref: RRef,
  context: Context | undefined,
  { store, closures, signal }: RebuildOptions,
): Promise<boolean> {
  const dref = drefOf(rref);
  const closure = closures.find(({ derivations }) => derivations.some((one) => one.dref === dref));
  const derivation = closure?.derivations.find((one) => one.dref === dref);
  if (closure === undefined || derivation === undefined) return false;
  const known = context ?? (configDependencies(derivation.config).length === 0 ? emptyContext : undefined);
  if (known === undefined) return false;
  const needed = contextEntries(known).flatMap(([, rrefs]) => rrefs);
  if (!needed.every((need) => store.has(need))) return false;
  const run = startRun({ closure: { ...closure, store }, options: {}, signal });
  for (const [dependency, rrefs] of contextEntries(known)) run.chosen.set(dependency, rrefs);
  using _hold = await store.hold([dref, ...needed]);
  using _lock = await store.lock(dref, { signal });
  try {
    const times = new RunTimes(store, dref);
    const alone = { number: 1, of: 1, times, stopOthers: async () => undefined };
    await runRealizer(run, derivation, { context: known, ...alone });
  } catch (error) {
    signal.throwIfAborted();
    void error;
  }
  return store.has(rref);
}
