import { canonicalJson } from "../canonical.ts";
import type { Json } from "../config.ts";
import { isDRef, nameOf, shortHash, type RRef } from "../ref.ts";
import { environmentText } from "../stage/environment.ts";
import type { ConfigPath, RunReason } from "./change.ts";
import type { TextDiff } from "./text-diff.ts";

// Of a module that was rewritten, more names would tell no more.
const MOST_NAMES = 4;

/** A reason in words, on one line: `lr 0.1 -> 0.01`. */
export function reasonText(reason: RunReason): string {
  switch (reason.type) {
    case "never-realized":
      return "never realized";
    case "config-changed":
      return reason.diff === undefined
        ? `${fieldText(reason.path)} ${changeText(reason)}`
        : `its text changed (${diffCount(reason.diff)})`;
    case "captured-changed":
      return `captured ${fieldText(reason.path)} ${changeText(reason)}`;
    case "version-changed":
      return `version ${changeText(reason)}`;
    case "environment-changed":
      return `environment: ${reason.name} ${changeText(reason, (value) => environmentText(reason.name, value))}`;
    case "source-changed":
      return `its code ${presenceText(reason)}`;
    case "helper-changed":
      return helperText(reason);
    case "package-changed":
      return packageText(reason);
    case "dependency-changed":
      return dependencyText(reason);
    case "dependency-rerealized":
      return `another outcome of ${nameOf(reason.dependency)} counts: ${rrefsText(reason.before)} -> ${rrefsText(reason.after)}`;
    case "dependency-would-run":
      return `${nameOf(reason.dependency)} would run`;
    case "matcher-asks-more":
      return matcherText(reason);
    case "forced":
      return reason.outcomes === 1
        ? "a new outcome is asked for"
        : `${reason.outcomes} new outcomes are asked for`;
    case "failed-before":
      return `it failed before: ${shortened(reason.error)}`;
    case "half-outcome":
      return `${reason.paths.length === 1 ? "the folder of an outcome is" : `the folders of ${reason.paths.length} outcomes are`} not whole: ${reason.paths[0]}`;
  }
}

/** A field as one would write it in TypeScript: `layers[2].size`. */
export function fieldText(path: ConfigPath): string {
  const steps = path.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return steps.join("").replace(/^\./u, "");
}

/** A value on part of a line, long ones cut. */
export function valueText(value: Json): string {
  if (isDRef(value)) return `${nameOf(value)} ${shortHash(value)}`;
  return shortened(typeof value === "string" ? JSON.stringify(value) : canonicalJson(value));
}

/** How many lines a diff takes away and adds: `-1 +2`. */
function diffCount(diff: TextDiff): string {
  const count = (kind: string): number => diff.filter((line) => line.kind === kind).length;
  return `-${count("removed")} +${count("added")}`;
}

const MOST_CHARACTERS = 60;

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/gu, " ");
  const points = Array.from(line.slice(0, 2 * MOST_CHARACTERS + 2));
  return points.length <= MOST_CHARACTERS ? line : `${points.slice(0, MOST_CHARACTERS - 1).join("")}…`;
}

function changeText<T extends Json>(
  { before, after }: { readonly before?: T; readonly after?: T },
  text: (value: T) => string = valueText,
): string {
  if (before === undefined) return after === undefined ? "changed" : `is new: ${text(after)}`;
  return after === undefined ? `is gone (it was ${text(before)})` : `${text(before)} -> ${text(after)}`;
}

function presenceText({ presence, diff }: { readonly presence: string; readonly diff?: TextDiff }): string {
  if (presence === "added") return "is new";
  if (presence === "removed") return "is gone";
  return diff === undefined ? "changed" : `changed (${diffCount(diff)})`;
}

function helperText(reason: RunReason & { readonly type: "helper-changed" }): string {
  const { kind, name, parts } = reason;
  const which = parts === undefined ? "" : `${listed(parts)} of `;
  if (kind !== "statements") return `${which}${kind} ${name} ${presenceText(reason)}`;
  return `what its module does at once ${presenceText(reason)}`;
}

/** The first of some names, and how many there are besides. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length <= MOST_NAMES ? shown : `${shown} and ${names.length - MOST_NAMES} more`;
}

function packageText({
  name,
  presence,
  before,
  after,
}: RunReason & { readonly type: "package-changed" }): string {
  if (before !== undefined && after !== undefined) return `package ${name} ${before} -> ${after}`;
  const version = before ?? after;
  const which = version === undefined ? "" : presence === "added" ? `: ${version}` : ` (it was ${version})`;
  return `package ${name} ${presenceText({ presence })}${which}`;
}

function dependencyText({
  path,
  before,
  after,
}: RunReason & { readonly type: "dependency-changed" }): string {
  const [name, earlier] = [nameOf(after), nameOf(before)];
  const where = fieldText(path) === name ? "" : ` (${fieldText(path)})`;
  return name === earlier ? `${name}${where} changed` : `${fieldText(path)} ${earlier} -> ${name}`;
}

function matcherText({
  matcher,
  has,
  wants,
  by,
}: RunReason & { readonly type: "matcher-asks-more" }): string {
  const there = has === 1 ? "there is 1" : `there are ${has}`;
  if (by === "caller") return `${wants} outcomes are asked for, and ${there}`;
  if (wants !== undefined) return `${matcher} wants ${wants} outcomes, and ${there}`;
  return has === 1
    ? `${matcher} does not take the outcome that there is`
    : `${matcher} takes none of the ${has} outcomes`;
}

function rrefsText(rrefs: readonly RRef[]): string {
  if (rrefs.length === 0) return "none";
  const [first] = rrefs as readonly [RRef];
  const more = rrefs.length === 1 ? "" : ` and ${rrefs.length - 1} more`;
  return shortHash(first) + more;
}
