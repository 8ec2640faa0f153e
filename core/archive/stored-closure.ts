import { configDependencies } from "../config.ts";
import { contextEntries } from "../context.ts";
import { drefOf, isRRef, type DRef, type RRef } from "../ref.ts";
import { sourceDigests } from "../stage/source-texts.ts";
import type { Store } from "../store/store.ts";

/** A derivation in a store, with those of its realizations that are meant. */
export interface StoredDerivation {
  readonly dref: DRef;
  /** Sorted. */
  readonly rrefs: readonly RRef[];
}

/**
 * Everything that some derivations and realizations need to be whole somewhere else, dependencies first.
 *
 * A realization brings its derivation, the realizations that it was made from, and so on; a derivation brings all its
 * realizations. The order follows from what there is and not from how it was asked for.
 *
 * @throws {LightnixError} `unknown-derivation`, `unknown-realization`, `damaged`
 */
export function storedClosure(store: Store, refs: Iterable<DRef | RRef>): StoredDerivation[] {
  const rrefs = withContexts(store, refs);
  const dependencies = withDependencies(store, [...refs, ...rrefs.keys()]);
  return sortByHeight(dependencies).map((dref) => ({ dref, rrefs: rrefs.get(dref) ?? [] }));
}

/** The texts of code that some derivations name by digest, sorted by it, as far as the store keeps them. */
export function sourcesOf(store: Store, closure: readonly StoredDerivation[]): Map<string, string> {
  const digests = new Set<string>();
  for (const { dref } of closure) {
    const { code, uses = {} } = sourceDigests(store.config(dref)) ?? {};
    for (const digest of [code, ...Object.values(uses)]) if (digest !== undefined) digests.add(digest);
  }
  const texts = [...digests].sort().map((digest) => [digest, store.sourceText(digest)] as const);
  return new Map(texts.filter((one): one is [string, string] => one[1] !== undefined));
}

/** All realizations that are meant, sorted, by their derivations. */
function withContexts(store: Store, refs: Iterable<DRef | RRef>): Map<DRef, RRef[]> {
  const found = new Set<RRef>();
  const open = [...refs].flatMap((ref) => (isRRef(ref) ? [ref] : store.realizations(ref)));
  for (let rref = open.pop(); rref !== undefined; rref = open.pop()) {
    if (found.has(rref)) continue;
    found.add(rref);
    for (const [, choice] of contextEntries(store.context(rref))) open.push(...choice);
  }
  const byDerivation = new Map<DRef, RRef[]>();
  for (const rref of [...found].sort()) {
    const known = byDerivation.get(drefOf(rref));
    if (known === undefined) byDerivation.set(drefOf(rref), [rref]);
    else known.push(rref);
  }
  return byDerivation;
}

/** The direct dependencies of all derivations that are meant. */
function withDependencies(store: Store, refs: readonly (DRef | RRef)[]): Map<DRef, readonly DRef[]> {
  const dependencies = new Map<DRef, readonly DRef[]>();
  const open = refs.map((ref) => (isRRef(ref) ? drefOf(ref) : ref));
  for (let dref = open.pop(); dref !== undefined; dref = open.pop()) {
    if (dependencies.has(dref)) continue;
    const direct = configDependencies(store.config(dref));
    dependencies.set(dref, direct);
    open.push(...direct);
  }
  return dependencies;
}

/**
 * Sorts derivations so that each comes after those that it depends on. Sorting by the length of the longest way down, and then
 * by address, gives one order for one set.
 */
export function sortByHeight(dependencies: ReadonlyMap<DRef, readonly DRef[]>): DRef[] {
  const heights = new Map<DRef, number>();
  const stack = [...dependencies.keys()];
  for (let dref = stack.at(-1); dref !== undefined; dref = stack.at(-1)) {
    const direct = (dependencies.get(dref) ?? []).filter((one) => dependencies.has(one));
    const missing = heights.has(dref) ? [] : direct.filter((one) => !heights.has(one));
    if (missing.length > 0) stack.push(...missing);
    else {
      stack.pop();
      heights.set(
        dref,
        direct.reduce((most, one) => Math.max(most, (heights.get(one) ?? 0) + 1), 0),
      );
    }
  }
  const height = (dref: DRef): number => heights.get(dref) ?? 0;
  return [...dependencies.keys()].sort((a, b) => height(a) - height(b) || (a < b ? -1 : 1));
}
