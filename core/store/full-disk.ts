import { statfsSync } from "node:fs";
import { join, sep } from "node:path";
import { errorCode } from "../errors.ts";
import { storeError } from "./store-error.ts";

/**
 * What a realizer threw, in the store's own words (`store-full`) when its output folder had no room for what it wrote; otherwise as it is.
 * Writing to a file that is open names no path: then it was the store's disk if that has no room now.
 */
export function unlessNoRoom(error: unknown, root: string): unknown {
  const code = errorCode(error);
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  const path = typeof error === "object" && error !== null && "path" in error ? error.path : undefined;
  const isInStore = typeof path === "string" ? path.startsWith(join(root, sep)) : !hasRoom(root);
  return isInStore ? storeError(error, root, "write an output") : error;
}

function hasRoom(root: string): boolean {
  const { bavail, bsize, files, ffree } = statfsSync(root);
  // Some file systems have inodes without a number.
  return bavail * bsize >= minRoomBytes && (files === 0 || ffree > 0);
}

// What a write finds no room in can be more than nothing.
const minRoomBytes = 1_000_000;
