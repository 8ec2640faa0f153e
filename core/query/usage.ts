import { lstatSync } from "node:fs";
import type { DRef, RRef } from "../ref.ts";
import { Breath } from "../store/breath.ts";
import type { Store } from "../store/store.ts";
import { walkTree } from "../store/tree.ts";

/** What a derivation takes up on the disk. */
export interface Usage {
  readonly dref: DRef;
  /** All of it: the realizations, and what belongs to the derivation itself. */
  readonly diskBytes: number;
  /** The largest first. */
  readonly realizations: readonly { readonly rref: RRef; readonly diskBytes: number }[];
}

// What `stat` counts blocks in, whatever the file system's own are.
const BLOCK_BYTES = 512;

/**
 * What derivations with all their realizations take up on the disk, the largest first; all derivations unless some are given.
 * (Pylightnix: `du`.)
 */
export async function diskUsage(
  store: Store,
  drefs: readonly DRef[] = store.derivations(),
): Promise<Usage[]> {
  const usages: Usage[] = [];
  for (const dref of drefs) {
    const realizations: { rref: RRef; diskBytes: number }[] = [];
    for (const rref of store.realizations(dref))
      realizations.push({ rref, diskBytes: await treeBytes(store.path(rref)) });
    realizations.sort((a, b) => b.diskBytes - a.diskBytes);
    const diskBytes = store.hasDerivation(dref) ? await treeBytes(store.path(dref)) : 0;
    usages.push({ dref, diskBytes, realizations });
  }
  return usages.sort((a, b) => b.diskBytes - a.diskBytes);
}

/** What a folder or file with everything in it takes up on the disk. */
export async function treeBytes(path: string): Promise<number> {
  const top = lstatSync(path, { throwIfNoEntry: false });
  if (top === undefined) return 0;
  let blocks = top.blocks;
  const breath = new Breath();
  for (const entry of top.isDirectory() ? await walkTree(path) : []) {
    blocks += lstatSync(`${path}/${entry.path}`, { throwIfNoEntry: false })?.blocks ?? 0;
    await breath.take();
  }
  return blocks * BLOCK_BYTES;
}
