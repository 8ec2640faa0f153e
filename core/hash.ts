import { createHash, hash } from "node:crypto";
import { contextText, type Context } from "./context.ts";
import { digestFiles } from "./store/digest.ts";
import { walkTree, type TreeEntry } from "./store/tree.ts";

/**
 * What one thing in a tree is: its kind (`d` folder, `f` file, `x` executable file, `l` link), its path, and the SHA-256 of a file or
 * the target of a link or nothing.
 */
export type TreeFact = readonly [kind: "d" | "f" | "x" | "l", path: string, value: string];

/** What a tree of files comes to. */
export interface TreeDigest {
  /** SHA-256 over everything in the tree, 64 hex digits. */
  readonly digest: string;
  /** The size of all files together. */
  readonly sizeBytes: number;
  /** What each file, folder and link is, in the order of the bytes of the paths. The digest is that of these. */
  readonly facts: readonly TreeFact[];
}

/**
 * The hash of everything below a folder: relative paths, kinds, executable bits, contents and link targets. Times, owners and
 * other permissions do not count. No file is ever held in memory whole.
 *
 * The digest is the SHA-256 of a text of fields that each end in NUL, which neither paths nor link targets can contain:
 * `lightnix tree 1`, then the three fields of each fact, in the order of the bytes of the paths.
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
  const facts: TreeFact[] = [];
  let sizeBytes = 0;
  for (const entry of entries) {
    const file = entry.kind === "file" ? files.next().value : undefined;
    sizeBytes += file?.sizeBytes ?? 0;
    facts.push(
      file === undefined ? plainFact(entry) : [file.executable ? "x" : "f", entry.path, file.digest],
    );
  }
  return { digest: treeDigest(facts), sizeBytes, facts };
}

/** The digest of a tree of which everything is known. */
export function treeDigest(facts: readonly TreeFact[]): string {
  const tree = createHash("sha256").update("lightnix tree 1\0");
  for (const [kind, path, value] of facts) tree.update(`${kind}\0${path}\0${value}\0`);
  return tree.digest("hex");
}

/** The hash in the address of a realization: 32 hex digits of a SHA-256 over its context and its artifacts' tree. */
export function realizationHash(context: Context, tree: string): string {
  return hash("sha256", `lightnix realization 1\0${contextText(context)}\0${tree}`, "hex").slice(0, 32);
}

function plainFact(entry: TreeEntry): TreeFact {
  return entry.kind === "link" ? ["l", entry.path, entry.target] : ["d", entry.path, ""];
}
