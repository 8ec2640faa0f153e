import type { DRef, RRef } from "../ref.ts";
import type { Build } from "../stage/build.ts";
import type { Stage } from "../stage/stage.ts";
import type { LeftBehind } from "./adopt.ts";
import type { RealizeEvent } from "./events.ts";
import type { RealizeOptions } from "./options.ts";
import type { PausePlace } from "./derivations-at.ts";

/** How to pause. */
export interface PauseOptions extends Omit<RealizeOptions, "dryRun" | "assertRealized"> {
  /** Which derivations are held, instead of running their realizers: the target unless given. */
  readonly at?: PausePlace | readonly PausePlace[] | undefined;
  /**
   * What a build left that failed, was cancelled or was abandoned: its error, the folder that was kept of it, or its failed outcome. That is
   * what the held build of the same derivation goes on with, instead of an empty output folder.
   */
  readonly from?: LeftBehind | undefined;
  /** Cancels the realization, as long as no build is held. */
  readonly signal?: AbortSignal | undefined;
  /** Is told what happens, before and between holds. */
  readonly onEvent?: ((event: RealizeEvent) => void) | undefined;
}

/** How to go on. */
export interface ResumeOptions {
  /** Which of the held builds go on: all unless given. */
  readonly at?: PausePlace | readonly PausePlace[] | undefined;
  /** Existing realizations that count instead of what the held builds make; only builds that have some among them go on. */
  readonly rrefs?: readonly RRef[] | undefined;
  /** Cancels what runs then, as long as no build is held. */
  readonly signal?: AbortSignal | undefined;
}

/** A realization with a person's hand in it. */
export interface Held<C = unknown> {
  readonly kind: "held";
  /** `"held"` while there are builds; else how it ended, or `"running"` while it is on its way to the next stop. */
  readonly state: "held" | "running" | "done" | "failed" | "cancelled";
  /** The builds that are held now. Their output folders can be filled by hand, in as many steps as it takes. */
  readonly builds: readonly Build[];
  /** When it is done, the realizations of the target; else none. */
  readonly rrefs: readonly RRef<C>[];
  /**
   * One of the builds, or the only one.
   *
   * @throws {LightnixError} `not-held`; `several-held` when it is not said which
   */
  build<D = C>(at?: Stage<D> | DRef<D> | string): Build<D>;
  /** The promised artifacts that are not in the output folders of the held builds, by the derivation. */
  missing(): Promise<ReadonlyMap<DRef, readonly string[]>>;
  /**
   * Publishes what is in the output folders of the held builds, after the usual checks, and goes on: to the next stop, when more builds
   * are held, or to the end. Returns the realizations of the target, and none as long as it is not done.
   *
   * @throws {LightnixError} `not-held`; `missing-artifact` when a promise is not kept yet, and then everything is as it was;
   *   `foreign-realization`, `other-context`, `failed-realization`, `unknown-realization` for `rrefs`, likewise; what `realize` throws when
   *   the rest fails
   */
  resume(options?: ResumeOptions): Promise<readonly RRef<C>[]>;
  /** Gives it up: folders go (what was taken over goes back to where it was), locks are released, finished work stays. */
  cancel(): Promise<void>;
}
