import type { DRef, RRef } from "../ref.ts";

/** Who follows a closure on its way, and can stop it. */
export interface MoveOptions {
  /** Called after each object. */
  readonly onProgress?: ((progress: MoveProgress) => void) | undefined;
  /** Stops after the object, or the piece of a file, at which it is. What has arrived by then stays. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a closure has come. */
export interface MoveProgress {
  /** The object that was gone through just now. */
  readonly ref: DRef | RRef;
  /** How many objects have been, of how many. */
  readonly done: number;
  readonly total: number;
}

/** Tells of each object as it is done; @throws the reason of the signal */
export function follower(total: number, { onProgress, signal }: MoveOptions): (ref: DRef | RRef) => void {
  let done = 0;
  return (ref) => {
    done += 1;
    onProgress?.({ ref, done, total });
    signal?.throwIfAborted();
  };
}
