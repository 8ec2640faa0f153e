import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { Header, Pax } from "tar";
import { LightnixError } from "../errors.ts";
import type { TreeEntry } from "../store/tree.ts";
import { entryName } from "./entry-name.ts";

const BLOCK_BYTES = 512;
const CHUNK_BYTES = 1024 * 1024;

type HeaderFields = ConstructorParameters<typeof Pax>[0];

/** The end of a tar file. */
export const tarEnd: Buffer = Buffer.alloc(2 * BLOCK_BYTES);

/** A file of which the content is at hand, as tar has it. */
export function* textEntry(path: string, text: string): Generator<Buffer> {
  const content = Buffer.from(text);
  yield header({ path, type: "File", mode: 0o644, size: content.length });
  yield content;
  yield padding(content.length);
}

/** Something in a folder, as tar has it under the name `path`. */
export function* treeEntry(folder: string, entry: TreeEntry, path: string): Generator<Buffer> {
  switch (entry.kind) {
    case "folder":
      yield folderEntry(path);
      break;
    case "link":
      yield header({ path, type: "SymbolicLink", mode: 0o777, size: 0, linkpath: entryName(entry.target) });
      break;
    case "file":
      yield* fileEntry(`${folder}/${entry.path}`, path);
      break;
  }
}

/** A folder, as tar has it. */
export function folderEntry(path: string): Buffer {
  return header({ path: `${path}/`, type: "Directory", mode: 0o755, size: 0 });
}

function* fileEntry(file: string, path: string): Generator<Buffer> {
  const fd = openSync(file, "r");
  try {
    const { size, mode } = fstatSync(fd);
    yield header({ path, type: "File", mode: (mode & 0o111) === 0 ? 0o644 : 0o755, size });
    let left = size;
    while (left > 0) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, left));
      const got = readSync(fd, chunk);
      if (got === 0) throw shorter(file);
      left -= got;
      yield chunk.subarray(0, got);
    }
    yield padding(size);
  } finally {
    closeSync(fd);
  }
}

/** The header of an entry, preceded by an extended one where the plain one cannot hold it all. Owner and time are nobody's. */
function header(fields: HeaderFields): Buffer {
  const all = { ...fields, path: entryName(fields.path ?? ""), mtime: new Date(0), uid: 0, gid: 0 };
  const plain = new Header(all);
  const block = Buffer.alloc(BLOCK_BYTES);
  if (!plain.encode(block)) return block;
  const { path, linkpath, size } = all;
  const extended = new Pax({ path, size: size ?? 0, ...(linkpath !== undefined && { linkpath }) });
  return Buffer.concat([extended.encode(), block]);
}

function padding(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

function shorter(file: string): LightnixError {
  return new LightnixError("damaged", `Cannot pack "${file}": it became shorter while it was read`, {
    data: { path: file },
  });
}
