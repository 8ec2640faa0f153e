import { realize$ } from "../core/index.ts";
import type { DRef, RealizeOptions, Targets } from "../core/index.ts";
import type { CellHost, MimeBundle } from "./host.ts";
import { LiveDisplay } from "./live-display.ts";
import { advance, startProgress } from "./realization-progress.ts";
import type { RealizationProgress } from "./realization-progress.ts";
import { ShownDisplays } from "./shown-displays.ts";
import { progressView } from "./views/progress.ts";

/** A realization that was watched to its end. */
export interface Watched {
  readonly state: RealizationProgress;
  /** Replaces the live view by its final form. */
  readonly show: (bundle: MimeBundle) => void;
}

/** How a realization is watched. */
export interface WatchOptions {
  readonly host: CellHost;
  /** What is to be said about the target besides. */
  readonly notes: readonly string[];
  /** What tells derivations of one name apart: the points of a sweep. */
  readonly labels?: ReadonlyMap<DRef, string>;
}

/** Realizes, and follows the events with one display; a failure ends in a view that stays, and is thrown. */
export async function watch(
  target: Targets,
  options: RealizeOptions,
  { host, notes, labels }: WatchOptions,
): Promise<Watched> {
  let state = startProgress(Date.now(), notes, labels);
  const live = new LiveDisplay(host, () => progressView(state, Date.now()));
  const displays = new ShownDisplays(host);
  // Jupyter clears whole cells, and the view that goes on is in this one.
  const clear = (wait: boolean): void => {
    host.clear(wait);
    displays.forget();
    live.redisplay();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      realize$(target, options).subscribe({
        next: (event) => {
          state = advance(state, event);
          if (event.type === "display") displays.show(event);
          else if (event.type === "clear") clear(event.wait);
          else live.changed();
        },
        error: reject,
        complete: resolve,
      });
    });
  } catch (error) {
    live.end(progressView(state, Date.now(), host.signal.aborted ? "interrupted" : "failed"));
    throw error;
  }
  return { state, show: (bundle) => live.end(bundle) };
}
