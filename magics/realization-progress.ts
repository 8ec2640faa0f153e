import type { RealizeEvent } from "../core/index.ts";
import { drefOf, parseDRef } from "../core/ref.ts";
import type { DRef, RRef } from "../core/ref.ts";
import { lastLines } from "./views/log.ts";

/** How far one derivation of a realization has come. */
export type StageState = "queued" | "waiting" | "running" | "reused" | "built" | "failed" | "cancelled";

/** What is known of one derivation while its closure is realized. Times are in milliseconds since 1970. */
export interface StageProgress {
  readonly dref: DRef;
  readonly name: string;
  readonly state: StageState;
  /** When the running realizer started. */
  readonly startedMs?: number;
  /** How long the runs that are over took together. */
  readonly spentMs: number;
  /** How many runs are over. */
  readonly runs: number;
  readonly progress?: StageCounter;
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
  readonly keptAt?: string;
}

/** A realizer's own word on how far it is. */
interface StageCounter {
  readonly current: number;
  readonly total?: number;
  readonly message?: string;
  readonly unit?: string;
}

/** A realization as seen from outside, made of its events by {@link advance}. */
export interface RealizationProgress {
  readonly target: DRef | undefined;
  readonly startedMs: number;
  /** What is to be said about the target besides. */
  readonly notes: readonly string[];
  /** The closure, dependencies first. */
  readonly stages: ReadonlyMap<DRef, StageProgress>;
  /** What `done` said: derivations built and reused. */
  readonly done?: { readonly rrefs: readonly RRef[]; readonly built: number; readonly reused: number };
}

const keptLogCharacters = 4000;

/** The state before the first event. */
export function startProgress(nowMs: number, notes: readonly string[] = []): RealizationProgress {
  return { target: undefined, startedMs: nowMs, notes, stages: new Map() };
}

/** The state after an event. */
export function advance(state: RealizationProgress, event: RealizeEvent, nowMs: number): RealizationProgress {
  if (event.type === "planned") {
    const stages = new Map(event.drefs.map((dref) => [dref, newStage(dref)]));
    return { ...state, target: event.target, stages };
  }
  if (event.type === "done") {
    const { rrefs, built, reused } = event;
    return { ...state, target: event.target, done: { rrefs, built, reused } };
  }
  const before = state.stages.get(event.dref) ?? newStage(event.dref);
  return { ...state, stages: new Map(state.stages).set(event.dref, advanceStage(before, event, nowMs)) };
}

/** How long a running realizer will still take, if it goes on as until now; nothing when that cannot be told. */
export function remainingMs(
  { state, startedMs, progress }: StageProgress,
  nowMs: number,
): number | undefined {
  const { current = 0, total = 0 } = progress ?? {};
  if (state !== "running" || startedMs === undefined || !(current > 0) || !(total > 0) || current >= total)
    return undefined;
  return ((nowMs - startedMs) * (total - current)) / current;
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

type StageEvent = Exclude<RealizeEvent, { type: "planned" | "done" }>;

function advanceStage(stage: StageProgress, event: StageEvent, nowMs: number): StageProgress {
  switch (event.type) {
    case "reused":
      return { ...stage, state: "reused", rrefs: event.rrefs };
    case "waiting":
      return { ...stage, state: "waiting", holder: `process ${event.holder.pid} on ${event.holder.host}` };
    case "started":
      return { ...withoutCounter(stage), state: "running", startedMs: nowMs };
    case "log":
      return { ...stage, log: (stage.log + event.text).slice(-keptLogCharacters) };
    case "progress":
      return { ...stage, progress: counterOf(event) };
    case "display":
      return stage;
    case "built":
      return {
        ...stage,
        state: "built",
        runs: stage.runs + 1,
        spentMs: stage.spentMs + event.ms,
        built: [...stage.built, ...event.rrefs],
        merged: [...stage.merged, ...event.merged],
      };
    case "matched":
      return { ...stage, rrefs: event.rrefs };
    case "failed":
      return failed(stage, event, nowMs);
    case "cancelled":
      return { ...stage, state: "cancelled", spentMs: spent(stage, nowMs) };
  }
}

function failed(
  stage: StageProgress,
  event: Extract<StageEvent, { type: "failed" }>,
  nowMs: number,
): StageProgress {
  const { error, keptAt } = event;
  return {
    ...stage,
    state: "failed",
    error,
    spentMs: spent(stage, nowMs),
    ...(keptAt !== undefined && { keptAt }),
  };
}

function spent({ state, startedMs, spentMs }: StageProgress, nowMs: number): number {
  return state === "running" && startedMs !== undefined ? spentMs + nowMs - startedMs : spentMs;
}

function counterOf({ current, total, message, unit }: StageCounter): StageCounter {
  return {
    current,
    ...(total !== undefined && { total }),
    ...(message !== undefined && { message }),
    ...(unit !== undefined && { unit }),
  };
}

function withoutCounter(stage: StageProgress): StageProgress {
  const { progress: _progress, ...rest } = stage;
  return rest;
}

function newStage(dref: DRef): StageProgress {
  const { name } = parseDRef(dref);
  return { dref, name, state: "queued", spentMs: 0, runs: 0, log: "", built: [], merged: [], rrefs: [] };
}

/** The last lines that a stage printed. */
export function logTail(stage: StageProgress, lines: number): readonly string[] {
  return lastLines(stage.log, lines);
}

/** Outcomes of the target that a realization made, merged ones not counted. */
export function newOutcomes({ target, stages }: RealizationProgress): readonly RRef[] {
  const stage = target === undefined ? undefined : stages.get(target);
  return (stage?.built ?? []).filter(
    (rref) => drefOf(rref) === target && !(stage?.merged ?? []).includes(rref),
  );
}
