import type { DoneEvent, OverallEvent, RealizeEvent } from "../core/index.ts";
import { drefOf, parseDRef } from "../core/ref.ts";
import type { DRef, RRef } from "../core/ref.ts";
import { withEnd } from "./run-progress.ts";
import { advanceStage, newStage, withRunEnd, type StageProgress } from "./stage-progress.ts";
import { lastLines } from "./views/log-text.ts";

/** A realization as seen from outside, made of its events by {@link advance}. */
export interface RealizationProgress {
  readonly target: DRef | undefined;
  readonly startedMs: number;
  /** What is to be said about the target besides. */
  readonly notes: readonly string[];
  /** What tells derivations of one name apart: the points of a sweep. */
  readonly labels?: ReadonlyMap<DRef, string>;
  /** What tells a sweep from others of the same stage. */
  readonly label?: string;
  /** Why stages run, in a few words, once it was found out. */
  readonly whys?: ReadonlyMap<DRef, string>;
  /** The closure, dependencies first. */
  readonly stages: ReadonlyMap<DRef, StageProgress>;
  /** When all of it will be done, as far as that can be told. */
  readonly endsMs?: number;
  /** What `done` said: derivations built and reused. */
  readonly done?: Pick<DoneEvent, "rrefs" | "outcomes" | "built" | "reused" | "ms">;
}

/** What a realization and its derivations are called besides their names. */
export interface ProgressLabels {
  readonly labels?: RealizationProgress["labels"] | undefined;
  readonly label?: string | undefined;
}

/** The state before the first event. */
export function startProgress(
  nowMs: number,
  notes: readonly string[] = [],
  { labels, label }: ProgressLabels = {},
): RealizationProgress {
  return {
    target: undefined,
    startedMs: nowMs,
    notes,
    ...(labels && { labels }),
    ...(label !== undefined && { label }),
    stages: new Map(),
  };
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
