import { constants, copyFileSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../errors.ts";
import type { DRef } from "../ref.ts";
import { readLedger, type Signed } from "../signatures/ledger.ts";
import { stateDerivation, stateRealization, type Statement } from "../signatures/statement.ts";
import { hashFile, mismatch } from "../stages/download/checksum.ts";
import { openStore, type Store } from "../store/store.ts";
import {
  notThere,
  tooMuch,
  unreachable,
  type FetchRequest,
  type ReadRequest,
  type Remote,
} from "./remote.ts";

/** A store in a folder, which may be that of a mounted file system. */
export class FolderRemote implements Remote {
  readonly place: string;
  #store: Store | undefined;

  constructor(folder: string) {
    this.place = folder;
  }

  // oxlint-disable-next-line require-await -- a promise, as of others
  async read(path: string, { limitBytes }: ReadRequest): Promise<Buffer | undefined> {
    const size = this.#sizeOf(path);
    if (size === undefined) return undefined;
    if (size > limitBytes) throw tooMuch(this.place, path, limitBytes);
    return readFileSync(join(this.place, path));
  }

  async fetch(
    path: string,
    to: string,
    { sha256, limitBytes, signal, onBytes }: FetchRequest,
  ): Promise<void> {
    const size = this.#sizeOf(path);
    if (size === undefined) throw notThere(this.place, path);
    if (size > limitBytes) throw tooMuch(this.place, path, limitBytes);
    copyFileSync(join(this.place, path), to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const actual = await hashFile(to, "sha256", signal);
    if (actual !== sha256)
      throw mismatch(`fetch "${join(this.place, path)}"`, { algorithm: "sha256", hex: sha256 }, actual);
    onBytes?.(size);
  }

  // oxlint-disable-next-line require-await -- as above
  async signed(dref: DRef): Promise<readonly Signed[]> {
    return readLedger(this.#opened(), dref);
  }

  async unsigned(dref: DRef): Promise<readonly Statement[]> {
    const store = this.#opened();
    if (!store.hasDerivation(dref)) return [];
    const statements: Statement[] = [stateDerivation(store, dref)];
    for (const rref of store.realizations(dref)) statements.push(await stateRealization(store, rref));
    return statements;
  }

  #opened(): Store {
    try {
      return (this.#store ??= openStore({ root: this.place }));
    } catch (error) {
      throw unreachable(this.place, (error as Error).message, error);
    }
  }

  /** Undefined where there is no plain file. */
  #sizeOf(path: string): number | undefined {
    try {
      const stats = lstatSync(join(this.place, path), { throwIfNoEntry: false });
      return stats?.isFile() === true ? stats.size : undefined;
    } catch (error) {
      if (errorCode(error) === "ENOTDIR") return undefined;
      throw unreachable(this.place, (error as Error).message, error);
    }
  }
}
