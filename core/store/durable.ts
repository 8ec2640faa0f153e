import { closeSync, fsync, openSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { errorCode } from "../errors.ts";

const fsyncAsync = promisify(fsync);

// As many as libuv has threads: more would wait in its queue, and hold file descriptors meanwhile.
const AT_ONCE = 4;

/** Writes a new file that nobody can write to afterwards. */
export function writeReadOnly(path: string, text: string): void {
  const fd = openSync(path, "wx", 0o444);
  try {
    writeFileSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Returns when the contents of these files and folders have reached the disk. */
export async function syncAll(paths: Iterable<string>): Promise<void> {
  const queue = paths[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) await sync(next.value);
    }),
  );
}

async function sync(path: string): Promise<void> {
  // Opening and closing what is in the cache is done sooner than handed to another thread.
  const fd = openSync(path, "r");
  try {
    await fsyncAsync(fd);
  } catch (error) {
    // Some network and FUSE file systems know no fsync of folders, and nothing better is to be had there.
    if (errorCode(error) !== "EINVAL" && errorCode(error) !== "ENOTSUP") throw error;
  } finally {
    closeSync(fd);
  }
}
