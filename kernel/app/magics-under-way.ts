import { setTimeout as delay } from "node:timers/promises";
import type { MagicRunner } from "../../magics/index.ts";

// How long an interrupt waits for magics to clean up.
const cleanUpMs = 1000;

/** The effects of magics that have begun and not ended. */
export class MagicsUnderWay {
  readonly #effects = new Set<Promise<void>>();

  /** A runner that does what `runner` does, and whose effects are watched. */
  watched(runner: MagicRunner): MagicRunner {
    return {
      line: (...call) => this.#watch(runner.line(...call)),
      cell: (prepared) => this.#watch(runner.cell(prepared)),
    };
  }

  /** Resolves when all of them have ended, well or not; after a second it does so anyway. */
  async untilStopped(): Promise<void> {
    await Promise.race([Promise.allSettled(this.#effects), delay(cleanUpMs, undefined, { ref: false })]);
  }

  async #watch(effect: Promise<void>): Promise<void> {
    this.#effects.add(effect);
    try {
      await effect;
    } finally {
      this.#effects.delete(effect);
    }
  }
}
