import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, renameSync } from "node:fs";
import { canonicalJson, derivationRefOfText } from "../canonical.ts";
import { checkConfig, type JsonObject } from "../config.ts";
import { contextText, type Context } from "../context.ts";
import { errorCode } from "../errors.ts";
import { isRRef, parseDRef, type DRef, type RRef } from "../ref.ts";
import { checkContext } from "./check-context.ts";
import { holdAt } from "./collect/hold.ts";
import { commitFolder, type Committed, type Outcome } from "./commit.ts";
import {
  derivationFolder,
  derivationFolderName,
  realizationFolder,
  storePaths,
  storeRoot,
  type StorePaths,
} from "./layout.ts";
import { acquireLock, Silence, tryLock, type Lock, type LockOptions, type LockScope } from "./lock.ts";
import type { Failure } from "./failure.ts";
import { checkStore, prepareObjects, prepareWork } from "./prepare.ts";
import { Presence } from "./presence.ts";
import { publishDerivations } from "./put-derivation.ts";
import {
  frozen,
  hasDerivation,
  hasRealization,
  readArtifacts,
  readConfig,
  readContext,
  readContextText,
  readDerivations,
  readFailure,
  readLog,
  readRealizationNames,
  readRealizations,
  readRecord,
} from "./reads.ts";
import type { BuildRecord } from "./record.ts";
import { removeTree } from "./remove-tree.ts";
import { storeError } from "./store-error.ts";
import { sweep } from "./sweep.ts";

/** How to open a store. */
export interface OpenStoreOptions {
  /** The store's folder. Else `LIGHTNIX_ROOT`, `$XDG_DATA_HOME/lightnix`, `~/.local/share/lightnix`. */
  readonly root?: string;
  /**
   * Whether what is written waits until the disk has it: true unless said otherwise.
   *
   * With `true`, a realization that was announced as built is there after a power loss, whole, with its derivation; and what was not
   * finished is not there at all. With `false`, that holds for the end of the process, `kill -9` included, but not for the end of
   * the machine: then the last seconds' objects may be missing, or be there with files that are empty or cut off. It saves
   * about a millisecond a stage, and is for stores that can be made again, such as those of tests.
   */
  readonly durable?: boolean;
  /**
   * After what silence a process that cannot be looked at, as it runs on another machine or in another container, counts as
   * dead, so that its locks are taken over. In milliseconds; five minutes unless given. Give all processes the same.
   */
  readonly lockExpiryMs?: number;
}

/** A derivation to be put into a store. */
export interface NamedConfig {
  readonly name: string;
  readonly config: JsonObject;
}

const LOCK_EXPIRY_MS = 5 * 60_000;

/**
 * Opens a store. Its folder is made by the first write, and only that needs permission to write.
 *
 * ```ts
 * const store = openStore({ root: "./experiments" });
 * ```
 *
 * @throws {LightnixError} `not-a-store`
 */
export function openStore(options: OpenStoreOptions = {}): Store {
  const paths = storePaths(storeRoot(options.root, process.env));
  checkStore(paths);
  return new Store(paths, options.durable ?? true, options.lockExpiryMs ?? LOCK_EXPIRY_MS);
}

/**
 * A folder that holds derivations and realizations. Any number of processes may use it at once, each through a store object of
 * its own, or several.
 *
 * Reading is synchronous: it is a matter of small files that never change. Writing is not.
 */
export class Store {
  /** The store's folder, absolute. */
  readonly root: string;
  /** Whether `commit` waits for the disk. */
  readonly durable: boolean;
  readonly #paths: StorePaths;
  readonly #presence: Presence;
  readonly #expiryMs: number;
  // What is stored never changes, so what was read once need not be read again.
  readonly #configs = new Map<DRef, JsonObject>();
  readonly #contexts = new Map<RRef, Context>();
  readonly #contextTexts = new Map<RRef, string>();
  readonly #failures = new Map<RRef, Failure | null>();
  // The derivations that have reached the disk, if this store waits for it.
  readonly #onDisk = new Set<DRef>();
  readonly #held = new Set<string>();
  #prepared: Promise<void> | undefined;
  #folders = 0;

