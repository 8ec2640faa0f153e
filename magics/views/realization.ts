import { shortHash } from "../../core/ref.ts";
import type { RRef } from "../../core/ref.ts";
import type { DependencyFacts, RealizationFacts, RealizationRecord } from "../facts/realization.ts";
import type { MimeBundle } from "../host.ts";
import { artifactsView } from "./artifacts.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { configView, sourceHash } from "./config.ts";
import { formatAgo, formatBytes, formatDuration, formatMinute } from "./format.ts";
import { html } from "./html.ts";
import { printedView } from "./replay.ts";
import type { Content, Html } from "./html.ts";
import { indented } from "./text-table.ts";

/** How a realization is shown. */
export interface RealizationViewOptions {
  readonly now: Date;
  /** What happened to it just now, such as `reused, built nothing`. */
  readonly badge?: Badge;
  /** A line on what happened to it and what it depends on, below the title. */
  readonly steps?: string;
  /** Warnings, below that. */
  readonly notes?: readonly string[];
  /** What its realizer printed, which is left out unless given. */
  readonly printed?: string;
}

/** A few words in a corner of a view; the tone is for the eye, the words say it. */
export interface Badge {
  readonly text: string;
  readonly tone: "good" | "bad" | "warn" | "acc" | "plain";
}

/** The view of a realization: where it comes from, its config, its dependencies, and its artifacts with previews. */
export function realizationView(facts: RealizationFacts, options: RealizationViewOptions): MimeBundle {
  const body = realizationBody(facts, options);
  return bundle(body, anchorOf(facts.rref));
}

/** The view of a realization as a part of another view. */
export function realizationBody(
  facts: RealizationFacts,
  { now, badge, steps = "", notes = [], printed = "" }: RealizationViewOptions,
): View {
  const log = printedView(printed);
  const links = new Map(facts.dependencies.map((one) => [one.dref as string, dependencyAnchor(facts, one)]));
  const config = configView(facts.config, { link: (dref) => link(links.get(dref)) });
  const artifacts = artifactsView(facts.artifacts, facts.promised);
  const dependencies = facts.dependencies.map((one) => dependencyHtml(facts, one, now));
  const made =
    facts.dependencies.length === 0
      ? undefined
      : html`<div>
          <p class="l-h"><b>Made from</b></p>
          ${dependencies}
        </div>`;
  return {
    html: html`${realizationHeader(facts, badge)}${stepsHtml(steps)}${notesHtml(notes)}${recordFacts(facts, now)}${log?.html}
      <div class="l-cols">
        <div>
          <p class="l-h"><b>Config</b></p>
          ${config.html}
        </div>
        ${made}
      </div>
      <p class="l-h"><b>Artifacts</b></p>
      ${artifacts.html}
      <p class="l-facts"><code>${facts.path}</code></p>`,
    text: realizationText(facts, { now, steps, notes, ...(badge && { badge }) }, [
      ...(log === undefined ? [] : ["printed", indented(log.text)]),
      "config",
      indented(config.text),
      ...madeText(facts),
      "artifacts",
      indented(artifacts.text),
    ]),
  };
}

/** The first line of everything that shows a realization. */
function realizationHeader(facts: RealizationRecord, badge: Badge | undefined): Html {
  return headerHtml({
    name: facts.name,
    kind: "realization",
    address: facts.rref,
    hash: shortHash(facts.rref),
    badge,
  });
}

/** What {@link headerHtml} shows. */
export interface Header {
  readonly name: string;
  readonly kind?: string;
  readonly address?: string;
  readonly hash?: string;
  readonly badge?: Badge | undefined;
}

/** The first line of a view: a name, what it is, its short hash, and a badge. The blanks between are for where there is no style. */
export function headerHtml({ name, kind, address, hash, badge }: Header): Html {
  const what = kind === undefined ? undefined : html` <span class="l-kind">${kind}</span>`;
  const short =
    hash === undefined ? undefined : html` <code class="l-hash" title="${address}">${hash}</code>`;
  return html`<header><b class="l-name">${name}</b>${what}${short}${badgeHtml(badge)}</header>`;
}

