import { parseDRef } from "../../core/ref.ts";
import { logTail, timeLeftMs, waitsFor } from "../realization-progress.ts";
import type { RealizationProgress, StageProgress, StageState } from "../realization-progress.ts";
import { counted, formatDuration, formatEstimate, formatNumber, shorten } from "./format.ts";

const failedLogRows = 20;
const rowCharacters = 90;

/** How a realization went that ended without a result, or nothing while it goes on. */
export type ProgressEnd = "failed" | "interrupted" | "planned";

const maxNames = 3;

/** What is to be said of a stage beside its name and its bar: how long, how far, what it waits for. */
export function aboutOf(stage: StageProgress, state: RealizationProgress, nowMs: number): string {
  const left = timeLeftMs(stage, nowMs);
  const elapsed = stage.startedMs === undefined ? stage.spentMs : nowMs - stage.startedMs;
  switch (stage.state) {
    case "running":
      return [
        formatDuration(elapsed),
        left === undefined ? "" : formatEstimate(left),
        stage.progress === undefined ? "" : counterText(stage.progress),
        runText(stage),
        state.whys?.get(stage.dref) ?? "",
      ]
        .filter((part) => part !== "")
        .join(" · ");
    case "waiting":
      return stage.holder ?? "";
    case "built":
      return [
        formatDuration(stage.spentMs),
        stage.built.length > 1 ? counted(stage.built.length, "outcome") : "",
      ]
        .filter((part) => part !== "")
        .join(" · ");
    case "failed":
      return stage.startedMs === undefined ? "" : `after ${formatDuration(stage.spentMs)}`;
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

function runText({ runs }: StageProgress): string {
  return runs === 0 ? "" : `run ${runs + 1}`;
}

function counterText({ current, total, message, unit }: NonNullable<StageProgress["progress"]>): string {
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

/** How much is done, from 0 to 1. */
export function fractionOf(current: number, total: number): number {
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
