import type { DRef, Json, RunReason, TextDiff } from "../../core/index.ts";
import { fieldText, listed, reasonText, valueText } from "../../core/explain/reason-text.ts";
import { madeInText } from "../../core/explain/made-in.ts";
import { nameOf, shortHash } from "../../core/ref.ts";
import { environmentText } from "../../core/stage/environment.ts";
import {
  reasonLabel,
  dependencyOf,
  type ExplanationFacts,
  type ShownDerivation,
  type ShownReason,
} from "../facts/explanation.ts";
import type { MimeBundle } from "../host.ts";
import { bundle } from "./bundle.ts";
import { diffHtml } from "./diff.ts";
import {
  explanationBadge,
  explanationText,
  followersText,
  onlyOnce,
  reusedElsewhere,
} from "./explanation-text.ts";
import { html } from "./html.ts";
import type { Content, Html } from "./html.ts";
import { headerHtml, notesHtml, timeHtml } from "./realization.ts";
import { targetsTitle } from "./targets-title.ts";

/** How an explanation is shown. */
export interface ExplanationViewOptions {
  readonly now: Date;
  /** Warnings, below the title. */
  readonly notes?: readonly string[];
}

/** The view of an explanation: what would run and why, with old and new values and code, and what would be reused, on one line. */
export function explanationView(
  facts: ExplanationFacts,
  { now, notes = [] }: ExplanationViewOptions,
): MimeBundle {
  const badge = explanationBadge(facts);
  const header = headerHtml({ ...targetsTitle(facts.targets), kind: "explain", badge });
  const isFirst = onlyOnce();
  return bundle({
    html: html`${header}${notesHtml([...notes, ...facts.warnings])}
    ${facts.shown.filter(({ state }) => state !== "reused").map((one) => derivationHtml(one, { now, isFirst }))}
    ${reusedElsewhere(facts).map((line) => html`<p class="l-facts">${line}</p>`)}${restHtml(facts)}`,
    text: [explanationText(facts, { now }), ...notes].join("\n"),
  });
}

interface Ground {
  readonly now: Date;
  /** Whether a diff is seen for the first time: nine stages with the same code need it once. */
  readonly isFirst: (diff: TextDiff) => boolean;
}

function derivationHtml(one: ShownDerivation, ground: Ground): Html {
  const { dref, name, state, message, reasons, earlier, madeIn } = one;
  const mark =
    state === "would-fail"
      ? html`<span class="l-bad">✗ would fail</span>`
      : html`<span class="l-acc">▸ would run</span>`;
  const against =
    earlier === undefined
      ? undefined
      : html`<span class="l-mut"
          >against <code class="l-hash" title="${earlier.dref}">${shortHash(earlier.dref)}</code>${
            earlier.built && html`, built ${timeHtml(earlier.built, ground.now)}`
          }${madeIn && ` with ${madeInText(madeIn)}`}</span
        >`;
  const error = message === undefined ? undefined : html`<div class="l-error">${message}</div>`;
  return html`<div class="l-why" id="${anchorOf(dref)}">
    <div class="l-whyhead">
      ${mark} <b>${name}</b> <code class="l-hash" title="${dref}">${shortHash(dref)}</code> ${against}
    </div>
    ${error}${reasonsHtml(reasons, ground)}
  </div>`;
}

function reasonsHtml(reasons: readonly ShownReason[], ground: Ground): Content {
  if (reasons.length === 0) return undefined;
  return html`<table class="l-fields">
    <tbody>
      ${reasons.map((one) => reasonRow(one, ground))}
    </tbody>
  </table>`;
}

function reasonRow(one: ShownReason, ground: Ground): Html {
  const { reason, inner } = one;
  const diff = "diff" in reason ? reason.diff : undefined;
  const shown =
    diff === undefined
      ? undefined
      : ground.isFirst(diff)
        ? diffHtml(diff)
        : html`<span class="l-mut">as above</span>`;
  return html`<tr>
    <th>${reasonLabel(one)}</th>
    <td>${whatHtml(one)} ${shown}${reasonsHtml(inner, ground)}</td>
  </tr>`;
}

