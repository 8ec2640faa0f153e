// What the eye can follow, and what a page and a network can take.
const windowMs = 20;
const bytesPerMs = 50_000;

/** What a {@link Pace} works with. */
export interface PaceParts {
  /** Sends what there is to send; gives its size in bytes. */
  readonly send: () => number;
  /** What a timer calls; it must not throw. */
  readonly later: (send: () => void) => void;
}

/**
 * Paces what is sent: at once after a pause; what comes faster waits, so that the last of it counts. Also in a loop that never lets a
 * timer come: whoever has something new to send sends what is due.
 */
export class Pace {
  readonly #parts: PaceParts;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  constructor(parts: PaceParts) {
    this.#parts = parts;
  }

  /** There is something new to send. */
  ask(): void {
    const waitMs = this.#next - performance.now();
    if (waitMs <= 0) return this.flush();
    this.#timer ??= setTimeout(() => this.#parts.later(() => this.flush()), waitMs).unref();
    return undefined;
  }

  /** Sends what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sizeBytes = this.#parts.send();
    this.#next = performance.now() + windowMs + sizeBytes / bytesPerMs;
  }
}
