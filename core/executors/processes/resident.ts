import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

/** How much memory a process and all that it has started hold, in bytes; as far as the system tells. */
export async function residentBytes(pid: number): Promise<number> {
  if (process.platform === "linux") return familyOf(pid).reduce((sum, one) => sum + ownBytes(one), 0);
  return await bytesByPs(pid);
}

function familyOf(pid: number): number[] {
  const family = [pid];
  // It grows while it is gone through.
  for (const one of family) family.push(...childrenOf(one));
  return family;
}

// Each thread lists the children that it started.
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" "))
      .filter((child) => child !== "")
      .map(Number);
  } catch {
    return [];
  }
}

function ownBytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function bytesByPs(pid: number): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-axo", "pgid=,rss="]);
    const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
    // The child leads a group of its own.
    const kilobytes = rows.filter(([group]) => group === pid).reduce((sum, [, rss = 0]) => sum + rss, 0);
    return kilobytes * 1024;
  } catch {
    return 0;
  }
}
