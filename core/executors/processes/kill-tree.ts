import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { errorCode } from "../../errors.ts";
import { COOKIE } from "./protocol.ts";

// Whoever is being killed may start another process in the very moment; nothing goes on starting them for ever.
const MOST_ROUNDS = 20;

/**
 * Kills a child's process group, and everything else that the child has started, at whatever remove: it is known by a variable in
 * its environment, which is inherited. So it is found, too, when it has made a group or session of its own and when whoever started it is
 * dead. Systems without /proc tell only of what is still below the child.
 */
export function killTree(group: number, cookie: string): void {
  const kill = existsSync("/proc/self/environ")
    ? () => killMarked(cookie)
    : () => descendantsOf(group).forEach((pid) => signal(pid, "SIGKILL"));
  kill();
  // When this process is in the group itself, this is the end of it.
  signalGroup(group, "SIGKILL");
  kill();
}

function killMarked(cookie: string): void {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const found = processesWith(cookie).filter((pid) => pid !== process.pid);
    if (found.length === 0) return;
    for (const pid of found) signal(pid, "SIGKILL");
  }
}

/** What a process has started, and what that has, as `ps` tells. */
export function descendantsOf(pid: number): number[] {
  const rows = tableOfProcesses().map((line) => line.trim().split(/\s+/).map(Number));
  const family = [pid];
  // It grows while it is gone through.
  for (const one of family)
    family.push(...rows.flatMap(([own = 0, parent]) => (parent === one ? [own] : [])));
  return family.slice(1);
}

function tableOfProcesses(): string[] {
  try {
    return execFileSync("ps", ["-axo", "pid=,ppid="], { encoding: "utf8", stdio: "pipe" }).split("\n");
  } catch {
    return [];
  }
}

/** Signals all processes of a group; it may be gone. */
export function signalGroup(group: number, name: NodeJS.Signals): void {
  signal(-group, name);
}

/** The processes that have this cookie in their environment and are no zombies. */
function processesWith(cookie: string): number[] {
  const wanted = Buffer.from(`${COOKIE}=${cookie}\0`);
  return listed("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid)?.includes(wanted) === true)
    .map(Number);
}

function environmentOf(pid: string): Buffer | undefined {
  try {
    // Of a zombie it is empty, of others' processes it cannot be read.
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return undefined;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (error) {
    if (errorCode(error) !== "ESRCH" && errorCode(error) !== "EPERM") throw error;
  }
}
