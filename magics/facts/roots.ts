import { listRoots } from "../../core/index.ts";
import type { DRef, Root, RRef, Store } from "../../core/index.ts";
import { isRRef } from "../../core/ref.ts";

/** A root, and what is known of what it keeps. */
export interface RootFacts {
  readonly name: string;
  /** What it keeps; nothing where it leads to nothing that the store has. */
  readonly ref: DRef | RRef | undefined;
  /** When a realization was built, and how large it is; nothing where that cannot be read. */
  readonly built?: { readonly at: Date; readonly sizeBytes: number };
}

/** Reads the roots of a store, sorted by name; @throws LightnixError `unreadable-root` */
export function readRoots(store: Store): RootFacts[] {
  return listRoots(store).map((root) => ({ ...root, ...builtOf(root, store) }));
}

function builtOf({ ref }: Root, store: Store): Pick<RootFacts, "built"> {
  if (ref === undefined || !isRRef(ref)) return {};
  try {
    const at = new Date(store.buildRecord(ref).stopped);
    return { built: { at, sizeBytes: store.sizeBytes(ref) } };
  } catch {
    // Damaged, or removed just now: %verify tells.
    return {};
  }
}
