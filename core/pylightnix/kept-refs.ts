import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json } from "../config.ts";
import { errorCode, LightnixError } from "../errors.ts";
import { isDRef, isRRef, type DRef, type RRef } from "../ref.ts";
import { syncAll, writeReadOnly } from "../store/durable.ts";
import type { Store } from "../store/store.ts";

/** New addresses by the old ones, as Pylightnix had them. */
export type RefMap = ReadonlyMap<string, DRef | RRef>;

const FORMAT = "lightnix: addresses of what was imported from Pylightnix";

/**
 * What became of the addresses of all that was ever imported from Pylightnix stores, by the old address. The store keeps it in
 * `pylightnix.json`, beside `store-v1`. What was imported may have been collected since.
 *
 * @throws {LightnixError} `damaged`
 */
export function pylightnixRefs(store: Store): RefMap {
  const path = keptAt(store);
  try {
    const json = JSON.parse(readFileSync(path, "utf8")) as Json;
    const refs = isJsonObject(json) && json["format"] === FORMAT ? json["refs"] : undefined;
    if (!isJsonObject(refs)) throw new TypeError("it holds no addresses");
    return new Map(
      Object.entries(refs).flatMap(([old, ref]) => (isDRef(ref) || isRRef(ref) ? [[old, ref]] : [])),
    );
  } catch (error) {
    if (errorCode(error) === "ENOENT") return new Map();
    throw new LightnixError(
      "damaged",
      `Cannot read "${path}": it does not hold the addresses of what was imported. Remove it and import again`,
      { cause: error, data: { path } },
    );
  }
}

/** Adds to what `pylightnixRefs` reads. Nothing is written if nothing is new. */
export async function keepPylightnixRefs(store: Store, added: RefMap): Promise<void> {
  const known = pylightnixRefs(store);
  if ([...added].every(([old, ref]) => known.get(old) === ref)) return;
  const refs = Object.fromEntries([...known, ...added].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const folder = await store.tempFolder("pylightnix");
  const fresh = join(folder, "pylightnix.json");
  writeReadOnly(fresh, `${JSON.stringify({ format: FORMAT, version: 1, refs }, undefined, 2)}\n`);
  await syncAll([fresh]);
  renameSync(fresh, keptAt(store));
  await store.discard(folder);
}

function keptAt(store: Store): string {
  return join(store.root, "pylightnix.json");
}
