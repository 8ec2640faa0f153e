import { lstatSync, unlinkSync } from "node:fs";
import { basename } from "node:path";
import type { StoreGraph } from "../../query/graph.ts";
import { isHash } from "../../ref.ts";
import { sourceDigests } from "../../stage/source-texts.ts";
import { ifThere, namesIn } from "../if-there.ts";
import { storePaths } from "../layout.ts";
import { sourcePath } from "../source-files.ts";
import type { Store } from "../store.ts";
import type { Leftover } from "./leftovers.ts";

/** The texts of code that no derivation needs once these are gone, sorted. */
export function unneededSources(
  store: Store,
  graph: StoreGraph,
  {
    victims,
    olderThanMs = 0,
  }: { readonly victims: readonly number[]; readonly olderThanMs?: number | undefined },
): Leftover[] {
  const paths = storePaths(store.root);
  const digests = namesIn(paths.sources).filter(isHash).sort();
  const going = new Set(victims);
  const unneeded = digests.filter((digest) => graph.sourceUsers(digest).every((index) => going.has(index)));
  return unneeded.flatMap((digest): Leftover[] => {
    const path = sourcePath(paths, digest);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    const ageMs = Date.now() - stats.mtimeMs;
    return ageMs < olderThanMs ? [] : [{ kind: "source", path, ageMs, diskBytes: stats.size }];
  });
}

/** Removes those of them that are still needed by nothing, after the derivations in `taken` went. Returns what went. */
export async function removeSources(
  store: Store,
  graph: StoreGraph,
  { leftovers, taken }: { readonly leftovers: readonly Leftover[]; readonly taken: ReadonlySet<number> },
): Promise<Leftover[]> {
  if (leftovers.length === 0) return [];
  const lock = await store.lockRemovals();
  try {
    const needed = neededByNewcomers(store, graph);
    const unneeded = leftovers.filter(({ path }) => {
      const digest = basename(path);
      return !needed.has(digest) && graph.sourceUsers(digest).every((index) => taken.has(index));
    });
    for (const { path } of unneeded) ifThere(() => unlinkSync(path));
    return unneeded;
  } finally {
    lock.release();
  }
}

/** What those derivations need that came since the graph was read. */
function neededByNewcomers(store: Store, graph: StoreGraph): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const dref of store.derivations()) {
    if (graph.indexOf(dref) !== undefined) continue;
    const { code, uses = {} } = sourceDigests(store.config(dref)) ?? {};
    for (const digest of [code, ...Object.values(uses)]) if (digest !== undefined) needed.add(digest);
  }
  return needed;
}
