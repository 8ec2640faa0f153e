import type { DRef, TextDiff } from "../../core/index.ts";
import { reasonText } from "../../core/explain/reason-text.ts";
import { madeInText } from "../../core/explain/made-in.ts";
import { nameOf, shortHash } from "../../core/ref.ts";
import { dependencyOf } from "../facts/explanation.ts";
import type { ExplanationFacts, ShownDerivation, ShownReason } from "../facts/explanation.ts";
import { maxDiffLines } from "./diff.ts";
import { counted, formatAgo } from "./format.ts";
import type { Badge } from "./realization.ts";
import { targetsTitle } from "./targets-title.ts";

/** Gives a piece of text its look on a terminal. */
export type PaintText = (
  style: "plain" | "good" | "bad" | "warn" | "accent" | "muted" | "strong",
  text: string,
) => string;

/** How an explanation is written. */
export interface ExplanationTextOptions {
  readonly now: Date;
  /** No look unless given. */
  readonly paint?: PaintText;
}

/** An explanation as text. */
export function explanationText(
  facts: ExplanationFacts,
  { now, paint = (_, text) => text }: ExplanationTextOptions,
): string {
  const { name, hash } = targetsTitle(facts.targets);
  const badge = explanationBadge(facts);
  const title = paint("strong", name) + (hash === undefined ? "" : `  ${paint("muted", hash)}`);
  const isFirst = onlyOnce();
  return [
    `${title}  ${paint(badge.tone === "good" ? "good" : badge.tone === "bad" ? "bad" : "accent", badge.text)}`,
    ...facts.shown
      .filter(({ state }) => state !== "reused")
      .flatMap((one) => ["", ...derivationLines(one, { now, paint, isFirst })]),
    ...facts.warnings.map((line) => paint("warn", line)),
    ...reusedElsewhere(facts).map((line) => paint("muted", line)),
    ...restLines(facts, paint),
  ].join("\n");
}

/** Of targets that would be reused and were made in another environment, in which. */
export function reusedElsewhere({ elsewhere, targets }: ExplanationFacts): string[] {
  return elsewhere.map(
    ({ name, madeIn = [] }) => `${targets.length > 1 ? `${name} was ` : ""}made with ${madeInText(madeIn)}`,
  );
}

/** What would happen, in a few words. */
export function explanationBadge({ wouldRun, wouldFail, reused }: ExplanationFacts): Badge {
  const all = counted(wouldRun + wouldFail + reused.length, "stage");
  if (wouldFail > 0) return { text: `${wouldFail} of ${all} would fail`, tone: "bad" };
  if (wouldRun === 0) return { text: "would reuse everything", tone: "good" };
  return { text: `would run ${wouldRun}, reuse ${reused.length}`, tone: "acc" };
}

/** Tells whether something is the first of its kind: nine stages with the same code need its diff once. */
export function onlyOnce(): (diff: TextDiff) => boolean {
  const seen = new Set<string>();
  return (diff) => {
    const text = JSON.stringify(diff);
    return !seen.has(text) && seen.add(text) !== undefined;
  };
}

/** How many would run for no reason of their own. */
export function followersText({ length }: readonly DRef[]): string {
  return `${length} would run only because of what ${length === 1 ? "it depends" : "they depend"} on`;
}

interface Ground {
  readonly now: Date;
  readonly paint: PaintText;
  readonly isFirst: (diff: TextDiff) => boolean;
}

function derivationLines(one: ShownDerivation, ground: Ground): string[] {
  const { dref, name, state, message, reasons, earlier, madeIn } = one;
  const { paint } = ground;
  const mark = state === "would-fail" ? paint("bad", "✗ would fail") : paint("accent", "▸ would run");
  const built = earlier?.built === undefined ? "" : `, built ${formatAgo(earlier.built, ground.now)}`;
  const elsewhere = madeIn === undefined ? "" : ` with ${madeInText(madeIn)}`;
  const against =
    earlier === undefined ? "" : paint("muted", `  against ${shortHash(earlier.dref)}${built}${elsewhere}`);
  return [
    `${mark}  ${paint("strong", name)}  ${paint("muted", shortHash(dref))}${against}`,
    ...(message === undefined ? [] : message.split("\n").map((line) => `    ${paint("bad", line)}`)),
    ...reasons.flatMap((reason) => reasonLines(reason, ground, "    ")),
  ];
}

function reasonLines(one: ShownReason, ground: Ground, indent: string): string[] {
  const { reason, see, inner } = one;
  const diff = "diff" in reason ? reason.diff : undefined;
  return [
    `${indent}${ground.paint("plain", reasonText(reason))}${seeText(one, see, ground.paint)}`,
    ...(diff === undefined ? [] : diffLines(diff, ground).map((line) => `${indent}  ${line}`)),
    ...inner.flatMap((deeper) => reasonLines(deeper, ground, `${indent}  `)),
  ];
}

function seeText({ reason }: ShownReason, see: readonly DRef[], paint: PaintText): string {
  const own = dependencyOf(reason);
  if (see.length === 0) return "";
  return paint("muted", see.includes(own as DRef) ? " (above)" : `, by way of ${see.map(nameOf).join(", ")}`);
}

/** A diff as lines of text; one that was there before is not repeated. */
export function diffLines(diff: TextDiff, { paint, isFirst }: Ground): string[] {
  if (!isFirst(diff)) return [paint("muted", "as above")];
  const lines = diff.slice(0, maxDiffLines).map(({ kind, text }) => {
    switch (kind) {
      case "removed":
        return paint("bad", `- ${text}`);
      case "added":
        return paint("good", `+ ${text}`);
      case "same":
        return paint("muted", `  ${text}`);
      case "gap":
        return paint("muted", "  ...");
    }
  });
  return diff.length > maxDiffLines ? [...lines, `… ${diff.length - maxDiffLines} more lines`] : lines;
}

function restLines(
  { more, followers, reused, wouldRun, wouldFail }: ExplanationFacts,
  paint: PaintText,
): string[] {
  const lines = [
    ...(more > 0 ? [`and ${more} more that would run for reasons of their own`] : []),
    ...(followers.length > 0 ? [`${followersText(followers)}: ${namesText(followers)}`] : []),
    ...(reused.length > 0 && wouldRun + wouldFail > 0
      ? [`${reused.length} would be reused: ${namesText(reused)}`]
      : []),
  ];
  return lines.length === 0 ? [] : ["", ...lines.map((line) => paint("muted", line))];
}

const maxNames = 8;

function namesText(drefs: readonly DRef[]): string {
  const names = drefs.slice(0, maxNames).map(nameOf);
  return drefs.length > maxNames
    ? `${names.join(", ")} and ${drefs.length - maxNames} more`
    : names.join(", ");
}
