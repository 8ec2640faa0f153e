import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a process and all that it has started hold, in MB. */
export function memoryOf(pid) {
  const children = execFileSync("ps", ["-o", "pid=,ppid=", "-A"], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/u).map(Number))
    .filter(([, parent]) => parent === pid);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const own = Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? 0) / 1000;
  return children.reduce((sum, [child]) => sum + memoryOf(child), own);
}
