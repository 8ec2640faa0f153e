import { chmodSync, existsSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { treeBytes } from "../../query/usage.ts";
import { ownerLink, readClaim } from "../claim.ts";
import { keepHeld } from "../kept-build.ts";
import { CONFIG_FILE, CONTEXT_FILE, storePaths, type StorePaths } from "../layout.ts";
import { removeTree } from "../remove-tree.ts";
import type { Store } from "../store.ts";
import { isGone } from "./gone.ts";
import { ifThere, namesIn } from "../if-there.ts";

/** Something in a store's folder that is no object. */
export interface Leftover {
  /**
   * `failed` is the output of a failed build, kept for people; `damaged` what `repair` put aside; `unfinished` the folder of a process
   * or machine that is gone; `half` an object that is not whole, which no store leaves behind; `source` the text of code that no
   * derivation needs.
   */
  readonly kind: "failed" | "damaged" | "unfinished" | "half" | "source";
  readonly path: string;
  /** Since when nothing was added to it or taken from it. */
  readonly ageMs: number;
  readonly diskBytes: number;
}

const KEPT = /^(failed|damaged)-/;
const OWNED = /^p\d+-[0-9a-f]{16}$/;

/** Everything that is left over, the oldest first. `half` are the folders of half objects. */
export async function findLeftovers(store: Store, half: readonly string[]): Promise<Leftover[]> {
  const inTmp = leftInTmp(storePaths(store.root));
  const found = [...inTmp, ...half.map((path): Place => ({ kind: "half", path }))];
  const leftovers: Leftover[] = [];
  for (const { kind, path } of found) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    leftovers.push({ kind, path, ageMs: Date.now() - stats.mtimeMs, diskBytes: await bytesOf(path) });
  }
  return leftovers.sort((a, b) => b.ageMs - a.ageMs);
}

/** Removes something left over, if it still is. */
export async function removeLeftover(store: Store, { kind, path }: Leftover): Promise<void> {
  if (kind === "half") {
    // Out of the way in one step, so that what is being published in its place finds that free.
    const folder = await store.tempFolder("removed");
    await takeHalf(store, path, `${folder}/half`);
    return store.discard(folder);
  }
  if (kind === "unfinished") keepHeld(storePaths(store.root), path);
  await removeTree(path);
  if (kind === "unfinished") ifThere(() => unlinkSync(`${path}.owner`));
}

async function takeHalf(store: Store, path: string, place: string): Promise<void> {
  const lock = await store.lockRemovals();
  try {
    if (existsSync(`${path}/${CONFIG_FILE}`) || existsSync(`${path}/${CONTEXT_FILE}`)) return;
    chmodSync(path, 0o755);
    renameSync(path, place);
  } finally {
    lock.release();
  }
}

type Place = Pick<Leftover, "kind" | "path">;

function leftInTmp(paths: StorePaths): Place[] {
  return namesIn(paths.tmp).flatMap((name): Place[] => {
    const path = `${paths.tmp}/${name}`;
    const kept = KEPT.exec(name)?.[1];
    if (kept !== undefined) return [{ kind: kept as "failed" | "damaged", path }];
    if (!OWNED.test(name)) return [];
    const claim = readClaim(ownerLink(paths, name))?.claim;
    // The link is made before the folder, and goes after it: without one, nobody works there.
    return claim === undefined || isGone(paths, claim) ? [{ kind: "unfinished", path }] : [];
  });
}

/** A failed build may leave what no tree may hold, such as a pipe; its size is then not known. */
async function bytesOf(path: string): Promise<number> {
  try {
    return await treeBytes(path);
  } catch {
    return 0;
  }
}
