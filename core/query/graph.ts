import { existsSync, readdirSync, readFileSync } from "node:fs";
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
import { ifThere, namesIn } from "../store/if-there.ts";

const REF_START = "dref:".length;
const HASH_LENGTH = 32;
const NOTHING: readonly number[] = Object.freeze([]);

// In canonical JSON the quote that opens a text is never preceded by a backslash, and only a field name is followed by a colon.
const DREF_IN_JSON = /(?<!\\)"(dref:[0-9a-f]{32}-[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,99})"(?!:)/g;
const SOURCE_IN_JSON = /(?<!\\)"__source__":\{/;
const DIGEST_IN_JSON = /"([0-9a-f]{32})"/g;
const RREF_IN_JSON = /"(rref:[0-9a-f]{32}-[0-9a-f]{32}-[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,99})"/g;

/**
 * Everything in a store, and what needs what, as it was when it was read: a realization needs its derivation and the
 * realizations in its context, a derivation needs those that its config names. Objects are numbers, for there may be hundreds
 * of thousands of them, and contexts are read when they are first asked for.
 */
export class StoreGraph {
  /** The addresses by number: each derivation, and right after it its realizations. */
  readonly refs: readonly (DRef | RRef)[];
  /** The folders of objects that are not whole: a derivation without config and outcomes, a realization without context. */
  readonly half: readonly string[];
  readonly #objects: string;
  readonly #indexOf: ReadonlyMap<string, number>;
  /** For derivations, the number after that of their last realization. */
  readonly #ends: Uint32Array;
  readonly #needs: (readonly number[] | undefined)[] = [];
  readonly #sourceUsers: Map<string, number[]> = new Map();

  /** Use `readGraph`. */
  constructor(store: Store, listed: readonly Listed[], half: readonly string[]) {
    this.#objects = storePaths(store.root).objects;
    this.half = half;
    const refs: (DRef | RRef)[] = [];
    for (const { dref, rrefs } of listed) refs.push(dref, ...rrefs);
    this.refs = refs;
    this.#indexOf = new Map<string, number>(refs.map((ref, index) => [ref, index]));
    this.#ends = new Uint32Array(refs.length);
    let next = 0;
    for (const { rrefs } of listed) {
      const own = next;
      next += 1 + rrefs.length;
      this.#ends[own] = next;
    }
  }

  /** The number of an address, if the store has it. */
  indexOf(ref: DRef | RRef): number | undefined {
    return this.#indexOf.get(ref);
  }

  /** Whether an object is a derivation. */
  isDerivation(index: number): boolean {
    return this.#ends[index] !== 0;
  }

  /** The folder of an object. As the addresses were read from the folders' names, they need not be checked again. */
  folder(index: number): string {
    const ref = this.refs[index] ?? "";
    const own = ref.slice(REF_START);
    if (this.isDerivation(index)) return `${this.#objects}/${own}`;
    return `${this.#objects}/${own.slice(HASH_LENGTH + 1)}/${own.slice(0, HASH_LENGTH)}`;
  }

  /** The realizations of a derivation; none for a realization. */
  outcomes(index: number): number[] {
    const count = Math.max((this.#ends[index] ?? 0) - index - 1, 0);
    return Array.from({ length: count }, (_, nth) => index + 1 + nth);
  }

  /** The derivation of a realization; a derivation itself. */
  derivationOf(index: number): number {
    let at = index;
    while (!this.isDerivation(at)) at--;
    return at;
  }

  /**
   * What an object needs, of that which the store has. A realization with a damaged context counts as needing all realizations of
   * its dependencies, as nobody can tell any more which.
   */
  needs(index: number): readonly number[] {
    return (this.#needs[index] ??= this.isDerivation(index)
      ? this.#readDependencies(index)
      : this.#readContext(index, this.derivationOf(index)));
  }

  /** The derivations that name a text of code by this digest, of those of which the needs have been asked for. */
  sourceUsers(digest: string): readonly number[] {
    return this.#sourceUsers.get(digest) ?? NOTHING;
  }

  /** Which derivations depend on each derivation directly. */
  dependents(): ReadonlyMap<number, readonly number[]> {
    return this.#turned((index) => this.isDerivation(index));
  }

  /** Which objects need each object directly. Reads all contexts. */
  neededBy(): ReadonlyMap<number, readonly number[]> {
    return this.#turned(() => true);
  }

  #turned(isWanted: (index: number) => boolean): ReadonlyMap<number, readonly number[]> {
    const above = new Map<number, number[]>();
    for (const index of this.refs.keys()) {
      for (const need of isWanted(index) ? this.needs(index) : NOTHING) {
        const list = above.get(need);
        if (list === undefined) above.set(need, [index]);
        else list.push(index);
      }
    }
    return above;
  }

  #readDependencies(index: number): readonly number[] {
    const text = readText(`${this.folder(index)}/${CONFIG_FILE}`);
    this.#noteSources(index, text);
    return text.includes('"dref:') ? this.#numbers(text, DREF_IN_JSON) : NOTHING;
  }

  /** Other texts of that form may be among them, and then keep what nobody needs; no more harm is done. */
  #noteSources(index: number, text: string): void {
    const start = SOURCE_IN_JSON.exec(text)?.index;
    if (start === undefined) return;
    for (const [, digest = ""] of text.slice(start).matchAll(DIGEST_IN_JSON)) {
      const users = this.#sourceUsers.get(digest);
      if (users === undefined) this.#sourceUsers.set(digest, [index]);
      else if (users.at(-1) !== index) users.push(index);
    }
  }

  #readContext(index: number, derivation: number): readonly number[] {
    const dependencies = this.needs(derivation);
    if (dependencies.length === 0) return [derivation];
    const text = readText(`${this.folder(index)}/${CONTEXT_FILE}`);
    const named = this.#numbers(text, RREF_IN_JSON);
    const have = new Set(named.map((one) => this.derivationOf(one)));
    const isWhole =
      named.length === text.split('"rref:').length - 1 && dependencies.every((one) => have.has(one));
    if (isWhole) return [derivation, ...named];
    return [...new Set([derivation, ...named, ...dependencies.flatMap((one) => this.outcomes(one))])];
  }

  /** The numbers of all addresses in a JSON text. Far quicker than taking the JSON apart. */
  #numbers(text: string, pattern: RegExp): number[] {
    const found = new Set<number>();
    for (const [, ref = ""] of text.matchAll(pattern)) {
      const index = this.#indexOf.get(ref);
      if (index !== undefined) found.add(index);
    }
    return [...found];
  }
}