function whatHtml({ reason, see }: ShownReason): Content {
  switch (reason.type) {
    case "config-changed":
    case "captured-changed":
      return "diff" in reason
        ? reasonText(reason)
        : html`<code>${fieldText(reason.path)}</code> ${valuesHtml(reason)}`;
    case "version-changed":
      return valuesHtml(reason);
    case "package-changed":
      return reason.before === undefined && reason.after === undefined
        ? reasonText(reason)
        : html`<code>${reason.name}</code>
            ${valuesHtml(reason, (version) => (typeof version === "string" ? version : valueText(version)))}`;
    case "environment-changed":
      return html`<code>${reason.name}</code>
        ${valuesHtml(reason, (value) => environmentText(reason.name, value as string | null))}`;
    case "source-changed":
      return reason.presence === "changed" ? "the realizer changed" : reasonText(reason);
    case "helper-changed":
      return helperHtml(reason);
    case "dependency-changed":
    case "dependency-would-run":
    case "dependency-rerealized":
      return html`${reasonText(reason)}${seeHtml(reason, see)}`;
    case "never-realized":
    case "forced":
    case "matcher-asks-more":
    case "failed-before":
    case "half-outcome":
      return reasonText(reason);
  }
}

function helperHtml({ kind, name, parts, presence }: RunReason & { readonly type: "helper-changed" }): Html {
  const what = presence === "changed" ? "changed" : presence === "added" ? "is new" : "is gone";
  return kind === "statements"
    ? html`what its module does at once ${what}`
    : html`${parts && html`<code>${listed(parts)}</code> of `}${kind} <code>${name}</code> ${what}`;
}

interface Values {
  readonly before?: Json;
  readonly after?: Json;
}

function valuesHtml({ before, after }: Values, text: (value: Json) => string = valueText): Content {
  const old = before === undefined ? undefined : html`<code class="l-old">${text(before)}</code>`;
  const now = after === undefined ? undefined : html`<code class="l-new">${text(after)}</code>`;
  if (old === undefined) return now && html`is new: ${now}`;
  return now === undefined ? html`is gone, it was ${old}` : html`${old} → ${now}`;
}

// Who reads the row of the very one below knows its name already.
function seeHtml(reason: RunReason, see: readonly DRef[]): Content {
  if (see.length === 0) return undefined;
  const own = dependencyOf(reason);
  const links = see.map(
    (dref) => html` <a href="#${anchorOf(dref)}">${dref === own ? "why" : nameOf(dref)}</a>`,
  );
  return html`<span class="l-mut">${see[0] === own ? ":" : ", by way of"}</span>${links}`;
}

function restHtml({ shown, more, followers, reused }: ExplanationFacts): Content {
  const isAll = shown.every(({ state }) => state === "reused");
  return [
    more === 0
      ? undefined
      : html`<p class="l-facts">and ${more} more that would run for reasons of their own</p>`,
    foldedHtml(followers, followersText(followers)),
    isAll && reused.length === 1 ? undefined : foldedHtml(reused, `${reused.length} would be reused`),
  ];
}

const maxNames = 200;

function foldedHtml(drefs: readonly DRef[], summary: string): Content {
  if (drefs.length === 0) return undefined;
  const names = drefs
    .slice(0, maxNames)
    .map((dref) => html`${nameOf(dref)} <code class="l-hash" title="${dref}">${shortHash(dref)}</code> `);
  const rest = drefs.length > maxNames ? `and ${drefs.length - maxNames} more` : "";
  return html`<details class="l-folded">
    <summary class="l-mut">${summary}</summary>
    <div>${names}${rest}</div>
  </details>`;
}

// Two explanations of one stage in a page would else have the same targets; then the first one is meant, which says the same.
function anchorOf(dref: DRef): string {
  return `lnx-why-${shortHash(dref)}`;
}
