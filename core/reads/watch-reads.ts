import { lstatSync, realpathSync } from "node:fs";
import { outsideReads, type OutsideRead } from "./outside-read.ts";
import { Reads } from "./reads.ts";
import { workingFolder } from "./surroundings.ts";
import { watchFiles, type WatchOptions } from "./watch-files.ts";

/** The folders of a run. */
export interface RunFolders {
  readonly store: { readonly root: string };
  readonly outs: readonly string[];
  readonly scratch?: string | undefined;
}

/** Runs a realizer, and tells what it read besides its inputs when it has ended well. */
export async function watchReads<T>(
  { store, outs, scratch }: RunFolders,
  run: () => Promise<T>,
  { announce, ...options }: WatchOptions & { readonly announce: Announce },
): Promise<T> {
  const own = [store.root, realRoot(store), ...outs, ...(scratch === undefined ? [] : [scratch])];
  const reads = new Reads({ own, project: workingFolder() });
  // The clock of the file system: the output folders have just been made.
  const since = Math.max(...outs.map((out) => lstatSync(out).ctimeMs));
  const result = await watchFiles(reads, run, options);
  const found = outsideReads(reads, since);
  if (found.length > 0) announce.reads(found);
  return result;
}

const realRoots: Map<string, string> = new Map();

/** The folder of a store as it is called by whoever has resolved a path in it. */
function realRoot({ root }: RunFolders["store"]): string {
  const real = realRoots.get(root) ?? realpathSync.native(root);
  realRoots.set(root, real);
  return real;
}

interface Announce {
  reads(reads: readonly OutsideRead[]): void;
}
