import { configDependencies } from "../../config.ts";
import { contextEntries } from "../../context.ts";
import { errorCode } from "../../errors.ts";
import { reach, type StoreGraph } from "../../query/graph.ts";
import { drefOf, isRRef, type DRef, type RRef } from "../../ref.ts";
import { readLock } from "../claim.ts";
import { derivationOfFolder, storePaths, type StorePaths } from "../layout.ts";
import { thisProcess } from "../machine.ts";
import { listRoots } from "../roots.ts";
import type { Store } from "../store.ts";
import { isGone } from "./gone.ts";
import { readHolds } from "./hold.ts";
import { namesIn } from "../if-there.ts";

/** Who keeps something from being collected. */
export type Holder =
  /** A root, by its name. */
  | { readonly kind: "root"; readonly name: string }
  /** A process that builds. */
  | { readonly kind: "build"; readonly pid: number; readonly host: string }
  /** Whoever asks for the collection wants it kept. */
  | { readonly kind: "asked" }
  /** It is younger than the age limit. */
  | { readonly kind: "young" }
  /** Enough is freed without it. */
  | { readonly kind: "budget" };

/** Something that is kept for its own sake, by number. */
export interface Source {
  readonly holder: Holder;
  readonly indices: readonly number[];
}

/** What is to be kept besides what roots and builds keep. */
export interface KeepOptions {
  /** Folders outside of the store with links in them, besides those that are roots. */
  readonly rootFolders?: readonly string[] | undefined;
  /** These, with what they need. */
  readonly keep?: readonly (DRef | RRef)[] | undefined;
}

/**
 * What is kept by roots and by the caller, as things stand.
 *
 * @throws {LightnixError} `unreadable-root`
 */
export function rootSources(store: Store, graph: StoreGraph, options: KeepOptions): Source[] {
  const sources: Source[] = [];
  for (const { name, ref } of listRoots(store, options.rootFolders)) {
    if (ref !== undefined)
      sources.push({ holder: { kind: "root", name }, indices: withOutcomes(store, graph, ref) });
  }
  for (const ref of options.keep ?? [])
    sources.push({ holder: { kind: "asked" }, indices: withOutcomes(store, graph, ref) });
  return sources;
}

/**
 * What running builds keep, as things stand: of each derivation that is locked or held, itself, everything that it depends on,
 * and all realizations of all those, because nobody knows which of them a matcher is going to take.
 */
export function buildSources(store: Store, graph: StoreGraph): Source[] {
  const paths = storePaths(store.root);
  const holds = [...readHolds(paths), ...readLocks(paths)];
  return holds.map(({ holder, refs }) => {
    const indices = refs.flatMap((ref) => knownIndices(store, graph, ref));
    const all = [...indices, ...reach((at) => graph.needs(at), indices)];
    return {
      holder: { kind: "build", ...holder },
      indices: unique(all.flatMap((at) => [at, ...graph.outcomes(at)])),
    };
  });
}

/**
 * The numbers of an address. One that came into the store after the graph was read has none: then those of what it needs.
 */
export function knownIndices(store: Store, graph: StoreGraph, ref: DRef | RRef): number[] {
  const found: number[] = [];
  const seen = new Set<DRef | RRef>();
  const stack = [ref];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const index = graph.indexOf(at);
    if (index === undefined) stack.push(...needsOf(store, at));
    else found.push(index);
  }
  return found;
}

function needsOf(store: Store, ref: DRef | RRef): (DRef | RRef)[] {
  try {
    if (!isRRef(ref)) return configDependencies(store.config(ref));
    return [drefOf(ref), ...contextEntries(store.context(ref)).flatMap(([, rrefs]) => rrefs)];
  } catch (error) {
    const code = errorCode(error);
    if (code === "unknown-derivation" || code === "unknown-realization" || code === "damaged") return [];
    throw error;
  }
}

/** Who holds the locks of derivations. What no store wrote there may be the lock of a later version, and counts. */
function readLocks(paths: StorePaths): ReturnType<typeof readHolds> {
  const me = { id: "reader", ...thisProcess() };
  return namesIn(paths.locks).flatMap((name) => {
    const dref = derivationOfFolder(name);
    const found = dref === undefined ? undefined : readLock(paths, `${paths.locks}/${name}`, me);
    if (dref === undefined || found === undefined) return [];
    const { claim } = found;
    if (claim !== undefined && isGone(paths, claim)) return [];
    return [{ holder: { pid: claim?.pid ?? 0, host: claim?.host ?? "unknown" }, refs: [dref] }];
  });
}

/** A root that leads to a derivation keeps what was realized of it. */
function withOutcomes(store: Store, graph: StoreGraph, ref: DRef | RRef): number[] {
  const indices = knownIndices(store, graph, ref);
  return isRRef(ref) ? indices : unique(indices.flatMap((at) => [at, ...graph.outcomes(at)]));
}

function unique(indices: readonly number[]): number[] {
  return [...new Set(indices)];
}
