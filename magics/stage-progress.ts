import type { BuiltEvent, FailedEvent, LockHolder, PlannedStage, RealizeEvent } from "../core/index.ts";
import type { DRef, RRef } from "../core/ref.ts";
import {
  advanceRuns,
  counterOf,
  withEnd,
  withText,
  type RunCounter,
  type RunProgress,
} from "./run-progress.ts";

/** How far one derivation of a realization has come. */
export type StageState = "queued" | "waiting" | "running" | "reused" | "built" | "failed" | "cancelled";

/** What is known of one derivation while its closure is realized. Times are in milliseconds since 1970. */
export interface StageProgress {
  readonly dref: DRef;
  readonly name: string;
  /** What tells it apart from others of its name. */
  readonly label?: string;
  readonly state: StageState;
  /** What it depends on directly. */
  readonly dependencies: readonly DRef[];
  /** When its realizer started; of several runs at once, the first. */
  readonly startedMs?: number;
  /** For how long its realizer ran before that, once or several times at once. */
  readonly spentMs: number;
  /** How many runs are over. */
  readonly runs: number;
  /** How many there will be, as far as is known; 0 where a single one is called for. */
  readonly calledFor: number;
  /** Those that go on, where several are called for. */
  readonly going: readonly RunProgress[];
  /** How far its only run is, or what is fetched. */
  readonly progress?: RunCounter;
  /** When its only run will be done, by its own count or else by what it took before. */
  readonly endsMs?: number;
  /** The end of what it printed, unbounded lines cut. */
  readonly log: string;
  /** Outcomes that this realization made, in order. */
  readonly built: readonly RRef[];
  /** Outcomes of those that the store had already. */
  readonly merged: readonly RRef[];
  /** What the matcher takes. */
  readonly rrefs: readonly RRef[];
  /** Who else builds it just now. */
  readonly holder?: string;
  readonly error?: Error;
  /** Which run failed, where several were called for. */
  readonly failedRun?: number;
  readonly keptAt?: string;
  /** The one that failed, for which this one was not done. */
  readonly because?: DRef;
}

/** What happens to one derivation. */
export type StageEvent = Exclude<RealizeEvent, { type: "planned" | "overall" | "warning" | "done" }>;

/** The state of a derivation after an event. */
export function advanceStage(before: StageProgress, event: StageEvent): StageProgress {
  const stage = { ...before, going: advanceRuns(before.going, event) };
  switch (event.type) {
    case "reused":
      return { ...stage, state: "reused", rrefs: event.rrefs };
    case "waiting":
      return { ...stage, state: "waiting", holder: holderText(event.holder) };
    case "started":
      return begun(before, { ...stage, calledFor: event.runs ?? stage.calledFor }, event.at);
    case "log":
      return { ...stage, log: withText(stage.log, event.text) };
    case "progress":
      if (event.run !== undefined) return stage;
      return withEnd(
        { ...stage, progress: counterOf(event) },
        event.remainingMs === undefined ? stage.endsMs : event.at + event.remainingMs,
      );
    case "display":
    case "clear":
      return stage;
    case "built":
      return {
        ...stage,
        state: stage.going.length > 0 ? "running" : "built",
        runs: stage.runs + 1,
        spentMs: stage.going.length > 0 ? stage.spentMs : stage.spentMs + wholeMs(before, event),
        built: [...stage.built, ...event.rrefs],
        merged: [...stage.merged, ...event.merged],
      };
    case "matched":
      return { ...stage, rrefs: event.rrefs };
    case "failed":
      return failed(stage, event);
    case "cancelled":
      return {
        ...stage,
        state: "cancelled",
        going: [],
        spentMs: spent(stage, event.at),
        ...(event.because !== undefined && { because: event.because }),
        ...(event.keptAt !== undefined && { keptAt: event.keptAt }),
      };
  }
}

function holderText({ pid, host, hand }: LockHolder): string {
  const holder = `process ${pid} on ${host}`;
  if (hand !== true) return `being built ${pid === process.pid ? "here already" : `by ${holder}`}`;
  return pid === process.pid
    ? "held by hand here: interrupt this, then %resume or %cancel"
    : `held by hand in ${holder}`;
}

function begun({ going }: StageProgress, stage: StageProgress, nowMs: number): StageProgress {
  const { progress: _progress, endsMs: _endsMs, ...rest } = stage;
  const isBeside = going.length > 0 && stage.startedMs !== undefined;
  return { ...rest, state: "running", startedMs: isBeside ? (stage.startedMs ?? nowMs) : nowMs };
}

/** How long the realizer has been running when its last run ends; of a single one it is said exactly. */
function wholeMs({ going, startedMs = 0 }: StageProgress, { run, ms, at }: BuiltEvent): number {
  const own = going.find((one) => one.run === run);
  return own === undefined || own.startedMs === startedMs ? ms : at - startedMs;
}

function failed(stage: StageProgress, { at, error, run, keptAt }: FailedEvent): StageProgress {
  const log = stage.going.find((one) => one.run === run)?.log ?? stage.log;
  return {
    ...stage,
    state: "failed",
    error,
    log,
    going: [],
    spentMs: spent(stage, at),
    ...(run !== undefined && { failedRun: run }),
    ...(keptAt !== undefined && { keptAt }),
  };
}

function spent({ state, startedMs, spentMs }: StageProgress, nowMs: number): number {
  return state === "running" && startedMs !== undefined ? spentMs + nowMs - startedMs : spentMs;
}

/** The state of a derivation before the first event about it. */
export function newStage(planned: PlannedStage, label?: string): StageProgress {
  return {
    ...planned,
    ...(label !== undefined && { label }),
    state: "queued",
    spentMs: 0,
    runs: 0,
    calledFor: 0,
    going: [],
    log: "",
    built: [],
    merged: [],
    rrefs: [],
  };
}

/** With when one run of a derivation, or its only one, will be done. */
export function withRunEnd(
  stage: StageProgress,
  run: number | undefined,
  endsMs: number | undefined,
): StageProgress {
  if (run === undefined) return withEnd(stage, endsMs);
  return { ...stage, going: stage.going.map((one) => (one.run === run ? withEnd(one, endsMs) : one)) };
}
