import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";

/** Copies a file, folder or link so that the copy can be written to, whatever the original allows. Links stay links. */
export async function copyWritable(from: string, to: string): Promise<void> {
  const stats = await lstat(from);
  if (stats.isSymbolicLink()) return await symlink(await readlink(from), to);
  if (!stats.isDirectory()) {
    // Shares the blocks with the original where the file system can.
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    return await chmod(to, (stats.mode & 0o777) | 0o600);
  }
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await copyWritable(join(from, name), join(to, name));
  await chmod(to, (stats.mode & 0o777) | 0o700);
}
