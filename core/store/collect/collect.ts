import type { DRef, RRef } from "../../ref.ts";
import { removeLeftover, type Leftover } from "./leftovers.ts";
import type { Garbage } from "./garbage.ts";
import type { CollectionPlan, FullPlan } from "./plan.ts";
import { removeSources } from "./source-texts.ts";
import { buildSources, rootSources } from "./sources.ts";
import { takeOut } from "./take-out.ts";

/** How to collect. */
export interface CollectRun {
  /** Stops after what is being removed just now. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each object that is gone. */
  readonly onRemoved?: ((garbage: Garbage) => void) | undefined;
}

/** What a collection did. */
export interface Collected {
  /** What is gone. */
  readonly removed: readonly (DRef | RRef)[];
  /** What was planned to go, but is needed by now, or was gone already. */
  readonly spared: readonly (DRef | RRef)[];
  /** What that freed, as far as records tell. */
  readonly freedBytes: number;
}

/**
 * Removes what a plan of `planCollection` says, as far as nothing needs it by now. Others may build and make roots meanwhile; a
 * build that starts finds each object whole, and it stays, or not at all.
 *
 * @throws {LightnixError} `unreadable-root`, `store-unwritable`; the reason of `signal`
 */
export async function collect(plan: CollectionPlan, run: CollectRun = {}): Promise<Collected> {
  const { store, graph, victims, garbage, options, leftovers } = plan as FullPlan;
  let freedBytes = 0;
  const isSource = ({ kind }: Leftover): boolean => kind === "source";
  for (const leftover of leftovers.filter((one) => !isSource(one))) {
    run.signal?.throwIfAborted();
    await removeLeftover(store, leftover);
    freedBytes += leftover.diskBytes;
  }
  const byIndex = new Map(victims.map((index, nth) => [index, garbage[nth]]));
  const taken = await takeOut({
    store,
    graph,
    victims,
    signal: run.signal,
    sources: () => [...rootSources(store, graph, options), ...buildSources(store, graph)],
    onTaken: (index) => {
      const one = byIndex.get(index);
      if (one === undefined) return;
      freedBytes += one.sizeBytes;
      run.onRemoved?.(one);
    },
  });
  for (const { diskBytes } of await removeSources(store, graph, {
    leftovers: leftovers.filter(isSource),
    taken,
  }))
    freedBytes += diskBytes;
  const refs = victims.map((index) => ({ ref: graph.refs[index], isGone: taken.has(index) }));
  const those = (isGone: boolean): (DRef | RRef)[] =>
    refs.flatMap((one) => (one.isGone === isGone ? (one.ref ?? []) : []));
  return { removed: those(true), spared: those(false), freedBytes };
}
