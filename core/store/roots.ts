import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync, unlinkSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { errorCode, LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { isUnfinishedLink, replaceLink } from "../query/link.ts";
import { isRRef, type DRef, type RRef } from "../ref.ts";
import { derivationOfFolder, isRealizationName, storePaths } from "./layout.ts";
import { makeFolders } from "./make-folders.ts";
import { storeError } from "./store-error.ts";
import type { Store } from "./store.ts";
import { ifThere, namesIn } from "./if-there.ts";

/** What keeps something from being collected. */
export interface Root {
  /** The name under `<root>/roots`; for a link in a folder, the path of the link. */
  readonly name: string;
  /** What it keeps; undefined when the link leads to nothing that the store has. */
  readonly ref: DRef | RRef | undefined;
  /** The folder of links that it stands in, if it does. */
  readonly folder?: string;
}

// Links to results lie a few folders deep, if at all; a whole disk given as a root would take forever.
const DEEPEST = 4;

/**
 * Keeps a realization, with everything that it was made from, from being collected, under a name of one's own. The name then
 * leads to it: `<root>/roots/<name>` is a link to its folder. An earlier realization of that name is no longer kept by it.
 *
 * @throws {LightnixError} `unknown-realization`, `invalid-root-name`; what a store throws that cannot be written to
 *
 * @example
 * ```ts
 * await keep(store, rref, "best-so-far");
 * ```
 */
export async function keep(store: Store, rref: RRef, name: string): Promise<void> {
  const path = rootPath(store, name);
  store.context(rref);
  await change(store, `keep "${name}"`, () => {
    makeFolders(dirname(path));
    // Relative, so that a store that is moved keeps its roots.
    replaceLink(path, relative(dirname(path), store.path(rref)));
  });
  await store.afterRemovals();
  if (store.has(rref)) return;
  await dropRoot(store, name);
  throw new LightnixError("unknown-realization", `Cannot keep "${rref}": it was removed just now`, {
    data: { rref },
  });
}

/**
 * Keeps whatever the links in a folder outside of the store lead to, now and later: realizations, with all that they were made
 * from, and derivations, with all their realizations. Folders in it count, too.
 *
 * @throws {LightnixError} `no-folder`, `invalid-root-name`
 */
export async function keepFolder(store: Store, folder: string, name: string): Promise<void> {
  const path = rootPath(store, name);
  if (ifThere(() => statSync(folder))?.isDirectory() !== true) {
    throw new LightnixError("no-folder", `Cannot keep the links in "${folder}": there is no such folder`, {
      data: { folder },
    });
  }
  await change(store, `keep "${name}"`, () => {
    makeFolders(dirname(path));
    replaceLink(path, realpathSync(folder));
  });
}

/**
 * Lets go of a root by name. What it kept stays until it is collected.
 *
 * @throws {LightnixError} `unknown-root`
 */
export async function dropRoot(store: Store, name: string): Promise<void> {
  const path = rootPath(store, name);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    const names = namesIn(dirname(path));
    throw new LightnixError(
      "unknown-root",
      `Cannot drop the root "${name}": there is none of that name.${didYouMean(name, names)}`,
      { data: { name, names } },
    );
  }
  await change(store, `drop "${name}"`, () => unlinkSync(path));
}

/**
 * All roots, sorted by name: the named ones, and each link in the folders that are roots or are given here.
 *
 * @throws {LightnixError} `unreadable-root` when a folder cannot be read: nobody can tell what it keeps
 */
export function listRoots(store: Store, folders: readonly string[] = []): Root[] {
  const place = join(store.root, "roots");
  const named = namesIn(place)
    .filter((name) => !isUnfinishedLink(name))
    .sort()
    .flatMap((name) => namedRoot(store, place, name));
  return [...named, ...folders.flatMap((folder) => rootsIn(store, resolve(folder), 0))];
}

function namedRoot(store: Store, place: string, name: string): Root[] {
  const path = join(place, name);
  const target = linkTarget(path);
  if (target === undefined) return [];
  const ref = refOf(store, target);
  if (ref !== undefined || isInside(objectsOf(store), target)) return [{ name, ref: existing(store, ref) }];
  return rootsIn(store, target, 0);
}

function rootsIn(store: Store, folder: string, depth: number): Root[] {
  return readFolder(folder, depth).flatMap((name): Root[] => {
    if (isUnfinishedLink(name)) return [];
    const path = join(folder, name);
    const target = linkTarget(path);
    if (target !== undefined) {
      const ref = refOf(store, target);
      // A link to somewhere else has nothing to do with the store.
      if (ref === undefined && !isInside(objectsOf(store), target)) return [];
      return [{ name: path, ref: existing(store, ref), folder }];
    }
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    return isFolder && depth < DEEPEST ? rootsIn(store, path, depth + 1) : [];
  });
}

function readFolder(folder: string, depth: number): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (depth > 0 && errorCode(error) === "ENOENT") return [];
    throw new LightnixError(
      "unreadable-root",
      `Cannot read the root "${folder}": what it keeps cannot be told (${errorCode(error) ?? String(error)}). Bring it back, or drop the root`,
      { cause: error, data: { folder } },
    );
  }
}

/** Where a link leads, absolute, with all links followed; undefined for what is no link. */
function linkTarget(path: string): string | undefined {
  let target;
  try {
    target = resolve(dirname(path), readlinkSync(path));
  } catch (error) {
    if (errorCode(error) === "EINVAL" || errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  return realPath(target);
}

/** With links followed as far as there is something. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), path.slice(dirname(path).length));
  }
}

/** The object that a path leads to or into. */
function refOf(store: Store, target: string): DRef | RRef | undefined {
  const objects = objectsOf(store);
  if (!isInside(objects, target)) return undefined;
  const [folder = "", hash = ""] = relative(objects, target).split(sep);
  const dref = derivationOfFolder(folder);
  return dref !== undefined && isRealizationName(hash) ? (`rref:${hash}-${folder}` as RRef) : dref;
}

function existing(store: Store, ref: DRef | RRef | undefined): DRef | RRef | undefined {
  if (ref === undefined) return undefined;
  return (isRRef(ref) ? store.has(ref) : store.hasDerivation(ref)) ? ref : undefined;
}

function objectsOf(store: Store): string {
  return realPath(storePaths(store.root).objects);
}

function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder + sep);
}

function rootPath(store: Store, name: string): string {
  const isName = /^[^./\0][^/\0]{0,199}$/.test(name);
  if (isName) return join(store.root, "roots", name);
  throw new LightnixError(
    "invalid-root-name",
    `Cannot name a root "${name}": a name is 1 to 200 characters without a slash, and does not start with a dot`,
    { data: { name } },
  );
}

async function change(store: Store, doing: string, work: () => void): Promise<void> {
  // Makes the store ready to be written to, and waits until nothing is being removed.
  await store.afterRemovals();
  try {
    work();
  } catch (error) {
    throw storeError(error, store.root, doing);
  }
}
