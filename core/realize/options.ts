import type { Json } from "../config.ts";
import type { Capture, Executor } from "../executors/executor.ts";
import type { RemotePlace } from "../remotes/remote.ts";
import type { DRef } from "../ref.ts";
import type { Stage } from "../stage/stage.ts";
import type { Store } from "../store/store.ts";
import type { WarningEvent } from "./events.ts";

/** How to realize. */
export interface RealizeOptions {
  /** The store; the user's own (see `openStore`) unless given. A closure brings its own. */
  readonly store?: Store | undefined;
  /**
   * How many realizers run at once: as many as there are processors unless given. Stages that can be begun come first, those with the
   * longest way to go before others; what is left goes to further outcomes of those that run.
   */
  readonly jobs?: number | undefined;
  /** What is built although it could be reused: the target (`true`), everything (`"all"`), or these. */
  readonly force?: boolean | "all" | readonly (DRef | Stage)[] | undefined;
  /**
   * Makes so many new outcomes of the target, at once as far as `jobs` allows. Runs that go on at once do not see each other's outcomes;
   * a realizer that cannot run beside itself wants `jobs: 1`.
   */
  readonly count?: number | undefined;
  /** Makes as many new outcomes of the target as are missing to so many, at once as far as `jobs` allows. */
  readonly atLeast?: number | undefined;
  /**
   * Whether a stage runs again of which the last run in the same context was recorded as a failure (`onFailure: "record"`). True
   * unless given. With false, that failure counts for this run, too.
   */
  readonly retryFailed?: boolean | undefined;
  /** Handed to every realizer as `build.args`; no part of any identity. */
  readonly args?: Json | undefined;
  /** Cancels the realization. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Keeps the output folder and the log of a build that is cancelled, or stopped because of another's failure, after it has run for so
   * long; `pause` can take it over. Unless given, they are removed. It is for those who interrupt by hand, and may regret it.
   */
  readonly keepCancelledAfterMs?: number | undefined;
  /**
   * Other stores that are asked for what is missing before it is built, in this order: http or https URLs under which the folder of a store
   * is served, or folders. Those that the store is configured with (its file `substituters`, and `LIGHTNIX_SUBSTITUTERS`) unless given.
   * With `dryRun` nobody is asked.
   */
  readonly substituters?: readonly (string | RemotePlace)[] | undefined;
  /** Only finds out what would be built. */
  readonly dryRun?: boolean | undefined;
  /** Fails, showing the config, where something would have to be built. */
  readonly assertRealized?: boolean | undefined;
  /** Runs all realizers as `limits: { restricted: true }` has it: they write only into their own folders. */
  readonly restricted?: boolean | undefined;
  /** After a failure, still builds everything that does not depend on what failed. */
  readonly keepGoing?: boolean | undefined;
  /** Told of each warning, for those who wait for the result and do not listen to the events. */
  readonly onWarning?: ((warning: WarningEvent) => void) | undefined;
  /** How the host routes what a realizer prints on the console into the log. Without it, that goes where it always goes. */
  readonly capture?: Capture | undefined;
  /** What runs the realizers: this very process, `inProcess()`, unless given. */
  readonly executor?: Executor | undefined;
}
