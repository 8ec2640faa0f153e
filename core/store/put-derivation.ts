import { mkdirSync, renameSync } from "node:fs";
import { errorCode } from "../errors.ts";
import type { DRef } from "../ref.ts";
import { syncAll, writeReadOnly } from "./durable.ts";
import { CONFIG_FILE, derivationFolder, type StorePaths } from "./layout.ts";
import { removeTree } from "./remove-tree.ts";

/** What a derivation is to be published with. */
export interface NewDerivation {
  readonly dref: DRef;
  readonly configText: string;
  /** An unused path in this process's folder. */
  readonly fresh: string;
  readonly durable: boolean;
}

/**
 * Publishes a derivation: its folder appears with the config in it, or not at all.
 *
 * After a power loss it may be gone again, until a realization of it is committed: that one waits for the disk. A
 * derivation without outcomes is worth nothing that the next run does not bring back.
 */
export async function publishDerivation(paths: StorePaths, derivation: NewDerivation): Promise<void> {
  const { dref, configText, fresh, durable } = derivation;
  const folder = derivationFolder(paths, dref);
  mkdirSync(fresh);
  try {
    writeReadOnly(`${fresh}/${CONFIG_FILE}`, configText);
    if (durable) await syncAll([`${fresh}/${CONFIG_FILE}`, fresh]);
    await renameInto(fresh, folder);
  } catch (error) {
    await removeTree(fresh);
    throw error;
  }
}

async function renameInto(fresh: string, folder: string): Promise<void> {
  try {
    renameSync(fresh, folder);
  } catch (error) {
    if (errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST") throw error;
    // The folder is there: made by somebody else just now, or with a config that was damaged. As we know what it must
    // be, we put it there; where it is the same, nothing changes.
    renameSync(`${fresh}/${CONFIG_FILE}`, `${folder}/${CONFIG_FILE}`);
    await removeTree(fresh);
  }
}
