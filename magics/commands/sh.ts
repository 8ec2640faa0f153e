import { errorCode } from "../../core/errors.ts";
import { exec } from "../../core/stage/exec.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const help = `
%sh npm install arquero   runs a command of the shell in the notebook's folder
!npm install arquero      the same, where the line is not TypeScript: !ready stays "not ready"

%%sh                      runs all that follows as a script
set -e
curl -O https://example.org/data.csv
wc -l data.csv

What it prints appears as it is printed. It reads nothing. An interrupt ends it, with all that it
started; what it leaves in the background ends with it. When it fails, so does the cell.`;

/** `%sh command`: runs a command. */
export const shMagic: Magic = defineMagic({
  name: "sh",
  kind: "line",
  summary: "runs a command of the shell",
  help,
  args: { command: { type: "line", summary: "what the shell is to run" } },
  run: async ({ args, host }) => await runInShell(args.command, host),
});

/** `%%sh`: runs a script. */
export const shCellMagic: Magic = defineMagic({
  name: "sh",
  kind: "cell",
  summary: "runs the cell as a script of the shell",
  help,
  args: {},
  run: async ({ body, host }) => await runInShell(body, host),
});

async function runInShell(script: string, host: CellHost): Promise<void> {
  const [command, ...args] =
    process.platform === "win32" ? ["cmd.exe", "/d", "/s", "/c", script] : ["/bin/sh", "-c", script];
  try {
    await exec({
      command: command ?? "",
      args,
      cwd: host.folder,
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
