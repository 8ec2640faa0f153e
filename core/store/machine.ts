import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { errorCode } from "../errors.ts";

/** Which process, of all that ever ran anywhere. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When it started, in ticks since the boot: tells it from a later process with the same pid. Linux only. */
  readonly start?: string;
  /** The boot of the kernel that it runs on. Linux only. */
  readonly boot?: string;
  /** The pid namespace: in another container the same pid is another process. Linux only. */
  readonly space?: string;
}

/** `unknown` is a process that cannot be looked at from here. Its heartbeat has to tell. */
export type Liveness = "alive" | "dead" | "unknown";

// Linux counts the ticks in /proc in hundredths of a second on every architecture that Node runs on.
const TICKS_PER_SECOND = 100;
const SILENT_MS = 60_000;

/** This process. */
export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    ...optional("start", startOf(process.pid)),
    ...optional("boot", boot),
    ...optional("space", space),
  };
}

/**
 * Whether a process still runs, as far as it can be told without waiting. `beatAtMs` is its last sign of life.
 *
 * On the same boot of the same kernel and in the same pid namespace, pid and start time answer exactly. After a reboot of the
 * machine or a restart of the container they do not, and there the rule is: a process on a host of our name that was silent
 * since before this system (the machine, the container) started, and for a minute, went down with what was here before. Another
 * machine that happens to have our name gives signs of life more often than that.
 */
export function livenessOf(who: ProcessIdentity, beatAtMs: number | undefined): Liveness {
  if (who.boot !== undefined && who.boot === boot && who.space === space) {
    const start = startOf(who.pid);
    if (start !== undefined && start === who.start) return "alive";
    return start === undefined && isHidden(who.pid) ? "unknown" : "dead";
  }
  if (who.host !== hostname()) return "unknown";
  if (boot === undefined && who.boot === undefined && signalError(who.pid) === "ESRCH") return "dead";
  if (beatAtMs !== undefined && beatAtMs < bornAtMs && Date.now() - beatAtMs > SILENT_MS) return "dead";
  return "unknown";
}

const boot = optionalRead(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
const space = optionalRead(() => readlinkSync("/proc/self/ns/pid"));
const bornAtMs = Date.now() - (uptime() - Number(startOf(1) ?? 0) / TICKS_PER_SECOND) * 1000;

/** The start time of a process that runs. A zombie does not: it only waits for its parent to notice. */
function startOf(pid: number): string | undefined {
  const text = optionalRead(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the program's name in parentheses and may itself contain spaces and parentheses.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields === undefined || fields[0] === "Z" || fields[0] === "X") return undefined;
  return fields[19];
}

/** Whether there is such a process, of another user, and /proc is mounted so that it cannot be seen. */
function isHidden(pid: number): boolean {
  return signalError(pid) === "EPERM";
}

function signalError(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
}

function optionalRead(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string });
}
