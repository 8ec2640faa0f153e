import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorCode, LightnixError } from "../errors.ts";
import { syncAll, writeReadOnly } from "./durable.ts";
import { derivationOfFolder, type StorePaths } from "./layout.ts";
import { makeFolders } from "./make-folders.ts";
import { removeTree } from "./remove-tree.ts";

const FORMAT = "lightnix store";
const VERSION = 1;

/**
 * Makes sure that there is nothing in the place of the store that is not one. An absent or empty folder is a store to be.
 *
 * @throws {LightnixError} `not-a-store`
 */
export function checkStore(paths: StorePaths): void {
  checkFolder(paths.root, paths.root);
  if (!checkFolder(paths.objects, paths.root)) return;
  const marker = readMarker(paths);
  if (marker === undefined) {
    const foreign = readdirSync(paths.objects).find((name) => derivationOfFolder(name) === undefined);
    if (foreign !== undefined)
      throw notAStore(paths.root, `"${paths.objects}" holds "${foreign}", which no store would`);
  } else if (marker !== VERSION) {
    throw notAStore(paths.root, `"${paths.marker}" does not say that it is a store of version ${VERSION}`);
  }
}

/** Makes the folders for what is unfinished, and for locks, where they are missing. */
export function prepareWork(paths: StorePaths): void {
  checkStore(paths);
  for (const folder of [paths.root, paths.tmp, paths.locks]) makeFolders(folder);
}

/**
 * Makes the folder of the objects, if it is missing. It appears together with the file that says what it is. Any number of
 * processes may do so at once. `fresh` is an unused path in this process's folder.
 */
export async function prepareObjects(paths: StorePaths, fresh: string): Promise<void> {
  if (existsSync(paths.marker)) return;
  const marker = join(fresh, basename(paths.marker));
  mkdirSync(fresh);
  writeReadOnly(marker, JSON.stringify({ format: FORMAT, version: VERSION }));
  await syncAll([marker, fresh]);
  try {
    renameSync(fresh, paths.objects);
  } catch (error) {
    if (errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST") throw error;
    // Somebody else was quicker, or the folder is a store that lost this file.
    renameSync(marker, paths.marker);
    await removeTree(fresh);
  }
  await syncAll([paths.root, dirname(paths.root)]);
}

/** The version that the marker tells; 0 for a marker that is not understood; undefined when there is none. */
function readMarker(paths: StorePaths): number | undefined {
  try {
    const { format, version } = JSON.parse(readFileSync(paths.marker, "utf8")) as Record<string, unknown>;
    return format === FORMAT && typeof version === "number" ? version : 0;
  } catch (error) {
    return errorCode(error) === "ENOENT" ? undefined : 0;
  }
}

function checkFolder(folder: string, root: string): boolean {
  let found;
  try {
    found = statSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw notAStore(root, `"${folder}" cannot be looked at`, error);
  }
  if (!found.isDirectory()) throw notAStore(root, `"${folder}" is not a folder`);
  return true;
}

function notAStore(root: string, reason: string, cause?: unknown): LightnixError {
  return new LightnixError(
    "not-a-store",
    `Cannot open the store "${root}": ${reason}. Choose another folder by LIGHTNIX_ROOT`,
    { data: { root }, ...(cause === undefined ? {} : { cause }) },
  );
}
