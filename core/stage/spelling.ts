import type { Json } from "../config.ts";
import { isJsonObject } from "../config.ts";
import { both, either, narrow } from "./combine.ts";
import { originOf, type Matcher, type MatcherCall } from "./matcher.ts";
import { tolerant } from "./tolerant.ts";
import { all, best, exact, latest, only, some } from "./matchers.ts";

// By their calls, as a matcher says itself.
const SIMPLE: Readonly<Record<string, (...args: never[]) => Matcher>> = {
  all,
  best,
  exact,
  latest,
  only,
  some,
};
const COMBINED: Readonly<Record<string, (...matchers: Matcher[]) => Matcher>> = {
  both,
  either,
  narrow,
  tolerant,
};

/** The matcher that a call makes; nothing when it is no call of Lightnix's own. */
export function spelledMatcher(spelling: Json | undefined): Matcher | undefined {
  if (!isJsonObject(spelling)) return undefined;
  const { call, args } = spelling;
  if (typeof call !== "string" || !Array.isArray(args)) return undefined;
  const simple = Object.hasOwn(SIMPLE, call) ? SIMPLE[call] : undefined;
  if (simple !== undefined) return simple(...(args as never[]));
  const inner = args.map((one) => spelledMatcher(one as Json));
  if (!Object.hasOwn(COMBINED, call) || !inner.every((one) => one !== undefined)) return undefined;
  return COMBINED[call]?.(...inner);
}

/** The call that makes a matcher, as data; nothing when functions have a part in it. */
export function spellingOf(matcher: Matcher): MatcherCall | undefined {
  const origin = originOf(matcher);
  if (origin?.kind !== "call") return undefined;
  const args = origin.args.map((one) => (isMatcher(one) ? spellingOf(one) : one));
  return args.every((one) => one !== undefined) ? { call: origin.call, args } : undefined;
}

/** Whether a value is a matcher, by its shape. */
export function isMatcher(value: unknown): value is Matcher {
  return typeof value === "object" && value !== null && "pick" in value && typeof value.pick === "function";
}
