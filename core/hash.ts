import { createHash, hash } from "node:crypto";
import { contextText, type Context } from "./context.ts";
import { digestFiles } from "./store/digest.ts";
import { walkTree, type TreeEntry } from "./store/tree.ts";

/** What a tree of files comes to. */
export interface TreeDigest {
  /** SHA-256 over everything in the tree, 64 hex digits. */
  readonly digest: string;
  /** The size of all files together. */
  readonly sizeBytes: number;
  /** How many files, folders and links there are. */
  readonly count: number;
}

/**
 * The hash of everything below a folder: relative paths, kinds, executable bits, contents and link targets. Times, owners and
 * other permissions do not count. No file is ever held in memory whole.
 *
 * The digest is the SHA-256 of a text of fields that each end in NUL, which neither paths nor link targets can contain:
 * `lightnix tree 1`, then for each entry, in the order of the bytes of the paths, its kind (`d` folder, `f` file,
 * `x` executable file, `l` link), its path, and the SHA-256 of a file or the target of a link or nothing.
 *
 * @throws {LightnixError} `special-file`, `invalid-file-name`
 */
export async function hashTree(folder: string): Promise<TreeDigest> {
  return hashEntries(folder, await walkTree(folder));
}

/** The same over chosen entries below a folder, which must be in the order of `walkTree`. */
export async function hashEntries(folder: string, entries: readonly TreeEntry[]): Promise<TreeDigest> {
  const filePaths = entries.filter(({ kind }) => kind === "file").map(({ path }) => path);
  const files = (await digestFiles(folder, filePaths)).values();
  const tree = createHash("sha256").update("lightnix tree 1\0");
  let sizeBytes = 0;
  for (const entry of entries) {
    const file = entry.kind === "file" ? files.next().value : undefined;
    sizeBytes += file?.sizeBytes ?? 0;
    tree.update(
      file === undefined
        ? plainFields(entry)
        : `${file.executable ? "x" : "f"}\0${entry.path}\0${file.digest}\0`,
    );
  }
  return { digest: tree.digest("hex"), sizeBytes, count: entries.length };
}

/** The hash in the address of a realization: 32 hex digits of a SHA-256 over its context and its artifacts' tree. */
export function realizationHash(context: Context, treeDigest: string): string {
  return hash("sha256", `lightnix realization 1\0${contextText(context)}\0${treeDigest}`, "hex").slice(0, 32);
}

function plainFields(entry: TreeEntry): string {
  return entry.kind === "link" ? `l\0${entry.path}\0${entry.target}\0` : `d\0${entry.path}\0\0`;
}
