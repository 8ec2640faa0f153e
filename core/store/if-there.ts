import { readdirSync } from "node:fs";
import { errorCode } from "../errors.ts";

/** Does something with a file or folder; undefined when that is not there, or its place is below a file. */
export function ifThere<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** The names of what is in a folder, in no order; none when there is no such folder. */
export function namesIn(folder: string): string[] {
  return ifThere(() => readdirSync(folder)) ?? [];
}
