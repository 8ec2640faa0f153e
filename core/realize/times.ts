import type { DRef, RRef } from "../ref.ts";
import type { Store } from "../store/store.ts";

/** When a run began and ended. */
export interface Times {
  readonly started: Date;
  readonly stopped: Date;
}

/**
 * Tells for the records of a derivation when its runs began and ended, to the one process that builds it.
 *
 * Times come after those of all earlier outcomes of the derivation, as matchers order outcomes by them, and no two runs end at once: what
 * was built last is the latest. Where the clock was set back meanwhile they are moved, and how long a run took stays true.
 */
export class RunTimes {
  readonly #store: Store;
  readonly #dref: DRef;
  /** When the last run ended of which it told: its outcome may still be on its way into the store. */
  #lastMs = 0;

  constructor(store: Store, dref: DRef) {
    this.#store = store;
    this.#dref = dref;
  }

  /** The times of a run that ends now. */
  endNow(started: Date): Times {
    const tookMs = Math.max(Date.now() - started.getTime(), 0);
    const earlier = this.#store.realizations(this.#dref).map((rref) => stoppedAtMs(this.#store, rref));
    const stoppedMs = [this.#lastMs, ...earlier].reduce(
      (least, ms) => Math.max(least, ms + 1),
      started.getTime() + tookMs,
    );
    this.#lastMs = stoppedMs;
    return { started: new Date(stoppedMs - tookMs), stopped: new Date(stoppedMs) };
  }
}

function stoppedAtMs(store: Store, rref: RRef): number {
  try {
    return Date.parse(store.buildRecord(rref).stopped) || 0;
  } catch {
    // A damaged record is no reason to lose the outcome that was built now.
    return 0;
  }
}
