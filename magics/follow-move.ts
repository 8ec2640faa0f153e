import type { DRef, MoveOptions, RRef, Store } from "../core/index.ts";
import { readMoved } from "./facts/moved.ts";
import type { CellHost } from "./host.ts";
import { LiveDisplay } from "./live-display.ts";
import { movedView, movingView } from "./views/moved.ts";

/** A closure on its way, and who is told. */
interface Move {
  /** As a title: `Pushed to`. */
  readonly done: string;
  /** The same while it goes on: `Pushing to`. */
  readonly doing: string;
  /** The file or folder. */
  readonly place: string;
  /** The store in which it is, or is to be. */
  readonly store: Store;
  readonly host: CellHost;
}

/** What comes of a move. */
interface Result {
  readonly refs: readonly (DRef | RRef)[];
  readonly added?: readonly (DRef | RRef)[];
  readonly sizeBytes?: number;
  readonly withheld?: readonly RRef[];
}

/** Follows a closure on its way with one display, which ends as what has arrived; an interrupt of the cell stops it. */
export async function followMove(
  { done, doing, place, store, host }: Move,
  move: (options: MoveOptions) => Promise<Result>,
): Promise<void> {
  let progress = { done: 0, total: 0 };
  const moving = (): ReturnType<typeof movingView> => movingView({ ...progress, what: doing, place });
  const view = new LiveDisplay(host, moving);
  view.changed();
  try {
    const result = await move({
      signal: host.signal,
      onProgress: (now) => {
        progress = now;
        view.changed();
      },
    });
    view.end(movedView({ ...readMoved(result, store), what: done, place }));
    for (const rref of result.withheld ?? [])
      host.print(`${rref}: its log or displays were left out, as they are not what was signed\n`, "stderr");
  } catch (error) {
    view.end(movingView({ ...progress, what: doing, place, isStopped: true }));
    throw error;
  }
}
