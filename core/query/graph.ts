import { existsSync, readdirSync, readFileSync } from "node:fs";
import { contextEntries, parseContext } from "../context.ts";
import { errorCode } from "../errors.ts";
import type { DRef, RRef } from "../ref.ts";
import { Breath } from "../store/breath.ts";
import {
  CONFIG_FILE,
  CONTEXT_FILE,
  derivationOfFolder,
  isRealizationName,
  storePaths,
} from "../store/layout.ts";
import type { Store } from "../store/store.ts";

/**
 * Everything in a store, and what needs what, as it was when it was read: a realization needs its derivation and the
 * realizations in its context, a derivation needs those that its config names. Objects are numbers, for there may be hundreds
 * of thousands of them.
 */
export interface StoreGraph {
  /** The addresses by number. */
  readonly refs: readonly (DRef | RRef)[];
  /** The number of an address that the store has. */
  readonly indexOf: ReadonlyMap<DRef | RRef, number>;
  /** What an object needs, of that which the store has. */
  readonly needs: readonly (readonly number[])[];
  /** The realizations of a derivation; empty for realizations. */
  readonly outcomes: readonly (readonly number[])[];
}

const NOTHING: readonly number[] = Object.freeze([]);

// In canonical JSON the quote that opens a text is never preceded by a backslash, and only a field name is followed by a colon.
const DREF_IN_JSON = /(?<!\\)"(dref:[0-9a-f]{32}-[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,99})"(?!:)/g;

/** Reads all addresses, configs and contexts. What comes or goes meanwhile may or may not be in it. */
export async function readGraph(store: Store): Promise<StoreGraph> {
  const { objects } = storePaths(store.root);
  const listed = await listObjects(store);
  const refs = listed.flatMap(({ dref, rrefs }): (DRef | RRef)[] => [dref, ...rrefs]);
  const indexOf = new Map(refs.map((ref, index) => [ref, index]));
  const needs: (readonly number[])[] = [];
  const outcomes: (readonly number[])[] = [];
  const breath = new Breath();
  const known = (found: readonly (DRef | RRef)[]): number[] =>
    found.flatMap((ref) => indexOf.get(ref) ?? []).filter(isFirst);
  for (const { dref, rrefs } of listed) {
    const folder = `${objects}/${dref.slice(5)}`;
    const own = needs.length;
    const dependencies = dependenciesIn(readText(`${folder}/${CONFIG_FILE}`));
    needs.push(dependencies.length === 0 ? NOTHING : known(dependencies));
    outcomes.push(rrefs.length === 0 ? NOTHING : rrefs.map((_, index) => own + 1 + index));
    const alone = [own];
    for (const rref of rrefs) {
      const context =
        dependencies.length === 0 ? [] : contextIn(`${folder}/${rref.slice(5, 37)}/${CONTEXT_FILE}`);
      needs.push(context.length === 0 ? alone : [own, ...known(context)]);
      outcomes.push(NOTHING);
    }
    await breath.take();
  }
  return { refs, indexOf, needs, outcomes };
}

/** Which objects need each object directly. */
export function neededBy(graph: StoreGraph): readonly (readonly number[])[] {
  const above: (number[] | undefined)[] = [];
  for (const [index, needs] of graph.needs.entries()) {
    for (const need of needs) (above[need] ??= []).push(index);
  }
  return graph.refs.map((_, index) => above[index] ?? NOTHING);
}

/** Everything that can be reached from some objects along edges, without those themselves unless they are reached, too. */
export function reach(edges: readonly (readonly number[])[], from: Iterable<number>): Set<number> {
  const reached = new Set<number>();
  const stack = [...from];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const next of edges[at] ?? NOTHING) {
      if (reached.has(next)) continue;
      reached.add(next);
      stack.push(next);
    }
  }
  return reached;
}

/** A derivation and its realizations. */
export interface Listed {
  readonly dref: DRef;
  readonly rrefs: readonly RRef[];
}

/** All whole derivations with their whole realizations, sorted. A folder is read once for both. */
export async function listObjects(store: Store): Promise<Listed[]> {
  const { objects } = storePaths(store.root);
  const breath = new Breath();
  const listed: Listed[] = [];
  for (const name of namesIn(objects).sort()) {
    const dref = derivationOfFolder(name);
    const names = dref === undefined ? [] : namesIn(`${objects}/${name}`);
    if (dref === undefined || !names.includes(CONFIG_FILE)) continue;
    const hashes = names.filter(
      (hash) => isRealizationName(hash) && existsSync(`${objects}/${name}/${hash}/${CONTEXT_FILE}`),
    );
    listed.push({ dref, rrefs: hashes.sort().map((hash) => `rref:${hash}-${name}` as RRef) });
    await breath.take();
  }
  return listed;
}

/** The derivations that the text of a config names. Ten times as fast as taking the JSON apart. */
function dependenciesIn(text: string): DRef[] {
  if (!text.includes('"dref:')) return [];
  return Array.from(text.matchAll(DREF_IN_JSON), ([, dref]) => dref as DRef);
}

/** The realizations that a context names. One that is damaged names none, and `verify` tells. */
function contextIn(path: string): RRef[] {
  try {
    return contextEntries(parseContext(readText(path))).flatMap(([, rrefs]) => rrefs);
  } catch (error) {
    if (errorCode(error) === "invalid-context") return [];
    throw error;
  }
}

function readText(path: string): string {
  return unlessMissing(() => readFileSync(path, "utf8")) ?? "";
}

function namesIn(folder: string): string[] {
  return unlessMissing(() => readdirSync(folder)) ?? [];
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

function isFirst(value: number, index: number, all: readonly number[]): boolean {
  return all.indexOf(value) === index;
}
