import { chmodSync, existsSync, lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { contextText, type Context } from "../context.ts";
import { errorCode, LightnixError } from "../errors.ts";
import { hashEntries, realizationHash, type TreeDigest } from "../hash.ts";
import { makeRRef, type DRef, type RRef } from "../ref.ts";
import { syncAll, writeReadOnly } from "./durable.ts";
import {
  CONFIG_FILE,
  CONTEXT_FILE,
  derivationFolder,
  DISPLAY_FILE,
  FAILURE_FILE,
  isArtifactName,
  LOG_FILE,
  realizationFolder,
  WRITTEN_FILES,
  type StorePaths,
} from "./layout.ts";
import { failureText, type Failure } from "./failure.ts";
import type { BuildRecord } from "./record.ts";
import { removeTree } from "./remove-tree.ts";
import { sealFiles, sealFolders } from "./seal.ts";
import { recordTexts } from "./tree-record.ts";
import type { TreeEntry } from "./tree.ts";

/** What a new realization comes with, besides its artifacts. */
export interface Outcome {
  /** Which realizations of the direct dependencies it was made from. */
  readonly context: Context;
  readonly record: BuildRecord;
  /** What the realizer printed. Without it, a `__log__.txt` and a `__display__.json` in the folder stay as they are. */
  readonly log?: string;
  /** What it displayed, as `displaysText` writes it. Not without `log`. */
  readonly displays?: string;
  /** Why the run failed, for an outcome that is a failure. Without it, no `__failure__.json` may be in the folder. */
  readonly failure?: Failure;
  /** What the folder is to come to; nothing else is published. A `__failure__.json` may be in the folder then. */
  readonly expect?: RRef;
}

/** What became of a folder. */
export interface Committed<C = unknown> {
  readonly rref: RRef<C>;
  /** Whether the store had this very outcome already. The earlier one stays, with its record and log. */
  readonly merged: boolean;
}

/** A folder on its way into the store. */
export interface Candidate<C> {
  readonly dref: DRef<C>;
  readonly folder: string;
  readonly outcome: Outcome;
  readonly durable: boolean;
  /** Whether the derivation itself is known to have reached the disk. */
  readonly onDisk: boolean;
}

/**
 * Publishes a folder as a realization. If it fails, the folder is still there, with the artifacts in it.
 *
 * @throws {LightnixError} `reserved-name`, `special-file`, `link-leads-out`, `invalid-file-name`, `wrong-hash`
 */
export async function commitFolder<C>(paths: StorePaths, candidate: Candidate<C>): Promise<Committed<C>> {
  const { dref, folder, outcome, durable, onDisk } = candidate;
  checkOutputFolder(folder, outcome);
  if (outcome.failure !== undefined) writeReadOnly(`${folder}/${FAILURE_FILE}`, failureText(outcome.failure));
  const entries = await sealFiles(folder);
  const tree = await hashEntries(folder, entries.filter(isArtifact));
  const rref = makeRRef(realizationHash(outcome.context, tree.digest), dref);
  if (outcome.expect !== undefined && outcome.expect !== rref) throw wrongHash(outcome.expect, rref);
  const place = realizationFolder(paths, rref);
  if (!isWhole(place)) {
    const added = addOwnFiles(folder, outcome, tree);
    // Everything must have reached the disk before the folder gets its name.
    if (durable) await syncAll([...within(folder, entries), ...added, folder]);
    sealFolders(folder, entries);
    if (publish(folder, place)) {
      const above = derivationFolder(paths, dref);
      if (durable) await syncAll(onDisk ? [above] : [`${above}/${CONFIG_FILE}`, above, paths.objects]);
      return { rref, merged: false };
    }
  }
  await removeTree(folder);
  return { rref, merged: true };
}

/** The context is in place from the first moment on, as the folder is renamed with it inside; so without it, it is something else. */
function isWhole(place: string): boolean {
  return existsSync(`${place}/${CONTEXT_FILE}`);
}

function checkOutputFolder(folder: string, { log, expect }: Outcome): void {
  if (!lstatSync(folder).isDirectory()) {
    throw new LightnixError("no-folder", `Cannot store "${folder}": it is not a folder`, {
      data: { folder },
    });
  }
  const own = [
    ...(log === undefined ? [] : [LOG_FILE, DISPLAY_FILE]),
    ...(expect === undefined ? [FAILURE_FILE] : []),
  ];
  const names = readdirSync(folder);
  for (const name of [...WRITTEN_FILES, ...own]) {
    if (!names.includes(name)) continue;
    throw new LightnixError(
      "reserved-name",
      `Cannot store the artifact "${name}": the store itself uses this name. Choose another`,
      {
        data: { folder, name },
      },
    );
  }
}

function wrongHash(expected: RRef, found: RRef): LightnixError {
  return new LightnixError(
    "wrong-hash",
    `Cannot store "${expected}": its context and artifacts come to ${found}, so they are not what was stored under this address`,
    { data: { expected, found } },
  );
}

/** Either all of the store's own files are added, or none, so that the folder of a failed commit is what it was. */
function addOwnFiles(folder: string, outcome: Outcome, tree: TreeDigest): string[] {
  const { context, record, log, displays } = outcome;
  const texts: Record<string, string> = {
    [CONTEXT_FILE]: contextText(context),
    ...recordTexts(record, tree),
    ...(log === undefined || log === "" ? {} : { [LOG_FILE]: log }),
    ...(displays === undefined ? {} : { [DISPLAY_FILE]: displays }),
  };
  const added = Object.keys(texts).map((name) => `${folder}/${name}`);
  try {
    for (const [name, text] of Object.entries(texts)) writeReadOnly(`${folder}/${name}`, text);
  } catch (error) {
    for (const path of added) rmSync(path, { force: true });
    throw error;
  }
  return added;
}

function isArtifact({ path }: TreeEntry): boolean {
  return isArtifactName(path.split("/", 1)[0] ?? "");
}

function within(folder: string, entries: readonly TreeEntry[]): string[] {
  return entries.filter(({ kind }) => kind !== "link").map(({ path }) => `${folder}/${path}`);
}

/** Gives the folder its place. False, when somebody else has just put the same there. */
function publish(folder: string, place: string): boolean {
  try {
    renameSync(folder, place);
  } catch (error) {
    if (errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST") throw error;
    if (isWhole(place)) return false;
    // Only what no store made can be half. It moves to this process's folder, and with that out of the way.
    renameSync(place, `${folder}.half`);
    renameSync(folder, place);
  }
  chmodSync(place, 0o555);
  return true;
}
