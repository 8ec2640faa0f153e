import { lstatSync, readdirSync, readlinkSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { LightnixError } from "../errors.ts";
import { Breath } from "./breath.ts";

/** One thing in a folder, and where it is: a path relative to that folder, with slashes. */
export type TreeEntry =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/**
 * Lists everything below a folder, in the order of the bytes of the paths.
 *
 * @throws {LightnixError} `special-file` for a socket, pipe or device, `invalid-file-name` for a name that is not UTF-8
 */
export async function walkTree(folder: string): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const breath = new Breath();
  const folders = [""];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const item of readdirSync(join(folder, next), { withFileTypes: true })) {
      const entry = treeEntry(folder, next === "" ? item.name : `${next}/${item.name}`, item);
      entries.push(entry);
      if (entry.kind === "folder") folders.push(entry.path);
    }
    await breath.take();
  }
  return sortByBytes(entries);
}

function treeEntry(folder: string, path: string, item: Dirent): TreeEntry {
  if (item.name.includes("\uFFFD")) checkFileName(folder, path);
  if (item.isFile()) return { kind: "file", path };
  if (item.isDirectory()) return { kind: "folder", path };
  if (item.isSymbolicLink()) return { kind: "link", path, target: readlinkSync(join(folder, path)) };
  throw new LightnixError(
    "special-file",
    `Cannot store "${path}": it is ${kindOf(item)}; an artifact is a file, folder or link`,
    {
      data: { folder, path },
    },
  );
}

/** A name that is not UTF-8 reaches us with U+FFFD in place of what is wrong, and then there is nothing of that name. */
function checkFileName(folder: string, path: string): void {
  if (lstatSync(join(folder, path), { throwIfNoEntry: false }) !== undefined) return;
  throw new LightnixError("invalid-file-name", `Cannot store "${path}": its name is not valid UTF-8`, {
    data: { folder, path },
  });
}

function kindOf(item: Dirent): string {
  if (item.isSocket()) return "a socket";
  if (item.isFIFO()) return "a pipe";
  return "a device";
}

/** Sorts as UTF-8 bytes do. For texts without surrogates JavaScript's own order, by UTF-16 units, is the same. */
function sortByBytes(entries: TreeEntry[]): TreeEntry[] {
  if (!entries.some((entry) => /[\uD800-\uDFFF]/.test(entry.path))) {
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
  const keyed = entries.map((entry) => ({ entry, bytes: Buffer.from(entry.path) }));
  return keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ entry }) => entry);
}
