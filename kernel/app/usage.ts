import { readFileSync } from "node:fs";
import { cpus, freemem, totalmem } from "node:os";
import { descendantsOf } from "../engine/children.ts";
import type { Usage } from "../wire/contents/kernel.ts";

// The unit of `stat` in /proc, the same on all processors for which Node is made.
const ticksInSecond = 100;

/** Measures what this process and all that it has started use. Processor time is counted from one call to the next. */
export class UsageMeter {
  #atMs = performance.now() - process.uptime() * 1000;
  #ownSeconds = 0;
  #childSeconds: ReadonlyMap<number, number> = new Map();
  #host = { busy: 0, all: 0 };

  /** What is used now. What other processes use is known only on systems with /proc. */
  read(): Usage {
    const children = descendantsOf(process.pid).map(measure);
    return {
      kernel_cpu: this.#cpuPercent(children),
      kernel_memory: children.reduce((sum, { bytes }) => sum + bytes, process.memoryUsage.rss()),
      host_cpu_percent: this.#hostPercent(),
      host_virtual_memory: hostMemory(),
    };
  }

  #cpuPercent(children: readonly Measured[]): number {
    const now = performance.now();
    const { user, system } = process.cpuUsage();
    const own = (user + system) / 1e6;
    const seconds = children.reduce(
      (sum, { pid, seconds: used }) => sum + used - (this.#childSeconds.get(pid) ?? 0),
      own - this.#ownSeconds,
    );
    const passed = (now - this.#atMs) / 1000;
    this.#atMs = now;
    this.#ownSeconds = own;
    this.#childSeconds = new Map(children.map(({ pid, seconds: used }) => [pid, used]));
    return percent(seconds, passed);
  }

  #hostPercent(): number {
    const times = cpus().map((cpu) => cpu.times);
    const sum = (pick: (time: (typeof times)[number]) => number): number =>
      times.reduce((total, time) => total + pick(time), 0);
    const all = sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
    const busy = all - sum(({ idle }) => idle);
    const before = this.#host;
    this.#host = { busy, all };
    return percent(busy - before.busy, all - before.all);
  }
}

interface Measured {
  readonly pid: number;
  readonly bytes: number;
  readonly seconds: number;
}

function measure(pid: number): Measured {
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/mu.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  // The fields behind the command, which may hold anything; the 12th and 13th of them are the time of user and system.
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /su, "")
    .split(" ");
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  return { pid, bytes: kilobytes * 1024, seconds: ticks / ticksInSecond };
}

function hostMemory(): NonNullable<Usage["host_virtual_memory"]> {
  const total = totalmem();
  const available = freemem();
  const used = total - available;
  return { total, available, used, free: available, percent: percent(used, total) };
}

function percent(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, Math.round((part / whole) * 1000) / 10) : 0;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It has ended in the meantime.
    return "";
  }
}
