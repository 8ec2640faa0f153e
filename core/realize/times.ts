import type { DRef, RRef } from "../ref.ts";
import type { Store } from "../store/store.ts";

/** When a run began and ended. */
export interface Times {
  readonly started: Date;
  readonly stopped: Date;
}

/**
 * The times of a run of the realizer that ends now, for its record.
 *
 * They come after those of all earlier outcomes of the derivation, as matchers order outcomes by them. Where the clock was set back
 * meanwhile they are moved: what was built last stays the latest, and how long it took stays true.
 */
export function timesOfRun(store: Store, dref: DRef, started: Date): Times {
  const tookMs = Math.max(Date.now() - started.getTime(), 0);
  const earlier = store.realizations(dref).map((rref) => stoppedAtMs(store, rref));
  const stoppedMs = earlier.reduce((least, ms) => Math.max(least, ms + 1), started.getTime() + tookMs);
  return { started: new Date(stoppedMs - tookMs), stopped: new Date(stoppedMs) };
}

function stoppedAtMs(store: Store, rref: RRef): number {
  try {
    return Date.parse(store.buildRecord(rref).stopped) || 0;
  } catch {
    // A damaged record is no reason to lose the outcome that was built now.
    return 0;
  }
}
