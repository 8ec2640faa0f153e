import { parseDRef } from "../../core/ref.ts";
import type { Store } from "../../core/store/store.ts";

/** What the view of a store shows. */
export interface StoreFacts {
  readonly root: string;
  readonly derivations: number;
  readonly realizations: number;
  readonly sizeBytes: number;
  /** Derivations of one name together, the largest first. */
  readonly names: readonly StoreName[];
}

/** The derivations of a store that share a name. */
export interface StoreName {
  readonly name: string;
  readonly derivations: number;
  readonly realizations: number;
  readonly sizeBytes: number;
  /** When the last realization was built; nothing when there is none. */
  readonly newest: Date | undefined;
}

/** Counts what a store holds. */
export function readStore(store: Store): StoreFacts {
  const names = new Map<string, StoreName>();
  let realizations = 0;
  let sizeBytes = 0;
  const drefs = store.derivations();
  for (const dref of drefs) {
    const { name } = parseDRef(dref);
    const before = names.get(name) ?? {
      name,
      derivations: 0,
      realizations: 0,
      sizeBytes: 0,
      newest: undefined,
    };
    const rrefs = store.realizations(dref);
    const size = rrefs.reduce((sum, rref) => sum + store.sizeBytes(rref), 0);
    const built = rrefs.map((rref) => new Date(store.buildRecord(rref).stopped));
    realizations += rrefs.length;
    sizeBytes += size;
    names.set(name, {
      name,
      derivations: before.derivations + 1,
      realizations: before.realizations + rrefs.length,
      sizeBytes: before.sizeBytes + size,
      newest: latest([before.newest, ...built]),
    });
  }
  const sorted = [...names.values()].sort((a, b) => b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1));
  return { root: store.root, derivations: drefs.length, realizations, sizeBytes, names: sorted };
}

function latest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.reduce(
    (last, date) => (last === undefined || (date !== undefined && date > last) ? date : last),
    undefined,
  );
}
