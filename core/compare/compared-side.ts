import { plannedClosure } from "../explain/planned-closure.ts";
import { chooseNow } from "../realize/choose-now.ts";
import { drefOf, isRRef, parseDRef, type DRef, type RRef } from "../ref.ts";
import type { Closure, Derivation } from "../stage/closure.ts";
import type { LoadBundleOptions } from "../stage/load-bundle.ts";
import type { StoreOption } from "../stage/registry.ts";
import type { Stage } from "../stage/stage.ts";
import type { Store } from "../store/store.ts";
import type { ComparedRealization, ComparedSide } from "./compared.ts";

/** What can be compared: a realization, or what stands for the one that its matcher takes. */
export type CompareTarget<C = unknown> = Stage<C> | Closure<C> | DRef<C> | RRef<C>;

/** One of the two with all that it depends on. */
export interface ReadSide {
  readonly side: ComparedSide;
  readonly closure: Closure;
}

/**
 * Reads one of the two.
 *
 * @throws {LightnixError} `unknown-derivation`, `unknown-realization`, `damaged`, what `describeStage` and `closureFromStore` throw
 */
export async function readSide(
  target: CompareTarget,
  options: StoreOption & Pick<LoadBundleOptions, "folders">,
): Promise<ReadSide> {
  const closure = await plannedClosure(isRRef(target) ? drefOf(target) : target, options);
  const { store, dref, derivations } = closure;
  const { config } = derivations.find((one) => one.dref === dref) as Derivation;
  const taken = isRRef(target) ? ({ rref: target, by: "address" } as const) : await taking(closure);
  const side = {
    dref,
    name: parseDRef(dref).name,
    config,
    outcomes: store.realizations(dref).length,
    ...(taken && { realization: readTaken(taken, store) }),
  };
  return { side, closure };
}

type Taken = Pick<ComparedRealization, "rref" | "by">;

async function taking({ store, dref, derivations }: Closure): Promise<Taken | undefined> {
  const { chosen, problems } = await chooseNow(store, derivations);
  const rref = chosen.get(dref)?.[0];
  if (rref !== undefined) return { rref, by: "matcher" };
  // An open derivation, of which only the store is known, or what depends on one.
  const isUnknown = derivations.some(
    (one) => problems.has(one.dref) && one.bundling?.kind === "open" && one.source === undefined,
  );
  // What cannot be compared by the matcher's metric, as it diverged, is to be seen beside what can.
  const isRefused =
    problems.has(dref) && derivations.some((one) => one.dref === dref && one.matcher.metric !== undefined);
  const newest = isUnknown || isRefused ? newestOf(dref, store) : undefined;
  return newest && { rref: newest, by: "newest" };
}

function newestOf(dref: DRef, store: Store): RRef | undefined {
  const stopped = (rref: RRef): number => Date.parse(store.buildRecord(rref).stopped);
  return store
    .realizations(dref)
    .filter((rref) => store.failure(rref) === undefined)
    .sort((a, b) => stopped(b) - stopped(a))[0];
}

function readTaken({ rref, by }: Taken, store: Store): ComparedRealization {
  const record = store.buildRecord(rref);
  const failure = store.failure(rref);
  return {
    rref,
    by,
    record,
    durationMs: Date.parse(record.stopped) - Date.parse(record.started),
    sizeBytes: record.sizeBytes ?? 0,
    ...(failure && { error: failure.error }),
  };
}
