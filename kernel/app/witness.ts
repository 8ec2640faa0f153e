import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
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
