import { statSync } from "node:fs";
import { canonicalJson } from "../canonical.ts";
import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { errorCode } from "../errors.ts";
import { parseDRef, type DRef } from "../ref.ts";
import { namesIn } from "../store/if-there.ts";
import { derivationOfFolder, storePaths } from "../store/layout.ts";
import type { Store } from "../store/store.ts";

/** A config as its smallest fields: their paths, and what they are. */
export type Leaves = ReadonlyMap<string, string>;

// Longer arrays count as one field: they would make many of what somebody changed in one place.
const MOST_ITEMS = 50;

/** Takes a config apart, to be compared with many others. */
export function leavesOf(config: JsonObject): Leaves {
  const leaves = new Map<string, string>();
  const visit = (value: Json, path: string): void => {
    const isBranch = Array.isArray(value) ? value.length <= MOST_ITEMS : isJsonObject(value);
    if (!isBranch) leaves.set(path, typeof value === "string" ? `"${value}` : canonicalJson(value));
    else for (const [field, inner] of Object.entries(value as JsonObject)) visit(inner, `${path}\0${field}`);
  };
  visit(config, "");
  return leaves;
}

/** In how many fields two configs differ; more than `most` is some number above it. */
export function countDifferences(a: Leaves, b: Leaves, most: number): number {
  let [differences, shared] = [0, 0];
  for (const [path, value] of a) {
    const other = b.get(path);
    if (other !== undefined) shared++;
    if (other !== value && ++differences > most) return differences;
  }
  return differences + b.size - shared;
}

interface Candidate {
  readonly dref: DRef;
  readonly leaves: Leaves;
}

/**
 * Finds for derivations the nearest realized one of the same name in a store: that which differs in the fewest fields, and of those
 * the one that was built last.
 */
export class NearestEarlier {
  readonly #store: Store;
  readonly #folders: ReadonlyMap<string, readonly DRef[]>;
  readonly #candidates: Map<string, readonly Candidate[]> = new Map();
  readonly #realized: Map<DRef, boolean> = new Map();

  /** Lists the folders of a store once; looks at those of `names` alone, and only when it is asked. */
  constructor(store: Store, names: ReadonlySet<string>) {
    this.#store = store;
    this.#folders = derivationsOfNames(store, names);
  }

  /** The nearest other one; undefined when no other of that name has an outcome that counts. */
  find(dref: DRef, config: JsonObject): DRef | undefined {
    const { name } = parseDRef(dref);
    const own = leavesOf(config);
    let nearest: DRef[] = [];
    let fewest = Number.POSITIVE_INFINITY;
    for (const candidate of this.#candidatesOf(name)) {
      if (candidate.dref === dref) continue;
      const count = countDifferences(own, candidate.leaves, fewest);
      if (count > fewest || !this.#isRealized(candidate.dref)) continue;
      if (count < fewest) nearest = [];
      fewest = count;
      nearest.push(candidate.dref);
    }
    return this.#latestOf(nearest);
  }

  /** The folder's time is that of the last outcome that came into it. */
  #latestOf(drefs: readonly DRef[]): DRef | undefined {
    if (drefs.length < 2) return drefs[0];
    const times = drefs.map((dref) => ({
      dref,
      timeMs: statSync(this.#store.path(dref), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }));
    return times.reduce((best, one) => (one.timeMs > best.timeMs ? one : best)).dref;
  }

  #candidatesOf(name: string): readonly Candidate[] {
    const known = this.#candidates.get(name);
    if (known !== undefined) return known;
    const found = (this.#folders.get(name) ?? []).flatMap((dref): Candidate[] => {
      const config = intactConfig(this.#store, dref);
      return config === undefined ? [] : [{ dref, leaves: leavesOf(config) }];
    });
    this.#candidates.set(name, found);
    return found;
  }

  #isRealized(dref: DRef): boolean {
    const known = this.#realized.get(dref);
    if (known !== undefined) return known;
    const isRealized = this.#store.realizations(dref).some((rref) => this.#store.failure(rref) === undefined);
    this.#realized.set(dref, isRealized);
    return isRealized;
  }
}

function derivationsOfNames(store: Store, names: ReadonlySet<string>): Map<string, DRef[]> {
  const found = new Map<string, DRef[]>();
  // The hash and a hyphen come before the name.
  const nameStart = 33;
  for (const folder of namesIn(storePaths(store.root).objects)) {
    const name = folder.slice(nameStart);
    const dref = names.has(name) ? derivationOfFolder(folder) : undefined;
    if (dref === undefined) continue;
    const list = found.get(name);
    if (list === undefined) found.set(name, [dref]);
    else list.push(dref);
  }
  return found;
}

/** One damaged config is no reason to explain nothing. */
function intactConfig(store: Store, dref: DRef): JsonObject | undefined {
  try {
    return store.config(dref);
  } catch (error) {
    if (errorCode(error) === "damaged" || errorCode(error) === "unknown-derivation") return undefined;
    throw error;
  }
}
