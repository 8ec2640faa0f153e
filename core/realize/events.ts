import type { DRef, RRef } from "../ref.ts";
import type { Shown } from "../stage/build.ts";
import type { LockHolder } from "../store/lock.ts";

/** What prints something during a build: a console, a command, or `build.log`. */
export type LogStream = "stdout" | "stderr" | "log";

/** What every event has. */
interface Happening {
  /** When it happened, in milliseconds since 1970. Never goes back within one realization. */
  readonly at: number;
}

/** What every event about one derivation has. */
interface OfDerivation extends Happening {
  readonly dref: DRef;
  /** The name in `dref`. */
  readonly name: string;
}

/** What every event about one run of a derivation's realizer has. */
interface OfRun extends OfDerivation {
  /**
   * Which run of its realizer it is, from 1, in the order in which they begin. Several may go on at once, so that their events come
   * mixed. Left out where a single run is called for.
   */
  readonly run?: number;
}

/**
 * What happens during a realization, in the order in which it happens. README.md has the table of all events.
 *
 * `planned` comes first and has the whole closure, dependencies first. Every derivation of it then ends in one of `reused`,
 * `matched`, `failed` or `cancelled`; with `dryRun`, those that would run have no event of their own. `done` comes last and
 * only after success.
 *
 * There may come to be more types, and more fields of these: whoever reads events passes over what they do not know. What there is
 * keeps its name and meaning.
 */
export type RealizeEvent =
  | PlannedEvent
  | ReusedEvent
  | WaitingEvent
  | WarningEvent
  | StartedEvent
  | LogEvent
  | ProgressEvent
  | DisplayEvent
  | ClearEvent
  | BuiltEvent
  | MatchedEvent
  | FailedEvent
  | CancelledEvent
  | OverallEvent
  | DoneEvent;

/** The first event: what is to be gone through. */
export interface PlannedEvent extends Happening {
  readonly type: "planned";
  /** What is to be realized; of several targets the last one. */
  readonly target: DRef;
  /** All that is to be realized. */
  readonly targets: readonly DRef[];
  /** The whole closure, dependencies first. */
  readonly stages: readonly PlannedStage[];
  /** How many realizers run at once at most. */
  readonly jobs: number;
}

/** One derivation of a closure. */
export interface PlannedStage {
  readonly dref: DRef;
  readonly name: string;
  /** What it depends on directly. */
  readonly dependencies: readonly DRef[];
}

/** There were realizations already that its matcher takes. */
export interface ReusedEvent extends OfDerivation {
  readonly type: "reused";
  readonly rrefs: readonly RRef[];
  /** The other store that they were fetched from just now (see `substituters`). */
  readonly substituter?: string;
}

/** Somebody else is building it just now, and it goes on when they are done. */
export interface WaitingEvent extends OfDerivation {
  readonly type: "waiting";
  readonly holder: LockHolder;
}

/** Something is not as it should be, and it goes on all the same: another store (see `substituters`) has nothing that can be taken. */
export interface WarningEvent extends OfDerivation {
  readonly type: "warning";
  readonly text: string;
}

/**
 * A run of its realizer begins. There may be several runs, also at once (see `count`), each of which ends in `built`, or with what the
 * derivation ends in.
 */
export interface StartedEvent extends OfRun {
  readonly type: "started";
  /** How many runs there will be, as far as is known by now: more, if one makes what is there already. Left out where `run` is. */
  readonly runs?: number;
}

/**
 * It printed something. The text is as it was printed, line breaks included; what comes in quick succession is put together, and of
 * more than 256 Ki characters within a twentieth of a second the middle is left out, with a line that says so.
 */
export interface LogEvent extends OfRun {
  readonly type: "log";
  readonly stream: LogStream;
  readonly text: string;
}

/** Its realizer says how far it is. Of what comes in quick succession, only the last is told. */
export interface ProgressEvent extends OfRun {
  readonly type: "progress";
  /** How much is done. */
  readonly current: number;
  /** How much there is to do. */
  readonly total?: number;
  readonly message?: string;
  /** What is counted, such as `epochs` or `bytes`. */
  readonly unit?: string;
  /** How long it will still take if it goes on as of late, in milliseconds; left out where that cannot be told. */
  readonly remainingMs?: number;
}

