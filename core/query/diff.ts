import { canonicalJson } from "../canonical.ts";
import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { drefOf, isDRef, isRRef, type DRef, type RRef } from "../ref.ts";
import type { Store } from "../store/store.ts";

/** One place where two configs differ. */
export interface ConfigDifference {
  /** The field, from the outside in; numbers are indices of arrays. */
  readonly path: readonly (string | number)[];
  /** Not there in a field that was added. */
  readonly before?: Json;
  /** Not there in a field that was dropped. */
  readonly after?: Json;
}

/**
 * Where the configs of two derivations, or of those of two realizations, differ: the smallest fields that do, sorted by path.
 * Fields of core itself, such as `__source__`, are compared like all others. (Pylightnix: `diff`.)
 *
 * @throws {LightnixError} `unknown-derivation`, `damaged`
 */
export function diffConfigs(
  store: Store,
  before: DRef | RRef | JsonObject,
  after: DRef | RRef | JsonObject,
): ConfigDifference[] {
  return differences(configOf(store, before), configOf(store, after));
}

function configOf(store: Store, of: DRef | RRef | JsonObject): JsonObject {
  if (isRRef(of)) return store.config(drefOf(of));
  return isDRef(of) ? store.config(of) : of;
}

/** The smallest fields in which two values differ, sorted by path. */
export function differences(
  before: Json,
  after: Json,
  path: readonly (string | number)[] = [],
): ConfigDifference[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return fields.flatMap((field) => differencesAt([...path, field], own(before, field), own(after, field)));
  }
  if (isList(before) && isList(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      differencesAt([...path, index], before[index], after[index]),
    ).flat();
  }
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ path, before, after }];
}

function differencesAt(
  path: readonly (string | number)[],
  before: Json | undefined,
  after: Json | undefined,
): ConfigDifference[] {
  if (before !== undefined && after !== undefined) return differences(before, after, path);
  if (before !== undefined) return [{ path, before }];
  return after === undefined ? [] : [{ path, after }];
}

function own(object: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
