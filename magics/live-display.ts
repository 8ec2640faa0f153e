import type { CellHost, DisplayHandle, MimeBundle } from "./host.ts";

const intervalMs = 100;

/**
 * One output that follows something that changes: shown at the first change, redrawn at most ten times a second, and
 * once a second also without a change, as clocks in it go on; replaced at the end by what is to stay.
 */
export class LiveDisplay {
  #handle: DisplayHandle | undefined;
  #timer: NodeJS.Timeout | undefined;
  #drawnAt = 0;
  #hasEnded = false;
  readonly #host: CellHost;
  readonly #view: () => MimeBundle;

  constructor(host: CellHost, view: () => MimeBundle) {
    this.#host = host;
    this.#view = view;
  }

  /** Tells that there is something new to see. */
  changed(): void {
    if (this.#hasEnded) return;
    const waitMs = this.#drawnAt + intervalMs - Date.now();
    // A realizer that never lets go of the thread reports its progress all the same: then it is drawn here and now.
    if (waitMs <= 0) this.#draw();
    else this.#schedule(waitMs);
  }

  /** Shows it anew, because what stood there was cleared away. */
  redisplay(): void {
    if (this.#hasEnded) return;
    this.#handle = undefined;
    this.#draw();
  }

  /** Shows the final view; later changes do nothing. */
  end(bundle: MimeBundle): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#show(bundle);
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnAt = Date.now();
    this.#show(this.#view());
    this.#schedule(1000);
  }

  #schedule(waitMs: number): void {
    if (waitMs <= intervalMs) clearTimeout(this.#timer);
    else if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#draw(), waitMs);
    this.#timer.unref();
  }

  #show(bundle: MimeBundle): void {
    if (this.#handle === undefined) this.#handle = this.#host.display(bundle);
    else this.#handle.update(bundle);
  }
}