/** It shows something: a MIME bundle; with `isUpdate`, in the place of what it showed under that `id`. */
export interface DisplayEvent extends OfRun, Shown {
  readonly type: "display";
}

/** It takes back what it showed so far; with `wait`, when it shows something new. */
export interface ClearEvent extends OfRun {
  readonly type: "clear";
  readonly wait: boolean;
}

/** One run of the realizer is over and made outcomes. */
export interface BuiltEvent extends OfRun {
  readonly type: "built";
  readonly rrefs: readonly RRef[];
  /** Those of them that the store had already. */
  readonly merged: readonly RRef[];
  /** How long the run took. */
  readonly ms: number;
  /** What ran it: `in-process`, `processes`, or the name of another executor. */
  readonly executor: string;
  /** Whether a person had a hand in it. Left out when not. */
  readonly hand?: true;
}

/** It is done after its last run: what the matcher takes. */
export interface MatchedEvent extends OfDerivation {
  readonly type: "matched";
  readonly rrefs: readonly RRef[];
}

/** It failed: a run of its realizer threw or broke a promise, its matcher is not satisfied, or the store cannot take it. */
export interface FailedEvent extends OfDerivation {
  readonly type: "failed";
  readonly error: Error;
  /** Which run of its realizer failed first, where several were called for. The others have come to their end. */
  readonly run?: number;
  /** Where the output folder and its log were kept. */
  readonly keptAt?: string;
  /** The failure has become these realizations, and those that depend on it fail next. */
  readonly recorded?: readonly RRef[];
}

/** It is not done, because the realization was cancelled, or because of another one that failed. */
export interface CancelledEvent extends OfDerivation {
  readonly type: "cancelled";
  /** The one that failed, if it depends on one. */
  readonly because?: DRef;
  /** Where the output folder and its log were kept (see `keepCancelledAfterMs`). */
  readonly keptAt?: string;
}

/** How far the realization is as a whole: told once a second while something is being built. */
export interface OverallEvent extends Happening {
  readonly type: "overall";
  /** How many derivations have come to their end, whichever that was. */
  readonly settled: number;
  /** How many there are. */
  readonly total: number;
  /** The runs of realizers that go on. */
  readonly running: readonly RunningStage[];
  /** How long all of it will still take, in milliseconds; left out where nothing is known to tell it from. */
  readonly remainingMs?: number;
}

/** A run of a derivation's realizer that goes on. */
export interface RunningStage {
  readonly dref: DRef;
  readonly name: string;
  /** Which run it is, as in the events about it. */
  readonly run?: number;
  /** How long this run has lasted. */
  readonly elapsedMs: number;
  /** How long it will still last; left out where that cannot be told. */
  readonly remainingMs?: number;
}

/** The last event, after success. */
export interface DoneEvent extends Happening {
  readonly type: "done";
  readonly target: DRef;
  /** The realizations of `target`. */
  readonly rrefs: readonly RRef[];
  /** All targets, each with the realizations that its matcher takes. */
  readonly outcomes: readonly TargetOutcome[];
  /** How many derivations were built; with `dryRun`, would be. */
  readonly built: number;
  /** How many were reused. */
  readonly reused: number;
  /** How long all of it took. */
  readonly ms: number;
}

/** What came of one target. */
export interface TargetOutcome {
  readonly dref: DRef;
  readonly rrefs: readonly RRef[];
}

type DistributiveOmit<E, K extends PropertyKey> = E extends unknown ? Omit<E, K> : never;

/** An event before it is said when it happened. */
export type NewEvent = DistributiveOmit<RealizeEvent, "at">;

/** An event about one derivation, before it is said which and when. */
export type DerivationEvent = DistributiveOmit<
  Extract<RealizeEvent, { readonly dref: DRef }>,
  "at" | "dref" | "name"
>;

/** An event about one run, before it is said which, of what and when. */
export type RunEvent = DistributiveOmit<
  StartedEvent | LogEvent | ProgressEvent | DisplayEvent | ClearEvent | BuiltEvent,
  "at" | "dref" | "name" | "run"
>;
