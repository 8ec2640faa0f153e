import { shortHash } from "../../core/ref.ts";
import type { StageFacts } from "../facts/stage.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { configView, sourceHash } from "./config.ts";
import { counted } from "./format.ts";
import { html } from "./html.ts";
import { headerHtml, notesHtml } from "./realization.ts";
import type { Badge } from "./realization.ts";
import { indented } from "./text-table.ts";

/** The view of a stage or derivation: its address, config and dependencies, and whether it would run. */
export function stageView(facts: StageFacts, warnings: readonly string[] = []): MimeBundle {
  const notes = [...warnings, ...notesOf(facts)];
  const badge = badgeOf(facts);
  const hash = shortHash(facts.dref);
  const config = configView(facts.config);
  const about = aboutOf(facts);
  const dependencies = dependenciesView(facts.dependencies);
  return bundle({
    html: html`${headerHtml({ name: facts.name, kind: facts.kind, address: facts.dref, hash, badge })}${notesHtml(notes)}
      <p class="l-facts">${about}</p>
      <div class="l-cols">
        <div>
          <p class="l-h"><b>Config</b></p>
          ${config.html}
        </div>
        ${dependencies?.html}
      </div>`,
    text: [
      `${facts.name}  ${hash}  (${facts.kind})  ${badge.text}`,
      ...notes,
      about,
      "config",
      indented(config.text),
      ...(dependencies === undefined ? [] : ["depends on", indented(dependencies.text)]),
    ].join("\n"),
  });
}

function dependenciesView(dependencies: StageFacts["dependencies"]): View | undefined {
  if (dependencies.length === 0) return undefined;
  const rows = dependencies.map(({ name, dref, outcomes }) => ({
    name,
    dref,
    hash: shortHash(dref),
    outcomes: counted(outcomes, "outcome"),
  }));
  return {
    html: html`<div>
      <p class="l-h"><b>Depends on</b></p>
      <table class="l-fields">
        <tbody>
          ${rows.map(
            ({ name, dref, hash, outcomes }) =>
              html`<tr>
                <td>${name}</td>
                <td><code class="l-hash" title="${dref}">${hash}</code></td>
                <td class="l-mut">${outcomes}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`,
    text: rows.map(({ name, hash, outcomes }) => `${name}  ${hash}  ${outcomes}`).join("\n"),
  };
}

function badgeOf({ kind, outcomes, chosen, problem }: StageFacts): Badge {
  if (problem !== undefined && chosen === 0)
    return { text: `${counted(outcomes, "outcome")}, none chosen`, tone: "warn" };
  if (outcomes === 0) return { text: kind === "stage" ? "not realized yet" : "no outcomes yet", tone: "acc" };
  if (kind === "derivation") return { text: counted(outcomes, "outcome"), tone: "plain" };
  return chosen > 0
    ? { text: `${counted(outcomes, "outcome")}, ${chosen} chosen`, tone: "good" }
    : { text: `${counted(outcomes, "outcome")}, none chosen: would run`, tone: "acc" };
}

function notesOf({ chosen, problem, metric }: StageFacts): string[] {
  const isCost =
    metric?.order === "max" && /loss|err(?:or)?s?(?:$|[^a-z])|cost|perplexity/iu.test(metric.key);
  return [
    ...(problem !== undefined && chosen === 0 ? [`none chosen: ${problem}`] : []),
    ...(isCost
      ? [`the matcher takes the largest "${metric.key}": for the smallest, give best() order: "min"`]
      : []),
  ];
}

function aboutOf({ matcher, metric, outs, config, code: taken }: StageFacts): string {
  const code = sourceHash(config);
  return [
    ...(matcher === undefined ? [] : [`matcher ${matcher}${orderOf(metric)}`]),
    ...(outs === 1 ? [] : [`${outs} outcomes a run`]),
    code === undefined ? "code is no part of it" : `code ${code}`,
    ...(taken === undefined
      ? []
      : [taken.open === undefined ? "closed" : `open: ${firstSentence(taken.open)}`]),
  ].join(" · ");
}

function firstSentence(text: string): string {
  return text.split(/\. (?=[A-Z])/u)[0] ?? text;
}

function orderOf(metric: StageFacts["metric"]): string {
  if (metric === undefined) return "";
  return metric.order === "max" ? ": the largest (max)" : ": the smallest (min)";
}
