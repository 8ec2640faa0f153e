const intervalMs = 100;

/**
 * Says when to draw something that changes: at the first change, at most ten times a second, and once a second also without a
 * change, as clocks in it go on.
 */
export class Pacer {
  #timer: NodeJS.Timeout | undefined;
  #drawnAt = 0;
  #hasEnded = false;
  readonly #draw: () => void;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Tells that there is something new to see. */
  changed(): void {
    if (this.#hasEnded) return;
    const waitMs = this.#drawnAt + intervalMs - Date.now();
    // Work that never lets go of the thread reports its progress all the same: then it is drawn here and now.
    if (waitMs <= 0) this.#drawNow();
    else this.#schedule(waitMs);
  }

  /** Draws at once. */
  draw(): void {
    if (!this.#hasEnded) this.#drawNow();
  }

  /** Nothing is drawn any more. */
  end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
  }

  #drawNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnAt = Date.now();
    this.#draw();
    if (!this.#hasEnded) this.#schedule(1000);
  }

  #schedule(waitMs: number): void {
    if (waitMs <= intervalMs) clearTimeout(this.#timer);
    else if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#drawNow(), waitMs);
    this.#timer.unref();
  }
}