  /** Use `openStore`. */
  constructor(paths: StorePaths, durable: boolean, expiryMs: number) {
    this.root = paths.root;
    this.durable = durable;
    this.#paths = paths;
    this.#expiryMs = expiryMs;
    this.#presence = new Presence(paths, expiryMs);
  }

  /** All derivations, sorted. */
  derivations(): DRef[] {
    return readDerivations(this.#paths);
  }

  /** Whether the derivation is in the store. */
  hasDerivation(dref: DRef): boolean {
    return hasDerivation(this.#paths, dref);
  }

  /**
   * The config of a derivation, frozen.
   *
   * @throws {LightnixError} `unknown-derivation`, `damaged`
   */
  config(dref: DRef): JsonObject {
    return cached(this.#configs, dref, () => readConfig(this.#paths, dref));
  }

  /**
   * Puts a derivation into the store, whole or not at all. If it is there already, nothing happens.
   *
   * `config` is JSON with derivations in the place of stages. Top-level fields that start with `__` are let through here.
   *
   * @throws {LightnixError} `invalid-name`, `invalid-config`, `store-full`, `store-unwritable`
   */
  async putDerivation<C = unknown>(name: string, config: JsonObject): Promise<DRef<C>> {
    const [dref] = await this.putDerivations([{ name, config }]);
    return dref as DRef<C>;
  }

  /**
   * Puts derivations into the store, each whole or not at all, dependencies to be given before what depends on them. Faster than
   * one by one, as they wait for the disk together.
   *
   * @throws {LightnixError} as `putDerivation`
   */
  async putDerivations(derivations: readonly NamedConfig[]): Promise<DRef[]> {
    const all = derivations.map(({ name, config }) => {
      const configText = canonicalJson(checkConfig(config, { reserved: true }));
      return { name, configText, dref: derivationRefOfText(name, configText) };
    });
    const missing = all.filter(({ dref }) => !this.#isIntact(dref));
    if (missing.length > 0) {
      const more = missing.length === 1 ? "" : ` and ${missing.length - 1} more`;
      await this.#write(`put the derivation "${missing[0]?.name}"${more}`, () => {
        const fresh = missing.map((one) => ({ ...one, fresh: this.#freshPath("derivation") }));
        return publishDerivations(this.#paths, fresh, this.durable);
      });
    }
    for (const { dref, configText } of missing) {
      // As whoever reads it from the disk will find it, with its fields in order.
      this.#configs.set(dref, frozen(JSON.parse(configText) as JsonObject));
      this.#onDisk.add(dref);
    }
    return all.map(({ dref }) => dref);
  }

  /** All realizations of a derivation, sorted. Empty, too, when the store does not know it. */
  realizations<C>(dref: DRef<C>): RRef<C>[] {
    return readRealizations(this.#paths, dref);
  }

  /**
   * The realizations of a derivation that were made from exactly this context, sorted.
   *
   * @throws {LightnixError} `damaged`
   */
  realizationsFrom<C>(dref: DRef<C>, context: Context): RRef<C>[] {
    const wanted = contextText(context);
    return readRealizationNames(this.#paths, dref).filter((rref) => this.#isFrom(rref, wanted));
  }

  /** Whether the realization is in the store. */
  has(rref: RRef): boolean {
    return hasRealization(this.#paths, rref);
  }

  /**
   * Which realizations of its direct dependencies a realization was made from. Frozen.
   *
   * @throws {LightnixError} `unknown-realization`, `damaged`
   */
  context(rref: RRef): Context {
    return cached(this.#contexts, rref, () => readContext(this.#paths, rref));
  }

  /**
   * When, where and by what a realization was made.
   *
   * @throws {LightnixError} `unknown-realization`, `damaged`
   */
  buildRecord(rref: RRef): BuildRecord {
    return readRecord(this.#paths, rref);
  }

  /** Why a realization is one that failed (see `onFailure`); undefined when it is not, or not in the store. */
  failure(rref: RRef): Failure | undefined {
    const known = this.#failures.get(rref);
    if (known !== undefined) return known ?? undefined;
    const failure = readFailure(this.#paths, rref);
    // Of what is not there, nothing is known for good.
    if (failure !== undefined || this.has(rref)) this.#failures.set(rref, failure ?? null);
    return failure;
  }

  /**
   * What the realizer printed.
   *
   * @throws {LightnixError} `unknown-realization`
   */
  log(rref: RRef): string {
    return readLog(this.#paths, rref);
  }

  /**
   * The names of a realization's top-level artifacts, sorted.
   *
   * @throws {LightnixError} `unknown-realization`
   */
  artifacts(rref: RRef): string[] {
    return readArtifacts(this.#paths, rref);
  }

  /**
   * The size of all artifacts of a realization together.
   *
   * @throws {LightnixError} `unknown-realization`, `damaged`
   */
  sizeBytes(rref: RRef): number {
    return this.buildRecord(rref).sizeBytes ?? 0;
  }

  /** The absolute folder of a derivation or realization, be it there or not. */
  path(ref: DRef | RRef): string {
    return isRRef(ref) ? realizationFolder(this.#paths, ref) : derivationFolder(this.#paths, ref);
  }

  /**
   * A new empty folder inside the store, to be filled and committed or discarded. Once this process is gone, it will be swept.
   *
   * @throws {LightnixError} `store-full`, `store-unwritable`
   */
  tempFolder(prefix: string): Promise<string> {
    return this.#write("make a folder", () => {
      const folder = this.#freshPath(prefix);
      mkdirSync(folder);
      return folder;
    });
  }

  /** Moves a temp folder to `tmp/failed-...`, where it stays for people to look at. Returns its new path. */
  async keepFailed(folder: string, dref: DRef): Promise<string> {
    const { hash, name } = parseDRef(dref);
    const when = new Date().toISOString().slice(0, 19).replaceAll(":", "");
    const kept = `${this.#paths.tmp}/failed-${name}-${hash.slice(0, 8)}-${when}-${randomBytes(3).toString("hex")}`;
    return this.#write("keep a failed build", () => {
      renameSync(folder, kept);
      return kept;
    });
  }

  /** Removes a temp folder with all that is in it. */
  discard(folder: string): Promise<void> {
    return removeTree(folder);
  }

  /**
   * Publishes a temp folder as a realization of `dref`: checked, made read-only, hashed, and renamed into its place, whole or
   * not at all. If it fails, the folder with its artifacts is still where it was.
   *
   * @throws {LightnixError} `unknown-derivation`, `invalid-context` when the context does not name realizations of exactly the
   *   direct dependencies, `special-file`, `link-leads-out`, `invalid-file-name`, `reserved-name`, `wrong-hash` when it is not
   *   what `outcome.expect` says, `store-full`, `store-unwritable`
   */
  async commit<C>(dref: DRef<C>, folder: string, outcome: Outcome): Promise<Committed<C>> {
    const context = checkContext(this, dref, outcome.context);
    const candidate = { dref, folder, outcome: { ...outcome, context }, durable: this.durable };
    const committed = await this.#write(`commit an outcome of "${parseDRef(dref).name}"`, () =>
      commitFolder(this.#paths, { ...candidate, onDisk: this.#onDisk.has(dref) }),
    );
    if (!committed.merged) this.#onDisk.add(dref);
    return committed;
  }

  /**
   * Waits until this process is the only one that builds `dref`, and takes over from one that died. When it has waited, the
   * outcome may have come into the store meanwhile.
   *
   * @throws the reason of `options.signal` when that is aborted
   */
  lock(dref: DRef, options: LockOptions = {}): Promise<Lock> {
    const { name } = parseDRef(dref);
    return this.#write(`lock the derivation "${name}"`, async () => {
      const lock = await acquireLock(this.#lockScope(), this.#lockPath(dref), options);
      // From now on nothing is removed that this derivation needs; what is being removed goes before its holder looks.
      await this.#afterRemovals(options).catch((error: unknown) => {
        lock.release();
        throw error;
      });
      return lock;
    });
  }

  /** The lock of a derivation if it can be had at once, or undefined when somebody builds it. */
  tryLock(dref: DRef): Promise<Lock | undefined> {
    const scope = this.#lockScope();
    return this.#write(
      "lock a derivation",
      () => tryLock(scope, this.#lockPath(dref), new Silence(scope)).taken,
    );
  }

  /**
   * Says that work under way needs these derivations, everything that they depend on and all realizations of either, so that
   * nobody collects them; or these realizations with what they were made from. It holds until it is released or this process
   * is gone. Look again for what you rely on once you have it: it may have been removed just before.
   */
  async hold(refs: Iterable<DRef | RRef>): Promise<Lock> {
    return this.#write("announce a build", async () => {
      const hold = holdAt(this.#freshPath("hold"), refs);
      await this.#afterRemovals();
      return hold;
    });
  }

  /** The lock under which objects are taken out of the store. Whoever holds it looks at locks, holds and roots after that. */
  lockRemovals(options: LockOptions = {}): Promise<Lock> {
    return this.#write("remove something", () =>
      acquireLock(this.#lockScope(), this.#removalsPath(), options),
    );
  }

  /** Waits until a removal that is going on, if any, is done. What was announced before will be seen by the next. */
  async afterRemovals(): Promise<void> {
    await this.#write("wait for a removal", () => this.#afterRemovals());
  }

  async #afterRemovals({ signal }: LockOptions = {}): Promise<void> {
    const path = this.#removalsPath();
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
    // Taken, not only waited for, because its holder may be dead.
    (await acquireLock(this.#lockScope(), path, signal === undefined ? {} : { signal })).release();
  }

  #removalsPath(): string {
    return `${this.#paths.locks}/removals`;
  }

  #lockPath(dref: DRef): string {
    return `${this.#paths.locks}/${derivationFolderName(dref)}`;
  }

  #lockScope(): LockScope {
    return { paths: this.#paths, me: this.#presence.claimant, expiryMs: this.#expiryMs, held: this.#held };
  }

  #freshPath(prefix: string): string {
    return `${this.#presence.folder}/${prefix.replaceAll(/[^\w.+-]/g, "_")}-${++this.#folders}`;
  }

  /** Most often the text is the very one, and need not be taken apart. */
  #isFrom(rref: RRef, wanted: string): boolean {
    const known = this.#contextTexts.get(rref);
    if (known !== undefined) return known === wanted;
    const text = readContextText(this.#paths, rref);
    if (text === undefined) return false;
    const checked = text === wanted ? text : contextText(this.context(rref));
    this.#contextTexts.set(rref, checked);
    return checked === wanted;
  }

  /** Whether a derivation is there and is what its address says. */
  #isIntact(dref: DRef): boolean {
    if (!this.hasDerivation(dref)) return false;
    try {
      this.config(dref);
      return true;
    } catch (error) {
      if (errorCode(error) === "damaged") return false;
      throw error;
    }
  }

  /** Writes to the store, made ready before, and says in our words what the operating system has against it. */
  async #write<T>(doing: string, work: () => T | Promise<T>): Promise<T> {
    try {
      await this.#prepare();
      return await work();
    } catch (error) {
      if (errorCode(error) === "ENOENT" && this.#prepared !== undefined && !this.#isPrepared()) {
        // Somebody cleared `tmp` or `locks` away under our feet.
        this.#prepared = undefined;
        return this.#write(doing, work);
      }
      throw storeError(error, this.root, doing);
    }
  }

  #isPrepared(): boolean {
    return [this.#paths.objects, this.#paths.locks, this.#presence.folder].every((folder) =>
      existsSync(folder),
    );
  }

  #prepare(): Promise<void> {
    this.#prepared ??= this.#makeReady().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  async #makeReady(): Promise<void> {
    prepareWork(this.#paths);
    this.#presence.signIn();
    await prepareObjects(this.#paths, this.#freshPath("store"));
    await sweep(this.#lockScope());
  }
}

function cached<K, V>(cache: Map<K, V>, key: K, read: () => V): V {
  let value = cache.get(key);
  if (value === undefined) {
    value = read();
    cache.set(key, value);
  }
  return value;
}
