import { mkdirSync, renameSync } from "node:fs";
import { canonicalJson, derivationRefOfText } from "../canonical.ts";
import { checkConfig, type JsonObject } from "../config.ts";
import { errorCode } from "../errors.ts";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import { checkContext } from "./check-context.ts";
import { holdAt } from "./collect/hold.ts";
import { commitFolder, type Committed, type Outcome } from "./commit.ts";
import { storePaths, storeRoot, type StorePaths } from "./layout.ts";
import { keptFolders, keptPath, readLastLost, type HeldMark, type LostLog } from "./kept-build.ts";
import type { Lock, LockOptions } from "./lock.ts";
import { checkStore } from "./prepare.ts";
import { publishBundle, publishDerivations } from "./put-derivation.ts";
import { frozen } from "./reads.ts";
import { removeTree } from "./remove-tree.ts";
import { wantsSourceFile, type NewSourceFile } from "./source-files.ts";
import { StoredObjects } from "./stored-objects.ts";
import { Workplace } from "./workplace.ts";

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
  /** Its code, where it is closed: the text of a bundle. */
  readonly bundle?: string | undefined;
  /** The texts of the code that the config names by digest, to be kept with it. */
  readonly sources?: ReadonlyMap<string, string> | undefined;
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
 * Reading is synchronous, writing is not.
 */
export class Store extends StoredObjects {
  /** Whether `commit` waits for the disk. */
  readonly durable: boolean;
  readonly #paths: StorePaths;
  readonly #work: Workplace;
  // The derivations that have reached the disk, if this store waits for it.
  readonly #onDisk = new Set<DRef>();

  /** Use `openStore`. */
  constructor(paths: StorePaths, durable: boolean, expiryMs: number) {
    super(paths);
    this.durable = durable;
    this.#paths = paths;
    this.#work = new Workplace(paths, expiryMs);
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
    const all = derivations.map(({ name, config, sources, bundle }) => {
      const configText = canonicalJson(checkConfig(config, { reserved: true }));
      return { name, configText, dref: derivationRefOfText(name, configText), sources, bundle };
    });
    const missing = all.filter(({ dref }) => !this.#isIntact(dref));
    if (missing.length > 0) {
      const more = missing.length === 1 ? "" : ` and ${missing.length - 1} more`;
      await this.#work.write(`put the derivation "${missing[0]?.name}"${more}`, () => {
        const fresh = missing.map((one) => ({ ...one, fresh: this.#work.freshPath("derivation") }));
        const sources = this.#newSources(missing.flatMap((one) => one.sources ?? []));
        return publishDerivations(this.#paths, { derivations: fresh, sources, durable: this.durable });
      });
    }
    for (const { dref, configText } of missing) {
      // As whoever reads it from the disk will find it, with its fields in order.
      this.rememberConfig(dref, frozen(JSON.parse(configText) as JsonObject));
      this.#onDisk.add(dref);
    }
    return all.map(({ dref }) => dref);
  }

  /**
   * Puts the bundle of a derivation beside its config, in one step, in the place of what was there.
   *
   * @throws {LightnixError} `unknown-derivation`, `store-full`, `store-unwritable`
   */
  async putBundle(dref: DRef, text: string): Promise<void> {
    this.config(dref);
    await this.#work.write(`put the bundle of "${parseDRef(dref).name}"`, () =>
      publishBundle(this.#paths, { dref, text, fresh: this.#work.freshPath("bundle") }, this.durable),
    );
  }

  /** Keeps texts of code, by their digests, for configs of derivations that came without them. */
  async keepSources(texts: ReadonlyMap<string, string>): Promise<void> {
    if (texts.size === 0) return;
    await this.#work.write("keep the code of a stage", () => {
      const sources = this.#newSources([texts]);
      return publishDerivations(this.#paths, { derivations: [], sources, durable: this.durable });
    });
  }

  /**
   * A new empty folder inside the store, to be filled and committed or discarded. Once this process is gone, it will be swept.
   *
   * @throws {LightnixError} `store-full`, `store-unwritable`
   */
  tempFolder(prefix: string): Promise<string> {
    return this.#work.write("make a folder", () => {
      const folder = this.#work.freshPath(prefix);
      mkdirSync(folder);
      return folder;
    });
  }

  /** Moves a temp folder to `tmp/failed-...`, where it stays for people to look at. Returns its new path. */
  async keepFailed(folder: string, dref: DRef): Promise<string> {
    return this.#work.write("keep a failed build", () => {
      const kept = keptPath(this.#paths, dref);
      renameSync(folder, kept);
      return kept;
    });
  }

  /**
   * Clears away what dead processes left, which each process does once, before it first writes. What people held in them is
   * among `failedFolders` from then on.
   */
  async sweep(): Promise<void> {
    await this.#work.sweep();
  }

  /** The folders of `keepFailed` for a derivation, the oldest first. */
  failedFolders(dref: DRef): string[] {
    return keptFolders(this.#paths, dref);
  }

  /** What the last run of a derivation printed and displayed that failed or was interrupted, if its folder was kept. */
  lastLost(dref: DRef): LostLog | undefined {
    return readLastLost(this.#paths, dref);
  }

  /**
   * Says that a person holds a build of which this process has the lock, so that others see it, and so that its output folders are kept
   * (see `keepFailed`) if this process ends meanwhile, however it ends.
   */
  async markHeld(build: Omit<HeldMark, "outs"> & { readonly outs: readonly string[] }): Promise<Lock> {
    return this.#work.write("hold a build", () => this.#work.markHeld(build));
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
    const committed = await this.#work.write(`commit an outcome of "${parseDRef(dref).name}"`, () =>
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
    return this.#work.write(`lock the derivation "${name}"`, async () => {
      const lock = await this.#work.lock(dref, options);
      // From now on nothing is removed that this derivation needs; what is being removed goes before its holder looks.
      await this.#work.afterRemovals(options).catch((error: unknown) => {
        lock.release();
        throw error;
      });
      return lock;
    });
  }

  /** The lock of a derivation if it can be had at once, or undefined when somebody builds it. */
  tryLock(dref: DRef): Promise<Lock | undefined> {
    return this.#work.write("lock a derivation", () => this.#work.tryLock(dref));
  }

  /**
   * Says that work under way needs these derivations, everything that they depend on and all realizations of either, so that
   * nobody collects them; or these realizations with what they were made from. It holds until it is released or this process
   * is gone. Look again for what you rely on once you have it: it may have been removed just before.
   */
  async hold(refs: Iterable<DRef | RRef>): Promise<Lock> {
    return this.#work.write("announce a build", async () => {
      const hold = holdAt(this.#work.freshPath("hold"), refs);
      await this.#work.afterRemovals();
      return hold;
    });
  }

  /** The lock under which objects are taken out of the store. Whoever holds it looks at locks, holds and roots after that. */
  lockRemovals(options: LockOptions = {}): Promise<Lock> {
    return this.#work.write("remove something", () => this.#work.lockRemovals(options));
  }

  /** Waits until a removal that is going on, if any, is done. What was announced before will be seen by the next. */
  async afterRemovals(): Promise<void> {
    await this.#work.write("wait for a removal", () => this.#work.afterRemovals());
  }

  #newSources(all: readonly ReadonlyMap<string, string>[]): NewSourceFile[] {
    const texts = new Map(all.flatMap((one) => [...one]));
    return [...texts]
      .filter(([digest, text]) => wantsSourceFile(this.#paths, digest, text))
      .map(([digest, text]) => ({ digest, text, fresh: this.#work.freshPath("source") }));
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
}
