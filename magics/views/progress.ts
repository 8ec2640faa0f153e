import { shortHash } from "../../core/ref.ts";
import type { MimeBundle } from "../host.ts";
import { logTail, remainingOfAllMs, summaryOf } from "../realization-progress.ts";
import type { RealizationProgress } from "../realization-progress.ts";
import type { StageProgress, StageState } from "../stage-progress.ts";
import type { RunProgress } from "../run-progress.ts";
import { bundle } from "./bundle.ts";
import { counted, formatDuration, formatEstimate, shorten } from "./format.ts";
import { failureHtml, failureText, reasonsOf } from "./progress-failures.ts";
import {
  aboutOf,
  aboutRun,
  barOf,
  barOfRun,
  fractionOf,
  isActive,
  label,
  marks,
  runRows,
} from "./progress-words.ts";
import type { Bar, ProgressEnd } from "./progress-words.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import type { Badge } from "./realization.ts";
import { headerHtml, notesHtml } from "./realization.ts";
import { textTable } from "./text-table.ts";

const maxRows = 24;
const maxLogLines = 4;
const barCells = 16;
const maxPoints = 600;

interface Moment {
  readonly state: RealizationProgress;
  readonly nowMs: number;
  readonly end: ProgressEnd | undefined;
}

/** A realization on its way, or how far it came before it failed or was interrupted. */
export function progressView(state: RealizationProgress, nowMs: number, end?: ProgressEnd): MimeBundle {
  const target = state.target === undefined ? undefined : state.stages.get(state.target);
  const badge = badgeOf(state, nowMs, end);
  const { shown, summary } = rowsOf(state, end);
  const name = target?.name ?? "realization";
  // The error of the cell names the folder of the one that failed; of several, only this view does.
  const namesFolder = [...state.stages.values()].filter((stage) => stage.state === "failed").length > 1;
  const reasonFor = reasonsOf(shown);
  const header = headerHtml({
    name,
    kind:
      state.labels === undefined
        ? "realize"
        : ["sweep", ...(state.label === undefined ? [] : [state.label])].join(" "),
    ...(target && state.labels === undefined && { address: target.dref, hash: shortHash(target.dref) }),
    badge,
  });
  const rows = shown.map((stage) => stageRow(stage, { state, nowMs, end }));
  const rest = summary === "" ? undefined : html`<p class="l-facts">${summary}</p>`;
  return bundle({
    html: html`${header}${notesHtml(state.notes)}${pointsHtml(state)}${rest}
      <table class="${end === undefined ? "l-fields l-live" : "l-fields"}">
        <tbody>
          ${rows}
        </tbody>
      </table>
      ${shown.map((stage) => failureHtml(stage, reasonFor(stage), namesFolder))}`,
    text: [
      [
        state.label === undefined ? name : `${name} (${state.label})`,
        target === undefined || state.labels ? "" : shortHash(target.dref),
        badge.text,
      ]
        .filter((part) => part !== "")
        .join("  "),
      ...state.notes,
      ...(summary === "" ? [] : [summary]),
      textTable(
        [{ title: "" }, { title: "" }, { title: "" }, { title: "", align: "right" }, { title: "" }],
        shown.flatMap((stage) => [stageCells(stage, { state, nowMs, end }), ...runCells(stage, nowMs)]),
      ),
      ...shown.flatMap((stage) => failureText(stage, reasonFor(stage), namesFolder)),
    ].join("\n"),
  });
}

/** What each stage of a finished realization was, on one line: `digits reused · classifier built in 12.3 s`. */
export function stepsText(state: RealizationProgress): string {
  const stages = [...state.stages.values()];
  if (stages.length < 2) return "";
  const notable = stages.filter((stage) => stage.state !== "reused");
  const reused = stages.filter((stage) => stage.state === "reused");
  const many = reused.length > 6;
  const parts = [
    ...(many ? [`${reused.length} stages reused`] : reused.map(({ name }) => `${name} reused`)),
    ...notable
      .slice(0, maxRows)
      .map((stage) => `${stage.name} ${stage.state} in ${formatDuration(stage.spentMs)}`),
  ];
  return parts.join(" · ");
}

