import type { Json } from "../config.ts";
import type { Capture, Executor } from "../executors/executor.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Stage } from "../stage/stage.ts";
import type { LockHolder } from "../store/lock.ts";
import type { Store } from "../store/store.ts";

/** What prints something during a build: a console, a command, or `build.log`. */
export type LogStream = "stdout" | "stderr" | "log";

/**
 * What happens during a realization, in the order in which it happens.
 *
 * `planned` comes first and has the whole closure, dependencies first. Every derivation of it then ends in one of `reused`,
 * `matched`, `failed` or `cancelled`; with `dryRun`, those that would run have no event of their own. `done` comes last and
 * only after success. Texts of `log` events are as they were printed, line breaks included.
 */
export type RealizeEvent =
  | { readonly type: "planned"; readonly target: DRef; readonly drefs: readonly DRef[] }
  | { readonly type: "reused"; readonly dref: DRef; readonly rrefs: readonly RRef[] }
  | { readonly type: "waiting"; readonly dref: DRef; readonly holder: LockHolder }
  | { readonly type: "started"; readonly dref: DRef }
  | { readonly type: "log"; readonly dref: DRef; readonly stream: LogStream; readonly text: string }
  | {
      readonly type: "progress";
      readonly dref: DRef;
      readonly current: number;
      readonly total?: number;
      readonly message?: string;
      readonly unit?: string;
    }
  | { readonly type: "display"; readonly dref: DRef; readonly bundle: Readonly<Record<string, unknown>> }
  /** One run of the realizer made these outcomes; those in `merged` the store had already. */
  | {
      readonly type: "built";
      readonly dref: DRef;
      readonly rrefs: readonly RRef[];
      readonly merged: readonly RRef[];
      readonly ms: number;
    }
  /** After the last run: what the matcher takes. */
  | { readonly type: "matched"; readonly dref: DRef; readonly rrefs: readonly RRef[] }
  /** With `recorded`, the failure has become these realizations, and those that depend on it fail next. */
  | {
      readonly type: "failed";
      readonly dref: DRef;
      readonly error: Error;
      readonly keptAt?: string;
      readonly recorded?: readonly RRef[];
    }
  | { readonly type: "cancelled"; readonly dref: DRef }
  /** How many derivations were built (with `dryRun`: would be) and how many reused. */
  | {
      readonly type: "done";
      readonly target: DRef;
      readonly rrefs: readonly RRef[];
      readonly built: number;
      readonly reused: number;
    };

/** An event about one derivation, before it is said which. */
export type DerivationEvent = RealizeEvent extends infer E
  ? E extends { dref: DRef }
    ? Omit<E, "dref">
    : never
  : never;

/** How to realize. */
export interface RealizeOptions {
  /** The store; the user's own (see `openStore`) unless given. A closure brings its own. */
  readonly store?: Store | undefined;
  /** How many derivations are built at once: as many as there are processors unless given. */
  readonly jobs?: number | undefined;
  /** What is built although it could be reused: the target (`true`), everything (`"all"`), or these. */
  readonly force?: boolean | "all" | readonly (DRef | Stage)[] | undefined;
  /** Makes so many new outcomes of the target. */
  readonly count?: number | undefined;
  /** Makes as many new outcomes of the target as are missing to so many. */
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
  /** Only finds out what would be built. */
  readonly dryRun?: boolean | undefined;
  /** Fails, showing the config, where something would have to be built. */
  readonly assertRealized?: boolean | undefined;
  /** After a failure, still builds everything that does not depend on what failed. */
  readonly keepGoing?: boolean | undefined;
  /** How the host routes what a realizer prints on the console into the log. Without it, that goes where it always goes. */
  readonly capture?: Capture | undefined;
  /** What runs the realizers: this very process, `inProcess()`, unless given. */
  readonly executor?: Executor | undefined;
}
