import { readGraph, type StoreGraph } from "../../query/graph.ts";
import type { DRef, RRef } from "../../ref.ts";
import type { Store } from "../store.ts";
import { DeadObject, readFacts, type Facts, type Garbage } from "./garbage.ts";
import { findLeftovers, type Leftover } from "./leftovers.ts";
import { unneededSources } from "./source-texts.ts";
import { markFrom, type Marks, type Reason } from "./mark.ts";
import { buildSources, rootSources, type KeepOptions } from "./sources.ts";
import { chooseVictims } from "./victims.ts";

/** What may be collected. */
export interface CollectOptions extends KeepOptions {
  /** Keeps all that is younger than this, and what that needs. */
  readonly olderThanMs?: number | undefined;
  /** Goes on until so much is freed, and keeps the rest: leftovers first, then realizations, the oldest first. */
  readonly freeBytes?: number | undefined;
  /** Whether failed builds, folders of dead processes and half objects go, too. They do unless said otherwise. */
  readonly leftovers?: boolean | undefined;
}

/** What a collection would do, as things stand. `collect` does it. */
export interface CollectionPlan {
  readonly store: Store;
  readonly options: CollectOptions;
  /** What would go, in that order: what nothing needs first, of that the oldest first. */
  readonly garbage: readonly Garbage[];
  readonly leftovers: readonly Leftover[];
  /** What that would free, as far as records tell. */
  readonly freedBytes: number;
  /** How many objects would stay. */
  readonly keptCount: number;
  /** Who keeps an object, and by way of what; undefined for what would go and for what the store does not have. */
  whyKept(ref: DRef | RRef): Reason | undefined;
}

/** A plan with what it was made from. */
export interface FullPlan extends CollectionPlan {
  readonly graph: StoreGraph;
  readonly victims: readonly number[];
}

/**
 * Finds out what can be collected, and changes nothing: whatever no root needs, no running build, and nothing else that stays. It
 * is a preview, and what `collect` is handed.
 *
 * @throws {LightnixError} `unreadable-root`; {RangeError} for an age or a size that is no number from 0 on
 *
 * @example
 * ```ts
 * const plan = await planCollection(store, { freeBytes: 10e9 });
 * for (const { name, ageMs, sizeBytes, metrics } of plan.garbage) console.log(name, ageMs, sizeBytes, metrics);
 * await collect(plan);
 * ```
 */
export async function planCollection(store: Store, options: CollectOptions = {}): Promise<CollectionPlan> {
  checkLimits(options);
  const graph = await readGraph(store);
  const marks = await markFrom(graph, [...rootSources(store, graph, options), ...buildSources(store, graph)]);
  const leftovers = await chooseLeftovers(store, graph, options);
  const dead = [...graph.refs.keys()].filter((index) => !marks.has(index));
  const facts = await readFacts(store, graph, dead);
  await spareYoung({ marks, dead, facts, options });
  const left = dead.filter((index) => !marks.has(index));
  const already = leftovers.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
  const freeBytes = options.freeBytes === undefined ? undefined : options.freeBytes - already;
  const victims = chooseVictims({ graph, indices: left, facts, freeBytes });
  const going = new Set(victims);
  const { olderThanMs } = options;
  const sources = options.leftovers === false ? [] : unneededSources(store, graph, { victims, olderThanMs });
  const sourceBytes = sources.reduce((sum, { diskBytes }) => sum + diskBytes, 0);
  await marks.add({ holder: { kind: "budget" }, indices: left.filter((index) => !going.has(index)) });
  const plan: FullPlan = {
    store,
    options,
    graph,
    victims,
    garbage: victims.map((index) => new DeadObject(store, graph.refs[index] as DRef | RRef, facts.of(index))),
    leftovers: [...leftovers, ...sources],
    freedBytes: victims.reduce((sum, index) => sum + facts.of(index).sizeBytes, already + sourceBytes),
    keptCount: graph.refs.length - victims.length,
    whyKept: (ref) => marks.reason(graph.indexOf(ref) ?? -1),
  };
  return plan;
}

/** The oldest first, as many as are to be freed. */
async function chooseLeftovers(
  store: Store,
  { half }: StoreGraph,
  options: CollectOptions,
): Promise<Leftover[]> {
  if (options.leftovers === false) return [];
  const chosen: Leftover[] = [];
  let freed = 0;
  for (const one of await findLeftovers(store, half)) {
    if (one.ageMs < (options.olderThanMs ?? 0) || freed >= (options.freeBytes ?? Infinity)) continue;
    chosen.push(one);
    freed += one.diskBytes;
  }
  return chosen;
}

interface Dead {
  readonly marks: Marks;
  readonly dead: readonly number[];
  readonly facts: Facts;
  readonly options: CollectOptions;
}

async function spareYoung({ marks, dead, facts, options: { olderThanMs = 0 } }: Dead): Promise<void> {
  if (olderThanMs <= 0) return;
  const limit = Date.now() - olderThanMs;
  const indices = dead.filter((index) => facts.of(index).madeMs > limit);
  await marks.add({ holder: { kind: "young" }, indices });
}

function checkLimits({ olderThanMs, freeBytes }: CollectOptions): void {
  for (const [name, value] of Object.entries({ olderThanMs, freeBytes })) {
    if (value === undefined || (typeof value === "number" && value >= 0)) continue;
    throw new RangeError(`Cannot plan a collection with ${name}: ${String(value)}; it is a number from 0 on`);
  }
}
