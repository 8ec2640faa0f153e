import { readFileSync, readdirSync } from "node:fs";

// Harder each time.
const signals = ["SIGINT", "SIGINT", "SIGTERM", "SIGKILL"] as const;

/** Whether the main thread sleeps in a system call; true where that cannot be known. */
export function isMainThreadWaiting(): boolean {
  return !/^.*\) R /su.test(read(`/proc/self/task/${process.pid}/stat`));
}

/**
 * Signals the newest child process, the one that a thread blocked in `execSync` waits for, with all that it has started, as a
 * terminal would; harder with each attempt. Only on systems with /proc; elsewhere it does nothing.
 */
export function signalNewestChild(spare: ReadonlySet<number>, attempt: number): void {
  const newest = childrenOf(process.pid)
    .toReversed()
    .find((pid) => !spare.has(pid) && !isOwn(pid));
  if (newest === undefined) return;
  const signal = signals[Math.min(attempt, signals.length - 1)];
  // Innermost first: a shell would wait for what it runs before it looks at a signal of its own.
  for (const pid of [newest, ...descendantsOf(newest)].toReversed()) send(pid, signal);
}

/**
 * Ends what cells have started and left running, as the kernel ends; what was started `detached` has a process group of its
 * own and stays. Only on systems with /proc; elsewhere it does nothing.
 */
export function endChildren(spare: ReadonlySet<number>): void {
  const own = groupOf(process.pid);
  const left = childrenOf(process.pid).filter((pid) => !spare.has(pid) && !isOwn(pid));
  for (const pid of left.flatMap((child) => [child, ...descendantsOf(child)]).toReversed()) {
    if (groupOf(pid) === own) send(pid, "SIGTERM");
  }
}

function send(pid: number, signal: NodeJS.Signals | undefined): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

// The fields of `stat` behind the command, which may hold anything: state, parent, process group.
function groupOf(pid: number): string | undefined {
  return /^.*\) \S+ \d+ (\d+)/su.exec(read(`/proc/${pid}/stat`))?.[1];
}

/** Stands on the command line of the process that is to see how the kernel ends. */
export const witnessMark = "lightnix-witness" as const;

// What serves the kernel itself: esbuild says so on its command line, too.
function isOwn(pid: number): boolean {
  const command = read(`/proc/${pid}/cmdline`);
  return /\0--service=[^\0]+\0/u.test(command) || command.includes(`\0${witnessMark}\0`);
}

/** The processes that a process has started, and those that they have. Only on systems with /proc; elsewhere there are none. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

// Each thread lists the children that it started; process numbers grow.
function childrenOf(pid: number): number[] {
  return listed(`/proc/${pid}/task`)
    .flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(" "))
    .filter((child) => child !== "")
    .map(Number)
    .sort((a, b) => a - b);
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
