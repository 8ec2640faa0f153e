import type { DRef, RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import type { Store } from "../store/store.ts";

// What reading records may take, for what they are good for: an order, and an estimate. The names of all derivations come on top.
const MOST_MS = 20;
const MOST_RECORDS = 5;

/**
 * How long derivations took before, in milliseconds, from the records in the store: the median of a derivation's own runs, else
 * of the runs of others with its name. Looking stops when it has taken long enough; the rest is not known then.
 */
export function knownTimes(store: Store, derivations: readonly Derivation[]): ReadonlyMap<DRef, number> {
  const known = new Map<DRef, number>();
  const namesakes = store.derivationsNamed(new Set(derivations.map(({ name }) => name)));
  const until = performance.now() + MOST_MS;
  const byName = new Map<string, number | undefined>();
  for (const { dref, name } of derivations) {
    if (performance.now() > until) break;
    if (!byName.has(name)) byName.set(name, medianMs(store, namesakes.get(name) ?? []));
    const ms = medianMs(store, [dref]) ?? byName.get(name);
    if (ms !== undefined) known.set(dref, ms);
  }
  return known;
}

function medianMs(store: Store, drefs: readonly DRef[]): number | undefined {
  const times: number[] = [];
  for (const dref of drefs) {
    for (const rref of store.realizations(dref)) {
      const ms = tookMs(store, rref);
      if (ms !== undefined) times.push(ms);
      if (times.length >= MOST_RECORDS) break;
    }
    if (times.length >= MOST_RECORDS) break;
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

function tookMs(store: Store, rref: RRef): number | undefined {
  try {
    if (store.failure(rref) !== undefined) return undefined;
    const { started, stopped } = store.buildRecord(rref);
    const ms = Date.parse(stopped) - Date.parse(started);
    return ms >= 0 ? ms : undefined;
  } catch {
    // Damaged, or just taken away: it tells nothing.
    return undefined;
  }
}
