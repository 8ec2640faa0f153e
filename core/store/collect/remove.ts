import { LightnixError } from "../../errors.ts";
import { reach, readGraph, type StoreGraph } from "../../query/graph.ts";
import { isRRef, type DRef, type RRef } from "../../ref.ts";
import { dropRoot, listRoots } from "../roots.ts";
import type { Store } from "../store.ts";
import { markFrom } from "./mark.ts";
import { removalOrder } from "./order.ts";
import { buildSources, rootSources } from "./sources.ts";
import { takeOut } from "./take-out.ts";

/** How to remove. */
export interface RemoveOptions {
  /** Removes what depends on it, too. */
  readonly recursive?: boolean | undefined;
  /**
   * Removes it although something depends on it, which stays and is whole again once the same is realized again; and although
   * roots keep it, which are dropped.
   */
  readonly force?: boolean | undefined;
}

/**
 * Removes realizations and derivations. A derivation goes with all its realizations. Returns what is gone, dependents
 * first. (Pylightnix: `rmref`.)
 *
 * @throws {LightnixError} `has-dependents` (they are in `data.dependents`), `kept-by-root`, `in-use` by a running build, which
 *   `force` does not override; `unknown-realization`, `unknown-derivation`
 */
export async function removeRefs(
  store: Store,
  refs: readonly (DRef | RRef)[],
  options: RemoveOptions = {},
): Promise<(DRef | RRef)[]> {
  const graph = await readGraph(store);
  const asked = refs.flatMap((ref) => requireObject(store, graph, ref));
  const above = graph.neededBy();
  const dependents = [...reach((at) => above.get(at) ?? [], asked)].filter((index) => !asked.includes(index));
  if (dependents.length > 0 && options.recursive !== true && options.force !== true)
    throw hasDependents(graph, refs, dependents);
  const going = new Set(options.recursive === true ? [...asked, ...dependents] : asked);
  await refuseInUse(store, graph, going);
  await releaseRoots(store, graph, going, options);
  const victims = removalOrder({ indices: going, needs: (at) => graph.needs(at), time: (index) => index });
  const taken = await takeOut({
    store,
    graph,
    victims,
    // What depends on it stays by force; then only a build that has just started keeps it.
    sources: () => [
      ...(options.force === true ? [] : rootSources(store, graph, {})),
      ...buildSources(store, graph),
    ],
  });
  await refuseInUse(store, graph, new Set(victims.filter((index) => !taken.has(index))));
  return victims.filter((index) => taken.has(index)).flatMap((index) => graph.refs[index] ?? []);
}

/** The number of an object, and those of what cannot be without it, as it is inside of it. */
function requireObject(store: Store, graph: StoreGraph, ref: DRef | RRef): number[] {
  const index = graph.indexOf(ref);
  if (index !== undefined) return [index, ...graph.outcomes(index)];
  // Says in the store's own words that it is not there.
  if (isRRef(ref)) store.context(ref);
  else store.config(ref);
  return [];
}

function hasDependents(
  graph: StoreGraph,
  refs: readonly (DRef | RRef)[],
  indices: readonly number[],
): LightnixError {
  const dependents = refsOf(graph, indices);
  return new LightnixError(
    "has-dependents",
    `Cannot remove ${refs.join(", ")}: ${listed(dependents)} depend on it. Remove them, too, by \`recursive\`, or leave them behind by \`force\``,
    { data: { refs, dependents } },
  );
}

async function refuseInUse(store: Store, graph: StoreGraph, going: ReadonlySet<number>): Promise<void> {
  const marks = await markFrom(graph, buildSources(store, graph));
  const index = [...going].find((one) => marks.has(one));
  const reason = index === undefined ? undefined : marks.reason(index);
  if (index === undefined || reason?.holder.kind !== "build") return;
  const { pid, host } = reason.holder;
  throw new LightnixError(
    "in-use",
    `Cannot remove ${String(graph.refs[index])}: a build by process ${pid} on ${host} may need it. Wait for that to end`,
    { data: { ref: graph.refs[index], pid, host } },
  );
}

async function releaseRoots(
  store: Store,
  graph: StoreGraph,
  going: ReadonlySet<number>,
  { force }: RemoveOptions,
): Promise<void> {
  const direct = listRoots(store).filter(
    ({ ref }) => ref !== undefined && going.has(graph.indexOf(ref) ?? -1),
  );
  if (direct.length > 0 && force !== true) {
    const roots = direct.map(({ name }) => name);
    throw new LightnixError(
      "kept-by-root",
      `Cannot remove ${String(direct[0]?.ref)}: it is kept by ${listed(roots)}. Drop the root by dropRoot(), or remove it all the same by \`force\``,
      { data: { roots } },
    );
  }
  // Links in other people's folders are theirs.
  for (const { name, folder } of direct) if (folder === undefined) await dropRoot(store, name);
}

function refsOf({ refs }: StoreGraph, indices: Iterable<number>): (DRef | RRef)[] {
  return [...indices].flatMap((index) => refs[index] ?? []).sort();
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
