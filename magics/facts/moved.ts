import type { DRef, RRef, Store } from "../../core/index.ts";
import { isRRef, parseRRef } from "../../core/ref.ts";

/** What the view of a closure that was moved shows. */
export interface MovedFacts {
  /** The first realizations of it, what was asked for first. */
  readonly first: readonly MovedOutcome[];
  readonly outcomes: number;
  readonly objects: number;
  /** How many objects were not there before; nothing where that is no question. */
  readonly added: number | undefined;
  /** Of the archive. */
  readonly archiveBytes: number | undefined;
}

/** A realization that was moved. */
export interface MovedOutcome {
  readonly rref: RRef;
  readonly name: string;
  readonly sizeBytes: number;
  readonly isNew: boolean | undefined;
}

const most = 40;

/** Reads what the view of a closure shows that is in `store`, or came there. */
export function readMoved(
  moved: {
    readonly refs: readonly (DRef | RRef)[];
    readonly added?: readonly (DRef | RRef)[];
    readonly sizeBytes?: number;
  },
  store: Store,
): MovedFacts {
  const { refs, added, sizeBytes } = moved;
  const fresh = added && new Set(added);
  // Dependencies come first there.
  const rrefs = refs.filter(isRRef).toReversed();
  const first = rrefs.slice(0, most).map((rref) => ({
    rref,
    name: parseRRef(rref).name,
    sizeBytes: store.sizeBytes(rref),
    isNew: fresh?.has(rref),
  }));
  return {
    first,
    outcomes: rrefs.length,
    objects: refs.length,
    added: added?.length,
    archiveBytes: sizeBytes,
  };
}
