import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readdirSync, readlinkSync, readSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { Breath } from "../store/breath.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * The hash that Pylightnix gives a realization, 32 hex digits: a SHA-256 over the contents of its files, and the targets of those that
 * are links, without their names. (Pylightnix: `dirhash`.)
 *
 * Folders come in the order in which Python's `os.walk` met them, which nobody can tell afterwards. So where a folder has
 * more than one folder in it, the answer is undefined; and so it is where a link leads to nothing any more.
 */
export async function pylightnixHash(folder: string): Promise<string | undefined> {
  const sha = createHash("sha256");
  const breath = new Breath();
  for (let next: string | undefined = folder; next !== undefined;) {
    const items: Dirent[] = readdirSync(next, { withFileTypes: true });
    const inner = items.filter((item) => item.isDirectory());
    if (inner.length > 1) return undefined;
    for (const name of hashedNames(items)) {
      if (!addFile(sha, join(next, name))) return undefined;
      await breath.take();
    }
    next = inner[0] === undefined ? undefined : join(next, inner[0].name);
  }
  return sha.digest("hex").slice(0, 32);
}

/** Sorted as Python does, by code points, which is the order of the UTF-8 bytes. */
function hashedNames(items: readonly Dirent[]): string[] {
  return items
    .filter((item) => !item.isDirectory() && !item.name.startsWith("_"))
    .map(({ name }) => name)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function addFile(sha: Hash, path: string): boolean {
  try {
    sha.update(readlinkSync(path));
  } catch {
    // It is no link.
  }
  let fd;
  try {
    fd = openSync(path, "r");
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let got = readSync(fd, chunk); got > 0; got = readSync(fd, chunk))
      sha.update(chunk.subarray(0, got));
    return true;
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
