import { mkdirSync, renameSync } from "node:fs";
import { errorCode } from "../errors.ts";
import type { DRef } from "../ref.ts";
import { Breath } from "./breath.ts";
import { syncAll, writeReadOnly } from "./durable.ts";
import { BUNDLE_FILE, CONFIG_FILE, derivationFolder, type StorePaths } from "./layout.ts";
import { removeTree } from "./remove-tree.ts";
import { publishSourceFiles, writeSourceFiles, type NewSourceFile } from "./source-files.ts";

/** What a derivation is to be published with. */
export interface NewDerivation {
  readonly dref: DRef;
  readonly configText: string;
  /** Its code, where it is closed. */
  readonly bundle?: string | undefined;
  /** An unused path in this process's folder. */
  readonly fresh: string;
}

/** What is to be published together. */
export interface Publication {
  readonly derivations: readonly NewDerivation[];
  readonly sources: readonly NewSourceFile[];
  /** Whether to wait for the disk. */
  readonly durable: boolean;
}

/**
 * Publishes derivations, in the order given: the folder of each appears with the config in it, or not at all. The texts of their
 * code come before them, so that whoever finds a derivation finds those.
 *
 * All of them go to the disk together, as one commit of a file system's journal takes as long as that of hundreds.
 */
export async function publishDerivations(
  paths: StorePaths,
  { derivations, sources, durable }: Publication,
): Promise<void> {
  const breath = new Breath();
  try {
    for (const { fresh, configText, bundle } of derivations) {
      mkdirSync(fresh);
      writeReadOnly(`${fresh}/${CONFIG_FILE}`, configText);
      if (bundle !== undefined) writeReadOnly(`${fresh}/${BUNDLE_FILE}`, bundle);
      await breath.take();
    }
    const texts = writeSourceFiles(sources);
    if (durable) await syncAll([...texts, ...derivations.flatMap(filesOf)]);
    await publishSourceFiles(paths, sources, durable);
    for (const one of derivations) await renameInto(one, derivationFolder(paths, one.dref));
    if (durable) await syncAll([paths.objects]);
  } catch (error) {
    for (const { fresh } of [...derivations, ...sources]) await removeTree(fresh);
    throw error;
  }
}

/** Puts the bundle of a derivation into its folder, in the place of another one if there is one. `fresh` is an unused path. */
export async function publishBundle(
  paths: StorePaths,
  { dref, text, fresh }: { readonly dref: DRef; readonly text: string; readonly fresh: string },
  durable: boolean,
): Promise<void> {
  const folder = derivationFolder(paths, dref);
  writeReadOnly(fresh, text);
  try {
    if (durable) await syncAll([fresh]);
    renameSync(fresh, `${folder}/${BUNDLE_FILE}`);
    if (durable) await syncAll([folder]);
  } catch (error) {
    await removeTree(fresh);
    throw error;
  }
}

function filesOf({ fresh, bundle }: NewDerivation): string[] {
  const names = [CONFIG_FILE, ...(bundle === undefined ? [] : [BUNDLE_FILE])];
  return [...names.map((name) => `${fresh}/${name}`), fresh];
}

async function renameInto({ fresh, bundle }: NewDerivation, folder: string): Promise<void> {
  try {
    renameSync(fresh, folder);
  } catch (error) {
    if (errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST") throw error;
    // The folder is there: made by somebody else just now, or with a config that was damaged. As we know what it must
    // be, we put it there; where it is the same, nothing changes.
    renameSync(`${fresh}/${CONFIG_FILE}`, `${folder}/${CONFIG_FILE}`);
    if (bundle !== undefined) renameSync(`${fresh}/${BUNDLE_FILE}`, `${folder}/${BUNDLE_FILE}`);
    await removeTree(fresh);
  }
}
