import { remainingOfAllMs, logTail } from "../../../magics/realization-progress.ts";
import type { RealizationProgress } from "../../../magics/realization-progress.ts";
import type { StageProgress } from "../../../magics/stage-progress.ts";
import { counted, formatDuration, formatEstimate } from "../../../magics/views/format.ts";
import {
  aboutOf,
  aboutRun,
  barOf,
  barOfRun,
  endOfLog,
  fractionOf,
  marks,
  reasonOf,
  runRows,
  type Bar,
} from "../../../magics/views/progress-words.ts";
import type { RunProgress } from "../../../magics/run-progress.ts";
import { columnsOf, fitLine, padEnd, type Part } from "./fit-text.ts";
import type { Paint, Style } from "./paint.ts";
import { thrownAt } from "./thrown-at.ts";

/** Where and when something is drawn. */
export interface Frame {
  readonly nowMs: number;
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
}

/** The name of a stage, and what tells it from others of that name: `net lr 0.1`. */
export function fullName({ name, label = "" }: StageProgress): string {
  return label === "" ? name : `${name} ${label}`;
}

const styles: Readonly<Record<StageProgress["state"], Style>> = {
  queued: "muted",
  waiting: "warn",
  running: "accent",
  reused: "muted",
  built: "good",
  failed: "bad",
  cancelled: "muted",
};

const maxNameColumns = 36;
const maxQueued = 4;

/** What goes on, as the last lines of a terminal: those that run, with the last that they printed; some of those that wait; and a sum. */
export function screenLines(state: RealizationProgress, frame: Frame): string[] {
  const stages = [...state.stages.values()];
  const active = stages.filter((stage) => stage.state === "running" || stage.state === "waiting");
  const queued = stages.filter((stage) => stage.state === "queued").slice(0, maxQueued);
  // The last row is the cursor's.
  const room = Math.max(1, frame.rows - 2);
  const shown = active.slice(0, room);
  const names = [...shown, ...queued].map((stage) => columnsOf(fullName(stage)));
  const nameColumns = Math.min(maxNameColumns, Math.max(0, ...names));
  const details = [allOf, withoutLogs, headsOnly].map((detail) =>
    shown.flatMap((stage) => stageRows(stage, { state, frame, nameColumns }, detail)),
  );
  const rows = details.find((some) => some.length <= room) ?? details.at(-1) ?? [];
  const waiting = queued
    .slice(0, Math.max(0, room - rows.length))
    .map((stage) => stageParts(stage, { state, frame, nameColumns }));
  const lines = [...rows, ...waiting, sumParts(state, frame.nowMs)];
  return lines.slice(-(room + 1)).map((parts) => fitted(parts, frame));
}

/** What is to stay of a stage that has come to its end; nothing where that is not worth a line. */
export function endLines(stage: StageProgress, state: RealizationProgress, frame: Frame): string[] {
  const about = endText(stage, state, frame.nowMs);
  if (about === undefined) return [];
  const { state: how } = stage;
  const style = styles[how];
  const head = [
    { text: `${marks[how]} `, style },
    { text: `${fullName(stage)}  ` },
    { text: about, style: "muted" as const },
  ];
  // Somebody will want to copy this: it is never cut.
  const kept = stage.keptAt === undefined ? [] : [`  kept: ${stage.keptAt}`];
  if (how !== "failed") return [fitted(head, frame), ...kept];
  const place = thrownAt(stage.error);
  const reason = [...reasonOf(stage.error).split("\n"), ...(place === undefined ? [] : [`at ${place}`])];
  const log = endOfLog(stage).map((text): Part[] => [{ text: "  │ ", style: "bad" }, { text }]);
  return [
    fitted(head, frame),
    ...reason.map((text) => fitted([{ text: `  ${text}`, style: "bad" }], frame)),
    ...log.map((parts) => fitted(parts, frame)),
    ...kept,
  ];
}

/** What came of all stages: `built 3 stages, reused 2, in 12.3 s`. With `isPlan`, what would become of them. */
export function sumText(state: RealizationProgress, nowMs: number, isPlan = false): string {
  const counts = new Map<StageProgress["state"], number>();
  for (const { state: how } of state.stages.values()) counts.set(how, (counts.get(how) ?? 0) + 1);
  const count = (how: StageProgress["state"]): number => counts.get(how) ?? 0;
  if (isPlan) return `would build ${counted(count("queued"), "stage")}, reuse ${count("reused")}`;
  const bad = [
    ...(count("failed") > 0 ? [`${count("failed")} failed`] : []),
    ...(count("cancelled") > 0 ? [`${count("cancelled")} not built`] : []),
  ];
  const good = [`built ${counted(count("built"), "stage")}`, `reused ${count("reused")}`];
  return [...bad, ...good, `in ${formatDuration(nowMs - state.startedMs)}`].join(", ");
}

