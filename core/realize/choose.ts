import type { Context } from "../context.ts";
import type { RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import type { Candidate } from "../stage/matcher.ts";
import { readMetrics, type Metrics } from "../stage/metrics.ts";
import { LightnixError } from "../errors.ts";
import type { Store } from "../store/store.ts";

/**
 * The realizations of a derivation that were made from exactly this context: what its matcher may choose from. Those that
 * failed are never among them.
 */
export function candidatesFor(
  store: Store,
  { dref, dependencies }: Derivation,
  context: Context,
): Candidate[] {
  const same = dependencies.length === 0 ? store.realizations(dref) : store.realizationsFrom(dref, context);
  const candidates: Candidate[] = [];
  for (const rref of same)
    if (store.failure(rref) === undefined) candidates.push(new StoredCandidate(store, rref));
  return candidates;
}

/** Realizations, of any derivations, as a matcher sees them. */
export function candidatesOf(store: Store, rrefs: readonly RRef[]): Candidate[] {
  return rrefs.map((rref) => new StoredCandidate(store, rref));
}

/**
 * What the matcher takes, in its order; undefined when the realizer must run.
 *
 * @throws {LightnixError} `invalid-match` when it takes something else than a candidate; what the matcher throws
 */
export function choose(
  { name, matcher }: Derivation,
  candidates: readonly Candidate[],
): readonly RRef[] | undefined {
  const taken = matcher.pick(candidates);
  if (taken === undefined || taken.length === 0) return undefined;
  const stray = taken.find((rref) => candidates.every((candidate) => candidate.rref !== rref));
  if (stray === undefined) return Object.freeze([...new Set(taken)]);
  throw new LightnixError(
    "invalid-match",
    `Cannot choose a realization of "${name}": its matcher ${matcher.name} takes ${stray}, which is not among the candidates`,
    { data: { stray } },
  );
}

/** The realizations of a derivation that failed in exactly this context. */
export function failuresFor(store: Store, { dref }: Derivation, context: Context): RRef[] {
  return store.realizationsFrom(dref, context).filter((rref) => store.failure(rref) !== undefined);
}

/** Reads what a matcher asks for, and only when it asks: most choices need no more than the address. */
class StoredCandidate implements Candidate {
  readonly rref: RRef;
  readonly #store: Store;
  readonly #metrics: Map<string, Metrics | undefined> = new Map();
  #builtAt: number | undefined;

  constructor(store: Store, rref: RRef) {
    this.#store = store;
    this.rref = rref;
  }

  get builtAt(): number {
    return (this.#builtAt ??= Date.parse(this.#store.buildRecord(this.rref).stopped));
  }

  get path(): string {
    return this.#store.path(this.rref);
  }

  get context(): Context {
    return this.#store.context(this.rref);
  }

  get artifacts(): readonly string[] {
    return this.#store.artifacts(this.rref);
  }

  metrics(file: string): Metrics | undefined {
    // Matchers ask again and again while they sort.
    if (!this.#metrics.has(file)) this.#metrics.set(file, readMetrics(this.path, file));
    return this.#metrics.get(file);
  }
}
