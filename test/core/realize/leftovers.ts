import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../../core/index.ts";

/**
 * What unfinished work is in a store: folders being filled, scratch folders, locks. What each process keeps for itself while
 * it lives, and failed builds, do not count.
 */
export function leftovers(store: Store): string[] {
  const locks = names(join(store.root, "locks"));
  const temporary = names(join(store.root, "tmp"))
    .filter((name) => !name.startsWith("failed-"))
    .flatMap((name) => names(join(store.root, "tmp", name)).map((inner) => `${name}/${inner}`))
    .filter((path) => /\/(build|scratch|derivation)-/.test(path));
  return [...locks, ...temporary];
}

/** The folders of failed builds. */
export function failedFolders(store: Store): string[] {
  return names(join(store.root, "tmp"))
    .filter((name) => name.startsWith("failed-"))
    .map((name) => join(store.root, "tmp", name));
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
