import type { JsonObject } from "../config.ts";
import { parseDRef, type DRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import type { Change, RunReason } from "./change.ts";
import { compareConfigs, type FindText } from "./compare.ts";
import type { Comparison } from "./explanation.ts";

/** With what dependencies are compared. */
export interface CompareDependenciesOptions {
  readonly store: Store;
  /** Configs that the store need not have. */
  readonly configs: ReadonlyMap<DRef, JsonObject>;
  readonly findText: FindText;
  /** Whether it is told elsewhere how these two differ. */
  readonly isSaid?: (before: DRef, after: DRef) => boolean;
}

/** Follows dependencies that are others than before, down to what changed first. */
export function compareDependencies(
  reasons: readonly RunReason[],
  { isSaid = () => false, ...known }: CompareDependenciesOptions,
): Comparison[] {
  const comparisons = new Map<string, Comparison>();
  const open = [...reasons];
  for (let change = open.pop(); change !== undefined; change = open.pop()) {
    if (change.type !== "dependency-changed") continue;
    const { before, after } = change;
    // Another stage in its place has nothing to be compared with.
    const isOther = parseDRef(before).name !== parseDRef(after).name;
    if (isOther || isSaid(before, after) || comparisons.has(before + after)) continue;
    const changes = changesBetween(before, after, known);
    comparisons.set(before + after, { before, after, changes });
    open.push(...changes);
  }
  return [...comparisons.values()];
}

/** What is not in the store any more, or damaged there, cannot be compared with. */
function changesBetween(
  before: DRef,
  after: DRef,
  { store, configs, findText }: CompareDependenciesOptions,
): readonly Change[] {
  const config = (dref: DRef): JsonObject | undefined => {
    try {
      return configs.get(dref) ?? store.config(dref);
    } catch {
      return undefined;
    }
  };
  const [old, now] = [config(before), config(after)];
  return old === undefined || now === undefined ? [] : compareConfigs(old, now, findText);
}
