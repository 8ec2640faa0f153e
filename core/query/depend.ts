import { configDependencies } from "../config.ts";
import { contextEntries } from "../context.ts";
import { isDRef, isRRef, type DRef, type RRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import { reach, readGraph, type StoreGraph } from "./graph.ts";

/** How far to look. */
export interface DependOptions {
  /** Only what is one step away. Everything unless said otherwise. */
  readonly direct?: boolean | undefined;
}

/**
 * What a derivation depends on, or what a realization was made from: derivations for a derivation, realizations for a
 * realization, each once, dependencies first, without itself. (Pylightnix: `config_deps`, `rrefdeps`, `drefdeps`.)
 *
 * @throws {LightnixError} `unknown-derivation`, `unknown-realization`, `damaged`
 */
export function dependencies(store: Store, ref: DRef, options?: DependOptions): DRef[];
export function dependencies(store: Store, ref: RRef, options?: DependOptions): RRef[];
export function dependencies(
  store: Store,
  ref: DRef | RRef,
  { direct = false }: DependOptions = {},
): (DRef | RRef)[] {
  const step = (at: DRef | RRef): (DRef | RRef)[] =>
    isRRef(at)
      ? contextEntries(store.context(at)).flatMap(([, rrefs]) => rrefs)
      : configDependencies(store.config(at));
  return direct ? step(ref) : dependenciesFirst(ref, step).slice(0, -1);
}

/**
 * What depends on a derivation or realization: derivations on a derivation, realizations on a realization, sorted. Reads the
 * whole store.
 */
export async function dependents(store: Store, ref: DRef, options?: DependOptions): Promise<DRef[]>;
export async function dependents(store: Store, ref: RRef, options?: DependOptions): Promise<RRef[]>;
export async function dependents(
  store: Store,
  ref: DRef | RRef,
  { direct = false }: DependOptions = {},
): Promise<(DRef | RRef)[]> {
  const graph = await readGraph(store);
  const index = graph.indexOf(ref);
  if (index === undefined) return [];
  // A derivation is needed by its realizations, too, and those are no derivations that depend on it.
  const above = isDRef(ref) ? graph.dependents() : graph.neededBy();
  const found = direct ? (above.get(index) ?? []) : reach((at) => above.get(at) ?? [], [index]);
  return refsOf(graph, found);
}

/** What nothing in a store depends on. */
export interface Tops {
  readonly derivations: readonly DRef[];
  readonly realizations: readonly RRef[];
}

/**
 * The derivations that no other derivation depends on, and the realizations that no other was made from, sorted: the ends of
 * all closures. (Pylightnix: `rootdrefs`, `rootrrefs`.)
 */
export async function tops(store: Store): Promise<Tops> {
  const graph = await readGraph(store);
  const needed = new Set<number>();
  for (const index of graph.refs.keys()) {
    // That a realization needs its derivation does not count.
    for (const need of graph.needs(index))
      if (graph.isDerivation(need) === graph.isDerivation(index)) needed.add(need);
  }
  const free = graph.refs.filter((_, index) => !needed.has(index)).sort();
  return { derivations: free.filter(isDRef), realizations: free.filter(isRRef) };
}

function refsOf({ refs }: StoreGraph, indices: Iterable<number>): (DRef | RRef)[] {
  return [...indices].flatMap((index) => refs[index] ?? []).sort();
}

/** Everything that one can step to, after all that one can step to from there; a closure may be deeper than a stack. */
function dependenciesFirst<T>(start: T, step: (at: T) => readonly T[]): T[] {
  const done = new Set<T>();
  const stack: { at: T; below: readonly T[]; next: number }[] = [{ at: start, below: step(start), next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.below[top.next++];
    if (next === undefined) {
      done.add(top.at);
      stack.pop();
    } else if (!done.has(next)) stack.push({ at: next, below: step(next), next: 0 });
  }
  return [...done];
}
