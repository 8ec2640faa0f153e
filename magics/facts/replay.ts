import { replay } from "../../core/index.ts";
import type { ReplayEntry, RRef, Store } from "../../core/index.ts";

/** What a realizer showed, or why that cannot be told. */
export interface ShownFacts {
  readonly entries: readonly ReplayEntry[];
  readonly problem?: string;
}

/** Reads what the realizer of a realization showed. That it cannot be read is no reason not to show the realization. */
export function readShown(rref: RRef, store: Store): ShownFacts {
  try {
    return { entries: replay(store, rref).entries };
  } catch (error) {
    return { entries: [], problem: error instanceof Error ? error.message : String(error) };
  }
}
