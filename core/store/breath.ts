import { setImmediate } from "node:timers/promises";

const LONGEST_MS = 20;

/** Lets the event loop turn now and then in the midst of long synchronous work, which is faster than doing all of it with promises. */
export class Breath {
  #last = performance.now();

  /** Waits for a turn of the event loop, when the last one was some time ago. */
  async take(): Promise<void> {
    if (performance.now() - this.#last < LONGEST_MS) return;
    await setImmediate();
    this.#last = performance.now();
  }
}
