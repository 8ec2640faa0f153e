import { writeFile } from "node:fs/promises";
import { canonicalJson } from "../canonical.ts";
import type { JsonObject } from "../config.ts";
import { varyingFields } from "../outcomes/config-fields.ts";
import { self } from "../path.ts";
import { candidatesOf } from "../realize/choose.ts";
import { drefOf, type DRef, type RRef } from "../ref.ts";
import type { Build } from "../stage/build.ts";
import { openRealizer } from "../stage/bundle.ts";
import { describeStage } from "../stage/describe.ts";
import { errorCode, LightnixError } from "../errors.ts";
import type { Matcher } from "../stage/matcher.ts";
import { matcherText, type MatcherText } from "../stage/matcher-text.ts";
import { only } from "../stage/matchers.ts";
import { syntaxDigest } from "../stage/source.ts";
import { stage, type Stage } from "../stage/stage.ts";
import { builtIn, closeBuiltIn } from "../stages/built-in.ts";
import { pickPoints, pointName } from "./pick.ts";
import { CHOICE_FILE, WINNER_VERSION, type ChoicePath } from "./choice.ts";

/** The config of a stage that finds out which point of a sweep wins. */
export interface WinnerConfig<C = unknown> {
  /** What the points are compared by: the name of the matcher. */
  readonly matcher: string;
  /** The stages of the points, by address. */
  readonly points: readonly Stage<C>[];
  /** The artifact that says which one won. A lens goes on from here into the realization that it names. */
  readonly winner: ChoicePath<C>;
}

/**
 * The stage behind `Sweep.winner`. Its realization holds nothing but `choice.json`, which names the winner; being made from the
 * realizations of all points, it keeps the winner from being collected.
 *
 * @throws {LightnixError} `invalid-name`
 */
export function winner<C>(
  name: string,
  stages: readonly Stage<C>[],
  matcher: Matcher,
): Stage<WinnerConfig<C>> {
  // By address, so that the order of a grid does not count.
  const points = [...stages].sort((a, b) => (describeStage(a).dref < describeStage(b).dref ? -1 : 1));
  return stage<WinnerConfig<C>>({
    name: `${name.slice(0, 93)}-winner`,
    config: { matcher: matcher.name, points, winner: self(CHOICE_FILE) as ChoicePath<C> },
    matcher: only(),
    realize: winnerRealizer(name, matcher),
    captured: ruleOf(matcher),
    ...builtIn("winner", WINNER_VERSION),
  });
}

/** What tells a matcher from another one of its name: the code of the functions that it was made from. */
function ruleOf(matcher: Matcher): { readonly rule: string } | undefined {
  const spelled = spelledOf(matcher);
  // Where its functions have no text, its name has to do.
  if (typeof spelled === "string" || spelled.functions.length === 0) return undefined;
  return { rule: syntaxDigest(spelled.text, `the matcher ${matcher.name}`) };
}

/** What finds out which of the realizations that a build depends on wins. `name` is that of the sweep, for messages. */
export function winnerRealizer(name: string, matcher: Matcher): (build: Build) => Promise<void> {
  const run = (build: Build): Promise<void> => nameWinner(build, name, matcher);
  const spelled = spelledOf(matcher);
  if (typeof spelled === "string") openRealizer(run, spelled);
  else closeBuiltIn(run, "winner", { name }, spelled);
  return run;
}

/** The code of a matcher, or why it has none. */
function spelledOf(matcher: Matcher): MatcherText | string {
  try {
    return matcherText(matcher);
  } catch (error) {
    if (errorCode(error) !== "unbundlable") throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

async function nameWinner(build: Build, name: string, matcher: Matcher): Promise<void> {
  const drefs = Object.keys(build.context) as DRef[];
  const rrefs = Object.values(build.context).flat();
  const { fields, rows } = varyingFields(drefs.map((one) => build.store.config(one)));
  const valuesOf = (dref: DRef): JsonObject => {
    const row = rows[drefs.indexOf(dref)] ?? {};
    return Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
  };
  const nameOf = (one: RRef): string => pointName(valuesOf(drefOf(one)));
  const taken = pickPoints(matcher, candidatesOf(build.store, rrefs), { name, nameOf }) ?? [];
  const [rref] = taken;
  if (rref === undefined || taken.length > 1) {
    throw new LightnixError(
      rref === undefined ? "no-realization" : "several-realizations",
      `Cannot find the winner of the sweep of "${name}": the matcher ${matcher.name} takes ${taken.length} of ` +
        `${rrefs.length} realizations, and there is one winner`,
      { data: { rrefs: taken } },
    );
  }
  const dref = drefOf(rref);
  const values = valuesOf(dref);
  build.log(`${dref} wins by ${matcher.name}: ${canonicalJson(values)}`);
  await writeFile(build.path(CHOICE_FILE), `${canonicalJson({ dref, rref, values })}\n`);
}
