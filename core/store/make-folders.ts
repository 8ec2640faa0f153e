import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode } from "../errors.ts";

/**
 * Makes a folder and those that it is in, where they are missing.
 *
 * Node's own `mkdir` with `recursive` never returns where a folder says ENOENT to whoever makes something in it, as `/proc` does.
 */
export function makeFolders(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" && dirname(folder) !== folder) {
      makeFolders(dirname(folder));
      mkdirOrExisting(folder);
    } else if (!isFolder(folder)) throw error;
  }
}

function mkdirOrExisting(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
