import type { Json } from "../config.ts";
import type { Context } from "../context.ts";
import type { Derivation } from "../stage/closure.ts";
import type { Announcer } from "../stage/open-build.ts";
import type { DRef } from "../ref.ts";
import type { Store } from "../store/store.ts";

/** One run of a realizer: everything that an executor needs to do it. */
export interface BuildTask {
  readonly derivation: Derivation;
  readonly store: Store;
  /** Which realizations of the direct dependencies the run works on. */
  readonly context: Context;
  /** The output folders, which are there and empty. */
  readonly outs: readonly string[];
  readonly args: Json;
  /** Fires when the run is to stop. An executor that does not get it to stop gives it up after a moment. */
  readonly signal: AbortSignal;
  /** Whether it may write only into its own folders (see `BuildLimits`). An executor that cannot see to that refuses it. */
  readonly restricted: boolean;
  /** Where goes what the realizer prints, displays and says of its progress. */
  readonly announce: Announcer;
  /** How the host routes what a realizer prints on the console and displays, when it runs in the host's own process. */
  readonly capture?: Capture | undefined;
}

/**
 * Runs realizers. That the realizer kept its promises is checked, and what it made is published, by the caller.
 */
export interface Executor {
  /** What it is called in records and messages. */
  readonly name: string;
  /**
   * Runs the realizer of a task once. What it resolves with is kept in the record of the build.
   *
   * @throws what the realizer throws; {@link BuildFault} for a run that was ended from outside; the signal's reason after an abort
   */
  run(task: BuildTask): Promise<Readonly<Record<string, Json>> | undefined>;
  /** Whether the runs of a derivation are to come one after the other, whatever is free. Without it, those that are needed run at once. */
  isOneByOne?(dref: DRef): boolean;
}

/** Takes what a realizer prints and displays by means of the host. */
export type CaptureSink = Pick<Announcer, "log" | "display" | "clear">;

/** Calls `run` and hands what is printed and displayed meanwhile, also in its asynchronous parts, to `sink`. */
export type Capture = <T>(sink: CaptureSink, run: () => T) => T;
