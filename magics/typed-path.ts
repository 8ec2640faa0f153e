import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The path that was typed in a cell: relative to the notebook's folder; `~` is the user's own. */
export function typedPath(typed: string, folder: string): string {
  return typed === "~" || typed.startsWith("~/") ? join(homedir(), typed.slice(1)) : resolve(folder, typed);
}
