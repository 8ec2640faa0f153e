import { listRoots } from "../../core/index.ts";
import type { CollectionPlan, DRef, Garbage, Holder, RRef } from "../../core/index.ts";
import { isRRef } from "../../core/ref.ts";

/** What the view of a collection shows. */
export interface CollectionFacts {
  /** The first of the realizations that nothing needs, in the order in which they go. */
  readonly first: readonly DeadOutcome[];
  readonly outcomes: number;
  readonly derivations: number;
  readonly leftovers: number;
  readonly freedBytes: number;
  readonly keptCount: number;
  /** Who keeps what stays, those that keep most first. */
  readonly holders: readonly HolderFacts[];
  /** No root keeps anything, and nothing else does either: all of the store would go. */
  readonly isAll: boolean;
}

/** A realization that nothing needs. */
export type DeadOutcome = Pick<Garbage, "ref" | "name" | "made" | "sizeBytes" | "metrics">;

/** Somebody that keeps objects, and how many. Of what several keep, the first counts. */
export interface HolderFacts {
  readonly text: string;
  readonly count: number;
}

const most = 40;

/** Reads what the view of a plan shows; before the plan is carried out, as then nothing is left to be read. */
export function readCollection(plan: CollectionPlan): CollectionFacts {
  const { store, garbage, leftovers, freedBytes, keptCount } = plan;
  const outcomes = garbage.filter(({ ref }) => isRRef(ref));
  return {
    first: outcomes.slice(0, most).map(({ ref, name, made, sizeBytes, metrics }) => ({
      ref,
      name,
      made,
      sizeBytes,
      metrics,
    })),
    outcomes: outcomes.length,
    derivations: garbage.length - outcomes.length,
    leftovers: leftovers.length,
    freedBytes,
    keptCount,
    holders: readHolders(plan),
    isAll: keptCount === 0 && garbage.length > 0 && listRoots(store).length === 0,
  };
}

function readHolders(plan: CollectionPlan): HolderFacts[] {
  const counts = new Map<string, number>();
  const count = (ref: DRef | RRef): void => {
    const holder = plan.whyKept(ref)?.holder;
    if (holder !== undefined) counts.set(holderText(holder), (counts.get(holderText(holder)) ?? 0) + 1);
  };
  for (const dref of plan.store.derivations()) {
    count(dref);
    plan.store.realizations(dref).forEach(count);
  }
  const holders = [...counts].map(([text, number]) => ({ text, count: number }));
  return holders.sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
}

function holderText(holder: Holder): string {
  switch (holder.kind) {
    case "root":
      return `the root "${holder.name}"`;
    case "build":
      return `a build of process ${holder.pid} on ${holder.host}`;
    case "asked":
      return "who asks";
    case "young":
      return "their age";
    case "budget":
      return "the size that was asked for";
  }
}