/** Reads all addresses and configs. What comes or goes meanwhile may or may not be in it. */
export async function readGraph(store: Store): Promise<StoreGraph> {
  const half: string[] = [];
  const graph = new StoreGraph(store, await listObjects(store, (folder) => half.push(folder)), half);
  const breath = new Breath();
  for (const index of graph.refs.keys()) {
    if (!graph.isDerivation(index)) continue;
    graph.needs(index);
    await breath.take();
  }
  return graph;
}

/** Everything that can be reached from some objects; of those themselves only what is reached, too. */
export function reach(next: (index: number) => Iterable<number>, from: Iterable<number>): Set<number> {
  const reached = new Set<number>();
  const stack = [...from];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const one of next(at)) {
      if (reached.has(one)) continue;
      reached.add(one);
      stack.push(one);
    }
  }
  return reached;
}

/** A derivation and its realizations. */
export interface Listed {
  readonly dref: DRef;
  readonly rrefs: readonly RRef[];
}

/**
 * All whole derivations with their whole realizations, sorted. A folder is read once for both. `onHalf` is told the folders of
 * what is not whole.
 */
export async function listObjects(store: Store, onHalf?: (folder: string) => void): Promise<Listed[]> {
  const { objects } = storePaths(store.root);
  const breath = new Breath();
  const listed: Listed[] = [];
  for (const name of namesIn(objects).sort()) {
    const { one, half } = listDerivation(objects, name);
    if (one !== undefined) listed.push(one);
    for (const folder of half) onHalf?.(folder);
    await breath.take();
  }
  return listed;
}

function listDerivation(objects: string, name: string): { one?: Listed; half: readonly string[] } {
  const dref = derivationOfFolder(name);
  const folder = `${objects}/${name}`;
  const names = dref === undefined ? undefined : ifThere(() => readdirSync(folder));
  if (dref === undefined || names === undefined) return { half: [] };
  const hashes = names.filter(isRealizationName);
  const whole = hashes.filter((hash) => existsSync(`${folder}/${hash}/${CONTEXT_FILE}`));
  const half =
    whole.length === hashes.length
      ? []
      : hashes.filter((hash) => !whole.includes(hash)).map((hash) => `${folder}/${hash}`);
  // One that has lost its config, but has realizations, is damaged, and nothing to throw away.
  if (!names.includes(CONFIG_FILE)) return { half: whole.length === 0 ? [folder] : half };
  return { one: { dref, rrefs: whole.sort().map((hash) => `rref:${hash}-${name}` as RRef) }, half };
}

function readText(path: string): string {
  return ifThere(() => readFileSync(path, "utf8")) ?? "";
}