// Of a large closure, what is over and done with is only counted.
function rowsOf(
  state: RealizationProgress,
  end?: ProgressEnd,
): { shown: readonly StageProgress[]; summary: string } {
  const stages = [...state.stages.values()];
  if (stages.length <= maxRows) return { shown: stages, summary: "" };
  const weight: Readonly<Record<StageState, number>> = {
    failed: 0,
    running: 1,
    waiting: 2,
    cancelled: 3,
    built: 4,
    queued: 5,
    reused: 6,
  };
  const chosen = new Set([...stages].sort((a, b) => weight[a.state] - weight[b.state]).slice(0, maxRows));
  const counts = new Map<string, number>();
  for (const stage of stages) {
    const word = label(stage.state, end);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const listed = [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
  return {
    shown: stages.filter((stage) => chosen.has(stage)),
    summary: `${counted(stages.length, "stage")}: ${listed}`,
  };
}

function badgeOf(state: RealizationProgress, nowMs: number, end: ProgressEnd | undefined): Badge {
  const elapsed = formatDuration(nowMs - state.startedMs);
  if (end === "failed") return { text: `failed after ${elapsed}`, tone: "bad" };
  if (end === "interrupted")
    return { text: `interrupted after ${elapsed}; finished work is kept`, tone: "warn" };
  if (end === "planned") return planBadge(state);
  const over = [...state.stages.values()].filter(
    ({ state: one }) => one === "reused" || one === "built",
  ).length;
  const left = remainingOfAllMs(state, nowMs);
  const estimate = left === undefined ? "" : ` · ${formatEstimate(left)}`;
  const count = `${over} of ${counted(state.stages.size, "stage")}`;
  return { text: `running · ${count} · ${elapsed}${estimate}`, tone: "acc" };
}

function planBadge({ stages }: RealizationProgress): Badge {
  const would = [...stages.values()].filter(({ state }) => state === "queued").length;
  const text = would === 0 ? "would reuse everything" : `would run ${would}, reuse ${stages.size - would}`;
  return { text, tone: would === 0 ? "good" : "acc" };
}

function stageRow(stage: StageProgress, { state, nowMs, end }: Moment): Html {
  const bar = isActive(stage) || stage.state === "failed" ? barHtml(barOf(stage), stage.state) : undefined;
  const { rows, more } = runRows(stage);
  // Of several runs, each has its own last word.
  const isSpeaking = stage.state === "running" && rows.length === 0;
  const lines = state.labels === undefined ? maxLogLines : 1;
  return html`<tr>
      <td>
        <span class="l-state l-${tones[stage.state]}">${marks[stage.state]} ${label(stage.state, end)}</span>
      </td>
      <td>${nameHtml(stage)}</td>
      <td>${bar}</td>
      ${aboutCell(end === "planned" ? (state.whys?.get(stage.dref) ?? "") : aboutOf(stage, state, nowMs))}
    </tr>
    ${isSpeaking ? printedHtml(stage, lines) : undefined}${rows.map((run) => runRow(run, nowMs))}
    ${more === "" ? undefined : plainRow(more)}`;
}

function runRow(run: RunProgress, nowMs: number): Html {
  return html`<tr>
      <td></td>
      <td class="l-mut">run ${run.run}</td>
      <td>${barHtml(barOfRun(run), "running")}</td>
      ${aboutCell(aboutRun(run, nowMs))}
    </tr>
    ${printedHtml(run, 1)}`;
}

// While it runs, cut where the line ends: a text that wraps now and then would have all below it jump.
function aboutCell(about: string): Html {
  return html`<td class="l-mut l-rest" title="${about}">${about}</td>`;
}

function plainRow(text: string): Html {
  return html`<tr>
    <td></td>
    <td class="l-mut" colspan="3">${text}</td>
  </tr>`;
}

function printedHtml(of: Pick<StageProgress, "log">, lines: number): Content {
  const log = logTail(of, lines).map((line) => shorten(line, 160));
  if (log.length === 0) return undefined;
  return html`<tr>
    <td class="l-rest" colspan="4"><pre class="${`l-text l-lines${lines}`}">${log.join("\n")}</pre></td>
  </tr>`;
}

// Of a point, what tells it apart from the others says more than its address.
function nameHtml(stage: StageProgress): Html {
  return stage.label === undefined
    ? html`<span class="l-point"
        >${stage.name} <code class="l-hash" title="${stage.dref}">${shortHash(stage.dref)}</code></span
      >`
    : html`<span class="l-point" title="${stage.dref}">${stage.label}</span>`;
}

// All points of a sweep at a glance, in the order of its grid.
function pointsHtml({ labels, stages }: RealizationProgress): Content {
  if (labels === undefined || stages.size === 0) return undefined;
  const points = [...labels].slice(0, maxPoints).map(([dref, point]) => {
    const state = stages.get(dref)?.state ?? "queued";
    const tone = state === "reused" ? "good l-dim" : tones[state];
    return html`<i class="l-${tone}" title="${point}: ${state}"></i>`;
  });
  return html`<div class="l-points" aria-hidden="true">${points}</div>`;
}

function barHtml(bar: Bar | undefined, state: StageState): Content {
  if (bar === undefined) return undefined;
  const percent = Math.round(fractionOf(bar) * 100);
  const tone = state === "failed" ? "bad" : "acc";
  return html`<span class="l-bar l-${tone}" title="${percent} %"><i style="width:${percent}%"></i></span>`;
}

function stageCells(stage: StageProgress, { state, nowMs, end }: Moment): string[] {
  return [
    `${marks[stage.state]} ${label(stage.state, end)}`,
    stage.label ?? stage.name,
    shortHash(stage.dref),
    isActive(stage) ? textBar(barOf(stage)) : "",
    end === "planned" ? (state.whys?.get(stage.dref) ?? "") : aboutOf(stage, state, nowMs),
  ];
}

function runCells(stage: StageProgress, nowMs: number): string[][] {
  const { rows, more } = runRows(stage);
  const cells = rows.map((run) => ["", `  run ${run.run}`, "", textBar(barOfRun(run)), aboutRun(run, nowMs)]);
  return more === "" ? cells : [...cells, ["", `  ${more}`, "", "", ""]];
}

function textBar(bar: Bar | undefined): string {
  if (bar === undefined) return "";
  const filled = Math.round(fractionOf(bar) * barCells);
  return `${"█".repeat(filled)}${"░".repeat(barCells - filled)}`;
}

const tones: Readonly<Record<StageState, string>> = {
  queued: "mut",
  waiting: "warn",
  running: "acc",
  reused: "mut",
  built: "good",
  failed: "bad",
  cancelled: "mut",
};

/** The badge of a finished realization. */
export function doneBadge(state: RealizationProgress, nowMs: number): Badge {
  const text = summaryOf(state);
  const isReuse = text.startsWith("reused");
  return { text: isReuse ? text : `${text} · ${formatDuration(nowMs - state.startedMs)}`, tone: "good" };
}
