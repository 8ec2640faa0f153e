import { AsyncResource } from "node:async_hooks";
import type { DRef, RealizeEvent } from "../core/index.ts";
import { nameOf } from "../core/ref.ts";
import type { CellHost, MimeBundle } from "./host.ts";
import { LiveDisplay } from "./live-display.ts";
import { advance, startProgress } from "./realization-progress.ts";
import type { RealizationProgress } from "./realization-progress.ts";
import { ShownDisplays } from "./shown-displays.ts";
import { progressView } from "./views/progress.ts";

/** Follows a realization in the running cell: one live view of how far it is, and what its realizers display. */
export class Follower {
  readonly #host: CellHost;
  // A realization may have been begun by an earlier cell, to which all would go that is shown by what it does.
  readonly #cell = new AsyncResource("lightnix-follower");
  readonly #live: LiveDisplay;
  readonly #displays: ShownDisplays;
  #state: RealizationProgress;

  constructor(host: CellHost, state: RealizationProgress = startProgress(Date.now())) {
    this.#host = host;
    this.#state = state;
    this.#live = new LiveDisplay(host, () => progressView(this.#state, Date.now()));
    const { labels } = state;
    const labelOf = (dref: DRef): string => [nameOf(dref), labels?.get(dref)].filter(Boolean).join(" · ");
    this.#displays = new ShownDisplays(host, labels && labelOf);
  }

  /** How far it is. */
  get state(): RealizationProgress {
    return this.#state;
  }

  /** Takes the next event. */
  take(event: RealizeEvent): void {
    this.#state = advance(this.#state, event);
    this.#cell.runInAsyncScope(() => {
      if (event.type === "display") this.#displays.show(event);
      else if (event.type === "clear") this.#displays.clear(event, () => this.#live.redisplay());
      else this.#live.changed();
    });
  }

  /** Takes note of why stages run. */
  explain(whys: ReadonlyMap<DRef, string>): void {
    this.#state = { ...this.#state, whys };
    this.#cell.runInAsyncScope(() => this.#live.changed());
  }

  /** Replaces the live view by what is to stay. */
  end(bundle: MimeBundle): void {
    this.#live.end(bundle);
  }

  /** Leaves how far it came, because it failed or was interrupted. */
  fail(): void {
    this.end(progressView(this.#state, Date.now(), this.#host.signal.aborted ? "interrupted" : "failed"));
  }
}
