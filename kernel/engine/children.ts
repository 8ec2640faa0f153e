import { readFileSync, readdirSync } from "node:fs";

// Harder each time.
const signals = ["SIGINT", "SIGINT", "SIGTERM", "SIGKILL"] as const;

/**
 * Signals the newest child process, the one that a thread blocked in `execSync` waits for; harder with each attempt.
 * Only on systems with /proc; elsewhere it does nothing.
 */
export function signalNewestChild(spare: ReadonlySet<number>, attempt: number): void {
  const newest = childProcesses()
    .filter((pid) => !spare.has(pid))
    .at(-1);
  if (newest === undefined) return;
  try {
    process.kill(newest, signals[Math.min(attempt, signals.length - 1)]);
  } catch {
    // It has ended in the meantime.
  }
}

// Each thread lists the children that it started, oldest first; process numbers grow.
function childProcesses(): number[] {
  try {
    return readdirSync("/proc/self/task")
      .flatMap((thread) => readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" "))
      .filter((pid) => pid !== "")
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}
