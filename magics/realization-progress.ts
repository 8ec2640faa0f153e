import type {
  BuiltEvent,
  DoneEvent,
  FailedEvent,
  LockHolder,
  OverallEvent,
  PlannedStage,
  RealizeEvent,
} from "../core/index.ts";
import { drefOf, parseDRef } from "../core/ref.ts";
import type { DRef, RRef } from "../core/ref.ts";
import {
  advanceRuns,
  counterOf,
  withEnd,
  withText,
  type RunCounter,
  type RunProgress,
} from "./run-progress.ts";
import { lastLines } from "./views/log-text.ts";

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

/** A realization as seen from outside, made of its events by {@link advance}. */
export interface RealizationProgress {
  readonly target: DRef | undefined;
  readonly startedMs: number;
  /** What is to be said about the target besides. */
  readonly notes: readonly string[];
  /** What tells derivations of one name apart: the points of a sweep. */
  readonly labels?: ReadonlyMap<DRef, string>;
  /** Why stages run, in a few words, once it was found out. */
  readonly whys?: ReadonlyMap<DRef, string>;
  /** The closure, dependencies first. */
  readonly stages: ReadonlyMap<DRef, StageProgress>;
  /** When all of it will be done, as far as that can be told. */
  readonly endsMs?: number;
  /** What `done` said: derivations built and reused. */
  readonly done?: Pick<DoneEvent, "rrefs" | "outcomes" | "built" | "reused" | "ms">;
}

/** The state before the first event. */
export function startProgress(
  nowMs: number,
  notes: readonly string[] = [],
  labels?: ReadonlyMap<DRef, string>,
): RealizationProgress {
  return { target: undefined, startedMs: nowMs, notes, ...(labels && { labels }), stages: new Map() };
}

/** The state after an event. The state before it is used up: `stages` goes on in the new one, as it may be large. */
export function advance(state: RealizationProgress, event: RealizeEvent): RealizationProgress {
  switch (event.type) {
    case "planned":
      return {
        ...state,
        target: event.target,
        stages: new Map(event.stages.map((one) => [one.dref, newStage(one, state.labels?.get(one.dref))])),
      };
    case "overall":
      return advanceOverall(state, event);
    case "done": {
      const { target, rrefs, outcomes, built, reused, ms } = event;
      return { ...state, target, done: { rrefs, outcomes, built, reused, ms } };
    }
    case "warning":
      return withNote(state, event.text);
    case "reused":
    case "waiting":
    case "started":
    case "log":
    case "progress":
    case "display":
    case "clear":
    case "built":
    case "matched":
    case "failed":
    case "cancelled":
      change(state, event.dref, (stage) => advanceStage(stage, event));
      return state;
    default:
      // A type that is newer than this.
      return state;
  }
}

const maxWarnings = 8;

// A store that cannot be asked would be told of for each stage.
function withNote(state: RealizationProgress, text: string): RealizationProgress {
  const { notes } = state;
  return notes.includes(text) || notes.length >= maxWarnings ? state : { ...state, notes: [...notes, text] };
}

function advanceOverall(
  state: RealizationProgress,
  { at, running, remainingMs }: OverallEvent,
): RealizationProgress {
  for (const { dref, run, remainingMs: leftMs } of running)
    change(state, dref, (stage) => withRunEnd(stage, run, leftMs === undefined ? undefined : at + leftMs));
  return withEnd(state, remainingMs === undefined ? undefined : at + remainingMs);
}

function change(
  { stages }: RealizationProgress,
  dref: DRef,
  next: (stage: StageProgress) => StageProgress,
): void {
  const stage = stages.get(dref) ?? newStage({ dref, name: parseDRef(dref).name, dependencies: [] });
  (stages as Map<DRef, StageProgress>).set(dref, next(stage));
}

function withRunEnd(
  stage: StageProgress,
  run: number | undefined,
  endsMs: number | undefined,
): StageProgress {
  if (run === undefined) return withEnd(stage, endsMs);
  return { ...stage, going: stage.going.map((one) => (one.run === run ? withEnd(one, endsMs) : one)) };
}

/** How long a running realizer will still take; nothing when that cannot be told. */
export function timeLeftMs({ state, endsMs }: StageProgress, nowMs: number): number | undefined {
  return state !== "running" || endsMs === undefined ? undefined : Math.max(0, endsMs - nowMs);
}

/** How long all of it will still take; nothing when that cannot be told. */
export function remainingOfAllMs({ endsMs, done }: RealizationProgress, nowMs: number): number | undefined {
  return done !== undefined || endsMs === undefined ? undefined : Math.max(0, endsMs - nowMs);
}

/** The names of what a queued stage waits for, as far as they are not done. */
export function waitsFor(
  { stages }: RealizationProgress,
  { dependencies }: StageProgress,
): readonly string[] {
  return dependencies
    .map((dref) => stages.get(dref))
    .filter(
      (one) =>
        one !== undefined && one.state !== "reused" && !(one.state === "built" && one.rrefs.length > 0),
    )
    .map((one) => one?.name ?? "");
}

/** The names of the stages whose realizers run. */
export function runningNames({ stages }: RealizationProgress): readonly string[] {
  return [...stages.values()].filter(({ state }) => state === "running").map(({ name }) => name);
}

/** `reused, built nothing`, `built 5, reused 1`: outcomes that were made, derivations that were not. */
export function summaryOf(state: RealizationProgress): string {
  const stages = [...state.stages.values()];
  const built = stages.reduce((sum, stage) => sum + stage.built.length, 0);
  const merged = stages.reduce((sum, stage) => sum + stage.merged.length, 0);
  const reused = stages.filter((stage) => stage.state === "reused").length;
  if (built === 0) return reused === 0 ? "built nothing" : "reused, built nothing";
  const parts = [`built ${built}`, ...(reused > 0 ? [`reused ${reused}`] : [])];
  return `${parts.join(", ")}${merged > 0 ? ` (${merged} as before)` : ""}`;
}

type StageEvent = Exclude<RealizeEvent, { type: "planned" | "overall" | "warning" | "done" }>;

function advanceStage(before: StageProgress, event: StageEvent): StageProgress {
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

function newStage(planned: PlannedStage, label?: string): StageProgress {
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

/** The last lines that a stage, or one run of it, printed. */
export function logTail(stage: Pick<StageProgress, "log">, lines: number): readonly string[] {
  return lastLines(stage.log, lines);
}

/** Outcomes of the target that a realization made, merged ones not counted. */
export function newOutcomes({ target, stages }: RealizationProgress): readonly RRef[] {
  const stage = target === undefined ? undefined : stages.get(target);
  return (stage?.built ?? []).filter(
    (rref) => drefOf(rref) === target && !(stage?.merged ?? []).includes(rref),
  );
}
