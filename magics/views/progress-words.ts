import { parseDRef } from "../../core/ref.ts";
import { logTail, timeLeftMs, waitsFor } from "../realization-progress.ts";
import type { RealizationProgress } from "../realization-progress.ts";
import type { StageProgress, StageState } from "../stage-progress.ts";
import type { RunCounter, RunProgress } from "../run-progress.ts";
import { counted, formatDuration, formatEstimate, formatNumber, shorten } from "./format.ts";

const failedLogRows = 20;
const rowCharacters = 90;

/** How a realization went that ended without a result, or nothing while it goes on. */
export type ProgressEnd = "failed" | "interrupted" | "planned";

const maxNames = 3;

/** What is to be said of a stage beside its name and its bar: how long, how far, what it waits for. */
export function aboutOf(stage: StageProgress, state: RealizationProgress, nowMs: number): string {
  switch (stage.state) {
    case "running":
      return joined([...goingOn(stage, nowMs), state.whys?.get(stage.dref) ?? ""]);
    case "waiting":
      return stage.holder ?? "";
    case "built":
      return joined([
        formatDuration(stage.spentMs),
        stage.built.length > 1 ? counted(stage.built.length, "outcome") : "",
      ]);
    case "failed":
      return joined([
        stage.startedMs === undefined ? "" : `after ${formatDuration(stage.spentMs)}`,
        stage.failedRun === undefined ? "" : runText(stage.failedRun, stage),
      ]);
    case "queued":
      return waitText(waitsFor(state, stage));
    case "cancelled":
      return stage.because === undefined ? "" : `because ${parseDRef(stage.because).name} failed`;
    case "reused":
      return "";
  }
}

function waitText(names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : "";
  return `waits for ${names.slice(0, maxNames).join(", ")}${more}`;
}

/** Of several runs at once, each has words of its own. */
function goingOn(stage: StageProgress, nowMs: number): string[] {
  const { going, startedMs, spentMs, runs, calledFor, progress } = stage;
  const [only] = going;
  if (going.length > 1)
    return [formatDuration(nowMs - (startedMs ?? nowMs)), `${runs} of ${calledFor} runs done`];
  if (only !== undefined) return [...runParts(only, nowMs), runText(only.run, stage)];
  const left = timeLeftMs(stage, nowMs);
  return [
    formatDuration(startedMs === undefined ? spentMs : nowMs - startedMs),
    left === undefined ? "" : formatEstimate(left),
    progress === undefined ? "" : counterText(progress),
  ];
}

/** What is to be said of one of several runs: how long, how far. */
export function aboutRun(run: RunProgress, nowMs: number): string {
  return joined(runParts(run, nowMs));
}

function runParts({ startedMs, endsMs, progress }: RunProgress, nowMs: number): string[] {
  return [
    formatDuration(nowMs - startedMs),
    endsMs === undefined ? "" : formatEstimate(Math.max(0, endsMs - nowMs)),
    progress === undefined ? "" : counterText(progress),
  ];
}

/** Which of how many runs it is: `run 3 of 10`. */
export function runText(run: number, { calledFor }: StageProgress): string {
  return calledFor > 1 ? `run ${run} of ${Math.max(run, calledFor)}` : `run ${run}`;
}

/** What a stage's bar shows: its own count, or of several runs how many are done, with the parts of those that go on. */
export function barOf({ progress, going, runs, calledFor }: StageProgress): Bar | undefined {
  const [only] = going;
  if (going.length < 2) return barOfCounter(only === undefined ? progress : only.progress);
  const parts = going
    .map((one) => barOfCounter(one.progress))
    .map((bar) => (bar === undefined ? 0 : fractionOf(bar)));
  return { current: runs + parts.reduce((sum, part) => sum + part, 0), total: Math.max(calledFor, 1) };
}

/** What the bar of one run shows. */
export function barOfRun({ progress }: RunProgress): Bar | undefined {
  return barOfCounter(progress);
}

function barOfCounter(counter: RunCounter | undefined): Bar | undefined {
  if (counter?.total === undefined || !(counter.total > 0)) return undefined;
  return { current: counter.current, total: counter.total };
}

const maxRuns = 8;

/** The runs of a stage that have rows of their own, as several go on at once, and what is to be said of the others. */
export function runRows({ state, going }: StageProgress): {
  readonly rows: readonly RunProgress[];
  readonly more: string;
} {
  if (state !== "running" || going.length < 2) return { rows: [], more: "" };
  const left = going.length - maxRuns;
  return {
    rows: going.slice(0, maxRuns),
    more: left > 0 ? `and ${counted(left, "more run", "more runs")}` : "",
  };
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}

function counterText({ current, total, message, unit }: RunCounter): string {
  const of = total === undefined ? "" : `/${formatNumber(total)}`;
  const count = `${formatNumber(current)}${of}${unit === undefined ? "" : ` ${unit}`}`;
  if (message === undefined) return count;
  // A word names what is counted, "epoch 3/20"; anything longer is said besides.
  const isName = unit === undefined && /^\p{L}+$/u.test(message);
  return isName ? `${message} ${count}` : `${count} · ${shorten(message, 120)}`;
}

/** As much of the end of its log as can be seen without scrolling: a box that scrolls would show its beginning. */
export function endOfLog(stage: StageProgress): readonly string[] {
  const shown: string[] = [];
  let rows = 0;
  for (const line of logTail(stage, failedLogRows)
    .map((one) => shorten(one, 400))
    .toReversed()) {
    rows += Math.max(1, Math.ceil(line.length / rowCharacters));
    if (rows > failedLogRows && shown.length > 0) break;
    shown.unshift(line);
  }
  return shown;
}

/** Why it failed. What the realizer threw says more than that it threw; its kind is a part of it. */
export function reasonOf(error: Error | undefined): string {
  const cause = error?.cause;
  if (cause instanceof Error) return shorten(`${cause.name}: ${cause.message}`, 2000);
  const shown = typeof cause === "string" ? cause : error?.message;
  return shorten(shown ?? "it failed", 2000);
}

/** A word for its state. */
export function label(state: StageState, end: ProgressEnd | undefined): string {
  return end === "planned" && state === "queued" ? "would run" : state;
}

/** Whether something goes on with it just now. */
export function isActive({ state }: StageProgress): boolean {
  return state === "running" || state === "waiting";
}

/** How much is done of a whole, which is more than nothing. */
export interface Bar {
  readonly current: number;
  readonly total: number;
}

/** How much is done, from 0 to 1. */
export function fractionOf({ current, total }: Bar): number {
  const fraction = current / total;
  return fraction >= 0 ? Math.min(1, fraction) : 0;
}

/** A sign for each state. */
export const marks: Readonly<Record<StageState, string>> = {
  queued: "·",
  waiting: "…",
  running: "▸",
  reused: "=",
  built: "✓",
  failed: "✗",
  cancelled: "–",
};
