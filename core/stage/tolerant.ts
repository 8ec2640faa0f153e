import type { RRef } from "../ref.ts";
import { madeBy, originOf, type Candidate, type Matcher } from "./matcher.ts";
import { best } from "./matchers.ts";
import { refusedIn, usableMetric } from "./no-metric.ts";

/**
 * What a matcher takes; where that compares by a metric and too few realizations have it as a finite number, the others as well, those that were built first:
 * so a training that diverged has an outcome that counts, as the worst of all. The points of a sweep have such matchers.
 *
 * @example
 * ```ts
 * tolerant(best("metrics.json", { key: "loss", order: "min" }));
 * ```
 */
export function tolerant(matcher: Matcher): Matcher {
  const pick = (candidates: readonly Candidate[]): readonly RRef[] | undefined => {
    try {
      return matcher.pick(candidates) ?? filledUp(matcher, candidates);
    } catch (error) {
      const refused = refusedIn(error);
      if (refused === undefined) throw error;
      const rrefs = byAge(candidates.filter(({ rref }) => refused.rrefs.includes(rref)));
      return rrefs.length < refused.n ? undefined : rrefs.slice(0, refused.n);
    }
  };
  return madeBy(
    "tolerant",
    [matcher],
    Object.freeze({ ...matcher, name: `tolerant(${matcher.name})`, pick }),
  );
}

/** Whether a matcher is a tolerant one. */
export function isTolerant(matcher: Matcher): boolean {
  return isMadeBy("tolerant", matcher);
}

/** Of `best` with several: those that can be compared, the best first, and after them what else there is. */
function filledUp(matcher: Matcher, candidates: readonly Candidate[]): RRef[] | undefined {
  const { metric, wants = 1 } = matcher;
  if (metric === undefined || !isMadeBy("best", matcher) || candidates.length < wants) return undefined;
  const isUsable = (one: Candidate): boolean => usableMetric(one, metric) !== undefined;
  const usable = candidates.filter(isUsable);
  const compared = usable.length === 0 ? [] : best(metric.file, { ...metric, n: usable.length }).pick(usable);
  const others = byAge(candidates.filter((one) => !isUsable(one)));
  return [...(compared ?? []), ...others].slice(0, wants);
}

function isMadeBy(call: string, matcher: Matcher): boolean {
  const origin = originOf(matcher);
  return origin?.kind === "call" && origin.call === call;
}

function byAge(candidates: readonly Candidate[]): RRef[] {
  return [...candidates]
    .sort((a, b) => a.builtAt - b.builtAt || (a.rref < b.rref ? -1 : 1))
    .map(({ rref }) => rref);
}
