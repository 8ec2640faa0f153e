import { LightnixError } from "../errors.ts";
import type { DRef } from "../ref.ts";
import type { Closure, Derivation } from "../stage/closure.ts";

/**
 * One closure of several: each derivation once, and all of their targets as targets.
 *
 * @throws {LightnixError} `several-stores` when they are not of one store
 */
export function joinClosures(closures: readonly [Closure, ...Closure[]]): Closure {
  const [{ store }] = closures;
  const derivations = new Map<DRef, Derivation>();
  for (const closure of closures) {
    if (closure.store.root !== store.root) throw severalStores(closures);
    // Each list has dependencies first, and so has the whole of them.
    for (const one of closure.derivations) if (!derivations.has(one.dref)) derivations.set(one.dref, one);
  }
  const targets = closures.map(({ dref }) => dref);
  const dref = targets.at(-1) as DRef;
  return Object.freeze({ kind: "closure", dref, targets, store, derivations: [...derivations.values()] });
}

function severalStores(closures: readonly Closure[]): LightnixError {
  const roots = [...new Set(closures.map(({ store }) => store.root))];
  return new LightnixError(
    "several-stores",
    `Cannot realize these together: they were instantiated in several stores (${roots.join(", ")})`,
    { data: { roots } },
  );
}
