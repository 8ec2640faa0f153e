import { formatDuration } from "./views/format.ts";

interface Start {
  readonly wallMs: number;
  readonly cpu: NodeJS.CpuUsage;
}

/** Takes the times of a cell and of statements in it, one within the other. */
export class CellClock {
  readonly #starts: Start[] = [];

  /** Begins to take so many times, one within the other. */
  start(count = 1): void {
    for (let nth = 0; nth < count; nth++)
      this.#starts.push({ wallMs: performance.now(), cpu: process.cpuUsage() });
  }

  /** Ends the time that was begun last, and says how long it was: a line, or "" when there is none. */
  stop(): string {
    const start = this.#starts.pop();
    if (start === undefined) return "";
    const wallMs = performance.now() - start.wallMs;
    const { user, system } = process.cpuUsage(start.cpu);
    const [all, own, kernel] = [user + system, user, system].map((us) => shownTime(us / 1000));
    return `wall time ${shownTime(wallMs)}, processor time ${all} (user ${own}, system ${kernel})\n`;
  }

  /** Ends all that were begun, and says how long they were. */
  stopAll(): string {
    let text = "";
    while (this.#starts.length > 0) text += this.stop();
    return text;
  }
}

// What is timed is often short.
function shownTime(ms: number): string {
  return ms < 10 ? `${ms.toFixed(2)} ms` : formatDuration(ms);
}
