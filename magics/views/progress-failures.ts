import type { StageProgress } from "../stage-progress.ts";
import { html } from "./html.ts";
import type { Content } from "./html.ts";
import { endOfLog, reasonOf } from "./progress-words.ts";

// What was stopped can be gone on with, and there is no error to say so.
function leftText({ state, name, keptAt }: StageProgress): string | undefined {
  if (state !== "cancelled" || keptAt === undefined) return undefined;
  return `What ${name} had made so far is kept, with its log: ${keptAt} (%log ${name} shows it, %pause ${name} --failed goes on with it)`;
}

/** Why each failed: a reason that several have is told with the first of them. */
export function reasonsOf(stages: readonly StageProgress[]): (stage: StageProgress) => string {
  const first = new Map<string, StageProgress>();
  for (const stage of stages) {
    const reason = stage.state === "failed" ? reasonOf(stage.error) : "";
    if (!first.has(reason)) first.set(reason, stage);
  }
  return (stage) => {
    const reason = reasonOf(stage.error);
    const other = first.get(reason);
    return other === undefined || other === stage || other.name !== stage.name
      ? reason
      : `the same as ${other.label ?? other.name}`;
  };
}

/** How a stage ended that was not done, with the end of its log. */
export function failureHtml(stage: StageProgress, reason: string, namesFolder: boolean): Content {
  const left = leftText(stage);
  if (left !== undefined) return html`<p class="l-facts">${left}</p>`;
  if (stage.state !== "failed") return undefined;
  const { keptAt } = stage;
  const log = endOfLog(stage);
  const tail =
    log.length === 0
      ? undefined
      : html`<p class="l-h"><b>The end of its log</b></p>
          <pre class="l-text l-whole">${log.join("\n")}</pre>`;
  const kept =
    keptAt === undefined || !namesFolder
      ? undefined
      : html`<p class="l-facts">Its output folder was kept: <code>${keptAt}</code></p>`;
  return html`<div class="l-error">${stage.name}${labelText(stage)}: ${reason}</div>
    ${tail}${kept}`;
}

/** The same as lines of text. */
export function failureText(stage: StageProgress, reason: string, namesFolder: boolean): string[] {
  const left = leftText(stage);
  if (left !== undefined) return [left];
  if (stage.state !== "failed") return [];
  const log = endOfLog(stage).map((line) => `  | ${line}`);
  return [
    `${stage.name}${labelText(stage)}: ${reason}`,
    ...log,
    ...(stage.keptAt === undefined || !namesFolder ? [] : [`Its output folder was kept: ${stage.keptAt}`]),
  ];
}

function labelText(stage: StageProgress): string {
  return stage.label === undefined ? "" : ` (${stage.label})`;
}
