import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";

/** A command with the folder that it runs in. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

// `sh -c` and the like are handed programs, and no paths.
const LONGEST = 4_096;
const PROGRAM_FOLDERS: ReadonlySet<string> = new Set(["bin", "sbin", "Scripts"]);

/**
 * The absolute paths of what a command is told to work on, as far as it is there: its arguments, also those of the form `--data=train.csv`, and the
 * program itself unless it was installed. A bare word may mean anything, and counts only where a file is called so.
 */
export function commandPaths({ command, args, cwd }: Command): string[] {
  const isInstalled = !/[/\\]/u.test(command) || PROGRAM_FOLDERS.has(basename(dirname(command)));
  const named = args.flatMap((arg) => (/^-.*=/u.test(arg) ? [arg.slice(arg.indexOf("=") + 1)] : [arg]));
  return [...(isInstalled ? [] : [command]), ...named].flatMap((arg) => {
    if (arg === "" || arg.length > LONGEST || /[\n\0]/u.test(arg)) return [];
    const path = resolve(cwd, arg);
    const kind = kindOf(path);
    return kind === "file" || (kind === "folder" && /[/\\]/u.test(arg)) ? [path] : [];
  });
}

function kindOf(path: string): "file" | "folder" | undefined {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return undefined;
  }
}
