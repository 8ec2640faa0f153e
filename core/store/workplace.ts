import { existsSync, lstatSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { errorCode } from "../errors.ts";
import type { DRef } from "../ref.ts";
import { atExit } from "./at-exit.ts";
import { ifThere } from "./if-there.ts";
import { heldPath, keepMarked, type HeldMark } from "./kept-build.ts";
import { derivationFolderName, type StorePaths } from "./layout.ts";
import { acquireLock, Silence, tryLock, type Lock, type LockOptions, type LockScope } from "./lock.ts";
import { prepareObjects, prepareWork } from "./prepare.ts";
import { Presence } from "./presence.ts";
import { storeError } from "./store-error.ts";
import { sweep } from "./sweep.ts";

/** Where a process works in a store: its own folder in `tmp`, and the locks that it takes. Made ready by the first write. */
export class Workplace {
  readonly #paths: StorePaths;
  readonly #presence: Presence;
  readonly #expiryMs: number;
  readonly #held = new Set<string>();
  #prepared: Promise<void> | undefined;
  #folders = 0;

  /** `expiryMs` is the silence after which a process that cannot be looked at counts as dead. */
  constructor(paths: StorePaths, expiryMs: number) {
    this.#paths = paths;
    this.#expiryMs = expiryMs;
    this.#presence = new Presence(paths, expiryMs);
  }

  /** Writes to the store, made ready before, and says in our words what the operating system has against it. */
  async write<T>(doing: string, work: () => T | Promise<T>): Promise<T> {
    try {
      await this.#prepare();
      return await work();
    } catch (error) {
      if (errorCode(error) === "ENOENT" && this.#prepared !== undefined && !this.#isPrepared()) {
        // Somebody cleared `tmp` or `locks` away under our feet.
        this.#prepared = undefined;
        return this.write(doing, work);
      }
      throw storeError(error, this.#paths.root, doing);
    }
  }

  /** Clears away what processes left that have died since this one began. */
  async sweep(): Promise<void> {
    await this.write("clear away what dead processes left", () => sweep(this.#scope()));
  }

  /** A path in this process's folder that nothing has had yet. Once the process is gone, what is there will be swept. */
  freshPath(prefix: string): string {
    return `${this.#presence.folder}/${prefix.replaceAll(/[^\w.+-]/g, "_")}-${++this.#folders}`;
  }

  /** Writes down that a person holds a build, until that is released. The outputs are in this process's folder. */
  markHeld(build: HeldMark): Lock {
    const { folder } = this.#presence;
    const path = heldPath(folder, derivationFolderName(build.dref));
    const mark = { ...build, outs: build.outs.map((out) => basename(out)) };
    // Whoever reads it must never see the half of it.
    writeFileSync(`${folder}/new-held`, JSON.stringify(mark));
    renameSync(`${folder}/new-held`, path);
    const letGo = (): void => ifThere(() => unlinkSync(path));
    const forget = atExit(() => {
      keepMarked(this.#paths, folder, mark);
      letGo();
    });
    const release = (): void => {
      forget();
      letGo();
    };
    return { release, [Symbol.dispose]: release };
  }

  /** Waits for the lock of a derivation. */
  lock(dref: DRef, options: LockOptions): Promise<Lock> {
    return acquireLock(this.#scope(), this.#lockPath(dref), options);
  }

  /** The lock of a derivation if it can be had at once. */
  tryLock(dref: DRef): Lock | undefined {
    const scope = this.#scope();
    return tryLock(scope, this.#lockPath(dref), new Silence(scope)).taken;
  }

  /** Waits for the lock under which objects are taken out of the store. */
  lockRemovals(options: LockOptions): Promise<Lock> {
    return acquireLock(this.#scope(), this.#removalsPath(), options);
  }

  /** Waits until a removal that is going on, if any, is done. */
  async afterRemovals({ signal }: LockOptions = {}): Promise<void> {
    if (lstatSync(this.#removalsPath(), { throwIfNoEntry: false }) === undefined) return;
    // Taken, not only waited for, because its holder may be dead.
    (await this.lockRemovals(signal === undefined ? {} : { signal })).release();
  }

  #removalsPath(): string {
    return `${this.#paths.locks}/removals`;
  }

  #lockPath(dref: DRef): string {
    return `${this.#paths.locks}/${derivationFolderName(dref)}`;
  }

  #scope(): LockScope {
    return { paths: this.#paths, me: this.#presence.claimant, expiryMs: this.#expiryMs, held: this.#held };
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
    await prepareObjects(this.#paths, this.freshPath("store"));
    await sweep(this.#scope());
  }
}
