import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LanguageError } from "./errors.ts";

/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * The command that starts TypeScript's language server: the native program of this platform when it is installed,
 * otherwise the package's own launcher under this Node.
 *
 * Throws a LanguageError `server-missing` without the `typescript` package.
 */
export function serverCommand(from: string = import.meta.url): Command {
  const manifest = resolve(from, "typescript/package.json");
  if (manifest === undefined) {
    throw new LanguageError(
      "server-missing",
      'Cannot start the language service: the package "typescript" is not installed beside the kernel',
    );
  }
  const args = ["--lsp", "--stdio"];
  const program = nativeProgram(manifest);
  if (program !== undefined) return { program, args };
  return { program: process.execPath, args: [join(dirname(manifest), "bin", "tsc"), ...args] };
}

// Starting the native program directly saves the 50 ms of a Node that only starts it.
function nativeProgram(manifest: string): string | undefined {
  const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`;
  const found = resolve(manifest, platform);
  if (found === undefined) return undefined;
  const program = join(dirname(found), "lib", process.platform === "win32" ? "tsc.exe" : "tsc");
  return existsSync(program) ? program : undefined;
}

function resolve(from: string, specifier: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return undefined;
  }
}
