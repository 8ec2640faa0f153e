import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { witnessMark } from "../engine/children.ts";

// A line that comes is the goodbye. When the pipe closes without one, the last field of what Linux shows of the process, as long as
// its parent has not asked for it, is the status with which it ended.
const script = `read -r _ && exit; read -r line < "/proc/$1/stat" && printf %s "\${line##* }" > "$2"`;

/** Stands by while the kernel runs, and writes down by which signal it ended. */
export interface Witness {
  /** The kernel ends as it should: nothing is written. */
  dismiss(): void;
}

/** Calls a witness; on systems without /proc there is nothing for it to see, and none comes. */
export function callWitness(file: string): Witness {
  if (process.platform !== "linux") return { dismiss: () => undefined };
  const shell = spawn("/bin/sh", ["-c", script, witnessMark, String(process.pid), file], {
    stdio: ["pipe", "ignore", "ignore"],
    // What is sent to the kernel's process group is not for the witness.
    detached: true,
  });
  // Where there is no shell, nothing is known of the end.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  (shell.stdin as Partial<Pick<ChildProcess, "unref">>).unref?.();
  return { dismiss: () => void shell.stdin.end("bye\n") };
}

/** What a witness has written of a process that ended, for people; nothing when there is nothing. */
export function causeOfDeath(file: string): string | undefined {
  const status = takeNumber(file);
  if (status === undefined) return undefined;
  const signal = Object.entries(constants.signals).find(([, number]) => number === (status & 127))?.[0];
  if (signal === undefined) return `It ended with exit code ${status >> 8}`;
  return `${signal} ended it${meanings[signal] ?? ""}`;
}

const crash = ": so ends native code that crashes, that of a package with a native module for one";
const meanings: Readonly<Record<string, string>> = {
  SIGSEGV: crash,
  SIGBUS: crash,
  SIGILL: crash,
  SIGFPE: crash,
  SIGABRT: ": so ends Node when it cannot go on, without memory for one; the log of Jupyter says more",
  SIGKILL: ": the system sends it when memory runs out, or somebody did",
};

function takeNumber(file: string): number | undefined {
  try {
    const number = Number(readFileSync(file, "utf8"));
    rmSync(file, { force: true });
    return Number.isInteger(number) && number > 0 ? number : undefined;
  } catch {
    return undefined;
  }
}
