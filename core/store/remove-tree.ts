import { chmodSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../errors.ts";

/** Removes a folder and everything in it, be it read-only or gone already. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    const code = errorCode(error);
    if (code !== "EACCES" && code !== "EPERM" && code !== "ENOTEMPTY") throw error;
    makeFoldersWritable(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing can be taken out of a read-only folder, except by root. */
function makeFoldersWritable(folder: string): void {
  chmodSync(folder, 0o700);
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    if (item.isDirectory()) makeFoldersWritable(join(folder, item.name));
  }
}
