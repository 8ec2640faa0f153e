import { chmodSync, existsSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import type { StoreGraph } from "../../query/graph.ts";
import { drefOf, isDRef, isRRef, type DRef, type RRef } from "../../ref.ts";
import {
  BUNDLE_FILE,
  CONFIG_FILE,
  derivationOfFolder,
  isRealizationName,
  ledgerPath,
  readsPath,
  storePaths,
} from "../layout.ts";
import type { Lock } from "../lock.ts";
import { storeError } from "../store-error.ts";
import type { Store } from "../store.ts";
import { Marks, markFrom } from "./mark.ts";
import { knownIndices, type Source } from "./sources.ts";
import { namesIn } from "../if-there.ts";

/** What is to be taken out of a store. */
export interface TakeOutOptions {
  readonly store: Store;
  /** The store as it was when it was decided what to remove. */
  readonly graph: StoreGraph;
  /** In this order: each after all that need it. */
  readonly victims: readonly number[];
  /** What must stay, looked at again and again. */
  readonly sources: () => readonly Source[];
  /** What becomes of a folder that objects were moved to: discarded, unless given. */
  readonly dispose?: (folder: string) => Promise<void>;
  /** Called after each object that was taken out. */
  readonly onTaken?: (index: number) => void;
  readonly signal?: AbortSignal | undefined;
}

// Builds that start meanwhile wait for one batch, which takes some milliseconds.
const BATCH = 200;

/**
 * Moves objects out of a store, into a folder of this process, and only then removes them, so that a crash leaves no half object
 * behind: it is in its place, or swept with the folder. Returns the numbers of those that went.
 *
 * It is safe while others build. Whoever starts a build, or makes a root, first says so (a lock, a hold, a link) and then waits if
 * something is being removed (`Store.afterRemovals`). So what is to stay is looked at under the lock of the removals: everything that was
 * announced before is seen, and who announces after looks at a store in which the objects are gone already. And of each
 * derivation the lock is taken, so that no outcome of it is published meanwhile.
 */
export async function takeOut(options: TakeOutOptions): Promise<Set<number>> {
  const { store, victims, graph, dispose = (folder) => store.discard(folder) } = options;
  const work = new Work(options);
  const taken = new Set<number>();
  // Derivations go last: no realization is ever left without its own.
  const isRealization = (index: number): boolean => isRRef(graph.refs[index]);
  const ordered = [...victims.filter(isRealization), ...victims.filter((index) => !isRealization(index))];
  for (let start = 0; start < ordered.length; start += BATCH) {
    options.signal?.throwIfAborted();
    const folder = await store.tempFolder("removed");
    try {
      for (const index of await work.takeBatch(ordered.slice(start, start + BATCH), folder)) {
        taken.add(index);
        options.onTaken?.(index);
      }
    } finally {
      await dispose(folder);
    }
  }
  return taken;
}

/** One removal, and what it knows about what must stay. */
class Work {
  readonly #options: TakeOutOptions;
  readonly #above: ReadonlyMap<number, readonly number[]>;
  /** What must stay whatever happens later, because something that needs it stayed. */
  readonly #stays: Marks;
  #marks: { readonly text: string; readonly marks: Marks } | undefined;
  #objectsSeenMs = Number.NaN;
  #newcomers: readonly DRef[] = [];

  constructor(options: TakeOutOptions) {
    this.#options = options;
    this.#above = options.graph.dependents();
    this.#stays = new Marks(options.graph);
  }

  async takeBatch(batch: readonly number[], folder: string): Promise<number[]> {
    const { store, signal } = this.#options;
    const removals = await store.lockRemovals(signal === undefined ? {} : { signal });
    const locks = new Map<DRef, Lock | undefined>();
    try {
      const marks = await this.#currentMarks();
      await this.#spareWhatNewcomersNeed(batch);
      const taken: number[] = [];
      for (const index of batch) {
        const stays = marks.has(index) || this.#stays.has(index) || !(await this.#isLocked(locks, index));
        if (!stays && this.#move(index, `${folder}/${taken.length}`)) taken.push(index);
        else if (this.#isThere(index)) await this.#spare([index]);
      }
      return taken;
    } catch (error) {
      throw storeError(error, store.root, "remove something");
    } finally {
      for (const lock of locks.values()) lock?.release();
      removals.release();
    }
  }

  /** Reads again what must stay; what follows from it is only worked out anew when it is another. */
  async #currentMarks(): Promise<Marks> {
    const sources = this.#options.sources();
    const text = JSON.stringify(sources);
    if (this.#marks?.text !== text)
      this.#marks = { text, marks: await markFrom(this.#options.graph, sources) };
    return this.#marks.marks;
  }

  /** What was published since the graph was read, of derivations that depend on those of the batch, needs what it needs. */
  async #spareWhatNewcomersNeed(batch: readonly number[]): Promise<void> {
    const { store, graph } = this.#options;
    const looked = new Set<DRef>(this.#newDerivations(batch));
    const newcomers: (DRef | RRef)[] = [...looked];
    for (const derivation of new Set(batch.map((index) => graph.derivationOf(index)))) {
      for (const above of this.#above.get(derivation) ?? []) looked.add(graph.refs[above] as DRef);
    }
    for (const dref of looked) newcomers.push(...this.#newOutcomes(dref));
    await this.#spare(newcomers.flatMap((ref) => knownIndices(store, graph, ref)));
  }

  #newDerivations(batch: readonly number[]): readonly DRef[] {
    const { store, graph } = this.#options;
    const { objects } = storePaths(store.root);
    const changedMs = statSync(objects).mtimeMs;
    // When derivations are removed we change the folder ourselves, so that its time says nothing.
    if (changedMs === this.#objectsSeenMs && isRRef(graph.refs[batch[0] ?? -1])) return this.#newcomers;
    this.#objectsSeenMs = changedMs;
    const drefs = namesIn(objects).flatMap((name) => derivationOfFolder(name) ?? []);
    this.#newcomers = drefs.filter((dref) => graph.indexOf(dref) === undefined);
    return this.#newcomers;
  }

  #newOutcomes(dref: DRef): RRef[] {
    const { store, graph } = this.#options;
    return namesIn(store.path(dref))
      .filter(isRealizationName)
      .map((hash) => `rref:${hash}-${dref.slice("dref:".length)}` as RRef)
      .filter((rref) => graph.indexOf(rref) === undefined);
  }

  async #spare(indices: readonly number[]): Promise<void> {
    await this.#stays.add({ holder: { kind: "asked" }, indices });
  }

  /** Whether this process has the lock of an object's derivation, from now to the end of the batch. */
  async #isLocked(locks: Map<DRef, Lock | undefined>, index: number): Promise<boolean> {
    const { store, graph } = this.#options;
    const ref = graph.refs[index];
    if (ref === undefined) return false;
    const dref = isRRef(ref) ? drefOf(ref) : ref;
    if (!locks.has(dref)) locks.set(dref, await store.tryLock(dref));
    return locks.get(dref) !== undefined;
  }

  #isThere(index: number): boolean {
    const { store, graph } = this.#options;
    const ref = graph.refs[index];
    return ref !== undefined && existsSync(store.path(ref));
  }

  #move(index: number, place: string): boolean {
    const { store, graph } = this.#options;
    const ref = graph.refs[index];
    if (ref === undefined) return false;
    const path = store.path(ref);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
    if (isDRef(ref) && !isAlone(path)) return false;
    // The kernel lets nobody but root move a read-only folder.
    if (isRRef(ref)) chmodSync(path, 0o755);
    renameSync(path, place);
    // What was signed of it and of its outcomes goes with it, and what is known of what they were made with.
    if (isDRef(ref))
      for (const beside of [ledgerPath(ref), readsPath(ref)])
        rmSync(`${store.root}/${beside}`, { force: true });
    return true;
  }
}

/** Whether nothing is in the folder of a derivation but what belongs to itself. */
function isAlone(folder: string): boolean {
  return namesIn(folder).every(
    (name) => name === CONFIG_FILE || name === BUNDLE_FILE || name.startsWith("__"),
  );
}
