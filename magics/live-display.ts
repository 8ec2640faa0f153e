import type { CellHost, DisplayHandle, MimeBundle } from "./host.ts";
import { Pacer } from "./pacer.ts";

/** One output that follows something that changes, as a {@link Pacer} says; replaced at the end by what is to stay. */
export class LiveDisplay {
  #handle: DisplayHandle | undefined;
  #hasEnded = false;
  readonly #host: CellHost;
  readonly #pacer: Pacer;

  constructor(host: CellHost, view: () => MimeBundle) {
    this.#host = host;
    this.#pacer = new Pacer(() => this.#show(view()));
  }

  /** Tells that there is something new to see. */
  changed(): void {
    this.#pacer.changed();
  }

  /** Shows it anew, because what stood there was cleared away. */
  redisplay(): void {
    if (this.#hasEnded) return;
    this.#handle = undefined;
    this.#pacer.draw();
  }

  /** Shows the final view; later changes do nothing. */
  end(bundle: MimeBundle): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#pacer.end();
    this.#show(bundle);
  }

  #show(bundle: MimeBundle): void {
    if (this.#handle === undefined) this.#handle = this.#host.display(bundle);
    else this.#handle.update(bundle);
  }
}
