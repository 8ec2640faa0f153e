import { realize$ } from "../core/index.ts";
import type { DRef, RealizeOptions, Targets } from "../core/index.ts";
import { Follower } from "./follow.ts";
import type { CellHost, MimeBundle } from "./host.ts";
import { startProgress } from "./realization-progress.ts";
import type { RealizationProgress } from "./realization-progress.ts";
import { shortWhys } from "./whys.ts";

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
  /** What tells the sweep from others of the same stage. */
  readonly label?: string | undefined;
}

/** Realizes, and follows the events with one display; a failure ends in a view that stays, and is thrown. */
export async function watch(
  target: Targets,
  options: RealizeOptions,
  { host, notes, labels, label }: WatchOptions,
): Promise<Watched> {
  const follower = new Follower(host, startProgress(Date.now(), notes, { labels, label }));
  // Where all is reused, nobody asks why, and nothing is to be slowed down. What is new at the points of a sweep is what they are called.
  let isExplained = labels !== undefined;
  const explainOnce = (): void => {
    if (isExplained) return;
    isExplained = true;
    void shortWhys(target, options).then((whys) => follower.explain(whys));
  };
  try {
    await new Promise<void>((resolve, reject) => {
      realize$(target, options).subscribe({
        next: (event) => {
          follower.take(event);
          if (event.type === "started") explainOnce();
        },
        error: reject,
        complete: resolve,
      });
    });
  } catch (error) {
    follower.fail();
    throw error;
  }
  if (options.dryRun === true) follower.explain(await shortWhys(target, options));
  return { state: follower.state, show: (bundle) => follower.end(bundle) };
}
