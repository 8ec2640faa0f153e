import { errorCode } from "../core/errors.ts";
import { exec } from "../core/stage/exec.ts";
import { MagicError } from "./errors.ts";
import type { CellHost } from "./host.ts";

/** Where a script runs, and with what. */
interface ShellOptions {
  /** The working folder unless given. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a script of the shell in the working folder and prints what it prints; an interrupt of the cell ends it.
 *
 * @throws {MagicError} `command-failed`
 */
export async function runInShell(
  script: string,
  host: CellHost,
  { folder = host.workingFolder, env = {} }: ShellOptions = {},
): Promise<void> {
  const [command, ...args] =
    process.platform === "win32" ? ["cmd.exe", "/d", "/s", "/c", script] : ["/bin/sh", "-c", script];
  try {
    await exec({
      command: command ?? "",
      args,
      cwd: folder,
      env,
      signal: host.signal,
      onLine: (stream, line) => host.print(line, stream),
    });
  } catch (error) {
    throw shellFailed(script, error);
  }
}

function shellFailed(script: string, error: unknown): unknown {
  if (errorCode(error) !== "exec-failed") return error;
  const { exitCode, signal } = (error as { data: Record<string, unknown> }).data;
  // There is no shell, or no such folder: that is said already.
  if (typeof exitCode !== "number" && typeof signal !== "string") return error;
  const [first = "", ...more] = script.trim().split("\n");
  const shown = more.length === 0 ? first : `${first} …`;
  const end =
    typeof exitCode === "number"
      ? `it ended with exit code ${exitCode}`
      : `it was killed by ${String(signal)}`;
  return new MagicError("command-failed", `Cannot run "${shown}": ${end}`, {
    command: script,
    exitCode,
    signal,
  });
}
