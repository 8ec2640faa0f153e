import { statSync } from "node:fs";
import { canonicalJson } from "../canonical.ts";
import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { parseDRef, type DRef } from "../ref.ts";
import { intactConfig } from "../store/intact-config.ts";
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

/** Configs that others are compared with, all at once: a sweep may have thousands of points beside thousands of earlier ones. */
export class ConfigIndex {
  readonly #sizes: Int32Array;
  readonly #byPath: Map<string, number[]> = new Map();
  readonly #byLeaf: Map<string, number[]> = new Map();

  constructor(configs: readonly Leaves[]) {
    this.#sizes = Int32Array.from(configs, ({ size }) => size);
    for (const [number, leaves] of configs.entries()) {
      for (const [path, value] of leaves) {
        push(this.#byPath, path, number);
        push(this.#byLeaf, `${path}\0\0${value}`, number);
      }
    }
  }

  /** In how many fields a config differs from each of them: fields that only one of the two has, and those with other values. */
  differences(leaves: Leaves): Int32Array {
    const counts = this.#sizes.map((size) => size + leaves.size);
    const take = (numbers: readonly number[] | undefined): void => {
      for (const number of numbers ?? []) counts[number] = (counts[number] ?? 0) - 1;
    };
    for (const [path, value] of leaves) {
      take(this.#byPath.get(path));
      take(this.#byLeaf.get(`${path}\0\0${value}`));
    }
    return counts;
  }
}

function push<T>(lists: Map<string, T[]>, key: string, one: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [one]);
  else list.push(one);
}

interface Candidates {
  /** Those that were built last come first. */
  readonly drefs: readonly DRef[];
  readonly index: ConfigIndex;
}

/**
 * Finds for derivations the nearest realized one of the same name in a store: that which differs in the fewest fields, and of those
 * the one that was built last.
 */
export class NearestEarlier {
  readonly #store: Store;
  readonly #namesakes: ReadonlyMap<string, readonly DRef[]>;
  readonly #candidates: Map<string, Candidates> = new Map();
  readonly #realized: Map<DRef, boolean> = new Map();

  /** Lists the derivations of `names` once, and looks at them only when it is asked. */
  constructor(store: Store, names: ReadonlySet<string>) {
    this.#store = store;
    this.#namesakes = store.derivationsNamed(names);
  }

  /** The nearest other one; undefined when no other of that name has an outcome that counts. */
  find(dref: DRef, config: JsonObject): DRef | undefined {
    const { drefs, index } = this.#candidatesOf(parseDRef(dref).name);
    if (drefs.length === 0) return undefined;
    let nearest: DRef | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [number, count] of index.differences(leavesOf(config)).entries()) {
      const other = drefs[number];
      if (count >= fewest || other === undefined || other === dref || !this.#isRealized(other)) continue;
      [nearest, fewest] = [other, count];
    }
    return nearest;
  }

  #candidatesOf(name: string): Candidates {
    const known = this.#candidates.get(name);
    if (known !== undefined) return known;
    const drefs: DRef[] = [];
    const configs: Leaves[] = [];
    for (const dref of this.#latestFirst(this.#namesakes.get(name) ?? [])) {
      const config = intactConfig(this.#store, dref);
      if (config === undefined) continue;
      drefs.push(dref);
      configs.push(leavesOf(config));
    }
    const found = { drefs, index: new ConfigIndex(configs) };
    this.#candidates.set(name, found);
    return found;
  }

  /** The folder's time is that of the last outcome that came into it. */
  #latestFirst(drefs: readonly DRef[]): readonly DRef[] {
    if (drefs.length < 2) return drefs;
    const timed = drefs.map((dref) => ({
      dref,
      timeMs: statSync(this.#store.path(dref), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }));
    return timed.sort((a, b) => b.timeMs - a.timeMs).map(({ dref }) => dref);
  }

  #isRealized(dref: DRef): boolean {
    const known = this.#realized.get(dref);
    if (known !== undefined) return known;
    const isRealized = this.#store.realizations(dref).some((rref) => this.#store.failure(rref) === undefined);
    this.#realized.set(dref, isRealized);
    return isRealized;
  }
}