function endText(stage: StageProgress, state: RealizationProgress, nowMs: number): string | undefined {
  const about = aboutOf(stage, state, nowMs);
  switch (stage.state) {
    case "built":
      return `built in ${about}${stage.merged.length === stage.built.length ? ", as before" : ""}`;
    case "failed":
      return `failed ${about}`.trimEnd();
    case "reused":
      return state.stages.size > 20 ? undefined : "reused";
    case "cancelled":
      if (stage.because !== undefined) return `not built, ${about}`;
      return stage.startedMs === undefined ? undefined : `stopped after ${formatDuration(stage.spentMs)}`;
    case "queued":
    case "waiting":
    case "running":
      return undefined;
  }
}

/** What is shown of a stage that runs, beside its own line. */
interface Detail {
  readonly runs: boolean;
  readonly logs: boolean;
}

const allOf: Detail = { runs: true, logs: true };
const withoutLogs: Detail = { runs: true, logs: false };
const headsOnly: Detail = { runs: false, logs: false };

/** A line for the stage, and where several of its runs go on at once, one for each. */
function stageRows(stage: StageProgress, row: Row, { runs, logs }: Detail): Part[][] {
  const { rows, more } = runRows(stage);
  const head = stageParts(stage, row);
  if (rows.length === 0) return [head, ...(logs ? lastLine(stage) : [])];
  if (!runs) return [head];
  const inner = rows.flatMap((run) => [
    runLine(run, row),
    ...(logs ? lastLine({ ...run, state: "running" }) : []),
  ]);
  return [head, ...inner, ...(more === "" ? [] : [[{ text: `  ${more}`, style: "muted" as const }]])];
}

function runLine(run: RunProgress, { frame, nameColumns }: Row): Part[] {
  return [
    { text: padEnd(`    run ${run.run}`, nameColumns + 2), style: "muted" },
    ...barParts(barOfRun(run), frame.columns),
    { text: `  ${aboutRun(run, frame.nowMs)}`, style: "muted" },
  ];
}

interface Row {
  readonly state: RealizationProgress;
  readonly frame: Frame;
  readonly nameColumns: number;
}

function stageParts(stage: StageProgress, { state, frame, nameColumns }: Row): Part[] {
  const style = styles[stage.state];
  const isQueued = stage.state === "queued";
  return [
    { text: `${marks[stage.state]} `, style },
    { text: padEnd(fullName(stage), nameColumns), style: isQueued ? "muted" : "plain" },
    ...barParts(barOf(stage), frame.columns),
    { text: `  ${aboutOf(stage, state, frame.nowMs)}`, style: "muted" },
  ];
}

function barParts(bar: Bar | undefined, columns: number): Part[] {
  const cells = columns >= 80 ? 20 : columns >= 50 ? 10 : 0;
  if (cells === 0 || bar === undefined) return [];
  const filled = Math.round(fractionOf(bar) * cells);
  return [
    { text: `  ${"█".repeat(filled)}`, style: "accent" },
    { text: "░".repeat(cells - filled), style: "muted" },
  ];
}

function lastLine(of: Pick<StageProgress, "state" | "log">): Part[][] {
  const [text = ""] = of.state === "running" ? logTail(of, 1) : [];
  return text.trim() === ""
    ? []
    : [
        [
          { text: "  │ ", style: "muted" },
          { text, style: "muted" },
        ],
      ];
}

function sumParts(state: RealizationProgress, nowMs: number): Part[] {
  const stages = [...state.stages.values()];
  const over = stages.filter(
    ({ state: how }) => how !== "queued" && how !== "waiting" && how !== "running",
  ).length;
  const failed = stages.filter(({ state: how }) => how === "failed").length;
  const left = remainingOfAllMs(state, nowMs);
  return [
    { text: `${over} of ${counted(stages.length, "stage")}`, style: "strong" },
    ...(failed > 0 ? [{ text: ` · ${failed} failed`, style: "bad" as const }] : []),
    { text: ` · ${formatDuration(nowMs - state.startedMs)}`, style: "muted" },
    ...(left === undefined ? [] : [{ text: ` · ${formatEstimate(left)}`, style: "muted" as const }]),
  ];
}

// The last column stays free, as some terminals go to the next line when it is written.
function fitted(parts: readonly Part[], { columns, paint }: Frame): string {
  return fitLine(parts, Math.max(1, columns - 1), paint);
}