/** A badge; nothing for none. */
function badgeHtml(badge: Badge | undefined): Content {
  return badge === undefined ? undefined : html` <em class="l-badge l-${badge.tone}">${badge.text}</em>`;
}

/** The line on what happened; nothing for none. */
export function stepsHtml(steps: string): Content {
  return steps === "" ? undefined : html`<p class="l-facts">${steps}</p>`;
}

/** Warnings, each on a line of its own; nothing for none. */
export function notesHtml(notes: readonly string[]): Content {
  return notes.map((note) => html`<p class="l-facts l-warn">${note}</p>`);
}

/** A time as people say it, with the exact one in its title. */
export function timeHtml(date: Date, now: Date): Html {
  if (Number.isNaN(date.getTime())) return html`<span>at an unknown time</span>`;
  const iso = date.toISOString();
  return html`<time datetime="${iso}" title="${iso}">${formatAgo(date, now)}</time>`;
}

/** The id under which a realization's view can be linked to. */
function anchorOf(rref: RRef): string {
  return `lnx-${shortHash(rref)}`;
}

function recordFacts(facts: RealizationRecord, now: Date): Html {
  const stopped = new Date(facts.record.stopped);
  const code = sourceHash(facts.config);
  const source = code === undefined ? undefined : html` · code <code>${code}</code>`;
  return html`<p class="l-facts">
    built ${timeHtml(stopped, now)} (${formatMinute(stopped)}) · took ${took(facts)} ·
    ${formatBytes(facts.sizeBytes)} · by ${who(facts)}${source}
  </p>`;
}

function dependencyHtml(facts: RealizationFacts, dependency: DependencyFacts, now: Date): Html {
  const id = dependencyAnchor(facts, dependency);
  const inner = dependency.realizations.map(
    (one) =>
      html`<div>
        ${recordFacts(one, now)}${configView(one.config).html}
        <p class="l-facts"><code>${one.path}</code></p>
      </div>`,
  );
  const hashes = dependency.realizations.map(
    (one) => html` <code class="l-hash" title="${one.rref}">${shortHash(one.rref)}</code>`,
  );
  return html`<details id="${id}">
    <summary>${dependency.name}${hashes}</summary>
    ${inner}
  </details>`;
}

// Unique in a page that shows several realizations with one dependency in common.
function dependencyAnchor(facts: RealizationRecord, { dref }: DependencyFacts): string {
  return `${anchorOf(facts.rref)}-${shortHash(dref)}`;
}

function link(anchor: string | undefined): string | undefined {
  return anchor === undefined ? undefined : `#${anchor}`;
}

function realizationText(
  facts: RealizationFacts,
  { now, badge, steps = "", notes = [] }: RealizationViewOptions,
  parts: readonly string[],
): string {
  const stopped = new Date(facts.record.stopped);
  return [
    `${facts.name}  ${shortHash(facts.rref)}  (realization)${badge === undefined ? "" : `  ${badge.text}`}`,
    ...(steps === "" ? [] : [steps]),
    ...notes,
    `built ${formatAgo(stopped, now)} (${formatMinute(stopped)}) · took ${took(facts)} · ${formatBytes(facts.sizeBytes)} · by ${who(facts)}`,
    ...parts,
    facts.path,
  ].join("\n");
}

function madeText({ dependencies }: RealizationFacts): string[] {
  const made = dependencies.map(
    ({ name, realizations }) => `  ${name}  ${realizations.map(({ rref }) => shortHash(rref)).join(" ")}`,
  );
  return made.length === 0 ? [] : ["made from", ...made];
}

function took({ record }: RealizationRecord): string {
  return formatDuration(Date.parse(record.stopped) - Date.parse(record.started));
}

function who({ record }: RealizationRecord): string {
  const hand = record["hand"] === true ? ", by hand" : "";
  return `${record.user}@${record.host}${hand}`;
}
