import { chmodSync, constants, lstatSync, renameSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { LightnixError } from "../errors.ts";
import { Breath } from "./breath.ts";
import { leadsOut } from "./links.ts";
import { walkTree, type TreeEntry } from "./tree.ts";

/**
 * Makes everything below a folder fit for the store: no links that lead out, nothing but files, folders and links, and files
 * that cannot be written to, neither here nor by another name. Returns what there is.
 *
 * The folders stay writable until `sealFolders`, so that the caller may add files.
 *
 * @throws {LightnixError} `link-leads-out`, `special-file`, `invalid-file-name`
 */
export async function sealFiles(folder: string): Promise<TreeEntry[]> {
  const entries = await walkTree(folder);
  checkLinks(folder, entries);
  const breath = new Breath();
  for (const { kind, path } of entries) {
    if (kind === "file") await sealFile(`${folder}/${path}`, `${folder}.copy`);
    await breath.take();
  }
  return entries;
}

/** Makes the folders below a folder read-only, not itself: the kernel lets nobody but root move a read-only folder. */
export function sealFolders(folder: string, entries: readonly TreeEntry[]): void {
  for (const { kind, path } of entries) if (kind === "folder") chmodSync(`${folder}/${path}`, 0o555);
}

function checkLinks(folder: string, entries: readonly TreeEntry[]): void {
  const links = new Map<string, string>();
  for (const entry of entries) if (entry.kind === "link") links.set(entry.path, entry.target);
  for (const [path, target] of links) {
    if (!leadsOut(path, links)) continue;
    throw new LightnixError(
      "link-leads-out",
      `Cannot store the link "${path}" -> "${target}": it leads out of the realization. Make it relative and within, or copy what it leads to`,
      { data: { folder, path, target } },
    );
  }
}

/** A file with a second name could be changed by that name later on, so it is replaced by a copy, made at `spare`. */
async function sealFile(path: string, spare: string): Promise<void> {
  const { mode, nlink } = lstatSync(path);
  if (nlink > 1) {
    await copyFile(path, spare, constants.COPYFILE_FICLONE);
    renameSync(spare, path);
  }
  const wanted = (mode & 0o111) === 0 ? 0o444 : 0o555;
  if (nlink > 1 || (mode & 0o7777) !== wanted) chmodSync(path, wanted);
}
