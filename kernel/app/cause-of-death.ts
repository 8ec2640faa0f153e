import { readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";

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
