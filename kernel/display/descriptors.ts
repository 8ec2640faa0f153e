import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmdirSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Descriptors of this process through which what programs and native code print can be read. */
export interface CapturedDescriptors {
  /** Where what is written to descriptor 1 can be read. */
  readonly stdout: number;
  /** Where what child processes write to their descriptor 2 can be read. */
  readonly stderr: number;
  /** What child processes get as descriptor 2. */
  readonly childStderr: number;
  /** Shared by all threads: 1 from when a child process has got that. Until then there is nothing to be read. */
  readonly isStderrGiven: Int32Array;
}

/**
 * Puts a pipe in the place of descriptor 1, and makes another one for what child processes print to theirs. Descriptor 2 of
 * this process stays: by it the runtime tells why it crashes, when nobody in here can read any more.
 *
 * To be called before there are other threads: none may open a file between the closing of descriptor 1 and its opening. It
 * does nothing, and gives nothing, where named pipes cannot be had.
 */
export function captureDescriptors(): CapturedDescriptors | undefined {
  if (process.platform === "win32") return undefined;
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), "lightnix-out-"));
    const [out, err] = [join(folder, "1"), join(folder, "2")];
    if (spawnSync("mkfifo", ["-m", "600", out, err], { stdio: "ignore" }).status !== 0) return undefined;
    // The reading end first: without one, opening the other would wait.
    const stdout = openSync(out, constants.O_RDONLY | constants.O_NONBLOCK);
    const stderr = openSync(err, constants.O_RDONLY | constants.O_NONBLOCK);
    const childStderr = openSync(err, constants.O_WRONLY);
    closeSync(1);
    // The lowest free number is given, which is 1.
    openSync(out, constants.O_WRONLY);
    return { stdout, stderr, childStderr, isStderrGiven: new Int32Array(new SharedArrayBuffer(4)) };
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) remove(folder);
  }
}

// The kernel's start waits for this, and `rmSync` takes as long as all the rest of it.
function remove(folder: string): void {
  try {
    for (const name of ["1", "2"]) unlinkSync(join(folder, name));
    rmdirSync(folder);
  } catch {
    rmSync(folder, { recursive: true, force: true });
  }
}
