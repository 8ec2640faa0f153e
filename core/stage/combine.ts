import type { RRef } from "../ref.ts";
import { madeBy, type Candidate, type Matcher } from "./matcher.ts";

/**
 * Each matcher chooses out of what the one before it took: `narrow(latest(10), best("metrics.json", { key: "accuracy" }))` is the
 * best of the last ten.
 *
 * @throws {RangeError} without a matcher
 */
export function narrow(...matchers: readonly Matcher[]): Matcher {
  return combine("narrow", matchers, (candidates) => {
    let left = candidates;
    for (const { pick } of matchers) {
      const taken = pick(left);
      if (taken === undefined || taken.length === 0) return undefined;
      left = taken.flatMap((rref) => left.filter((candidate) => candidate.rref === rref));
    }
    return left.map(({ rref }) => rref);
  });
}

/**
 * What any of the matchers takes, each of which has to be satisfied: `both(best("metrics.json", { key: "accuracy" }), latest())`.
 *
 * @throws {RangeError} without a matcher
 */
export function both(...matchers: readonly Matcher[]): Matcher {
  return combine("both", matchers, (candidates) => {
    const taken = matchers.map(({ pick }) => pick(candidates));
    if (taken.some((rrefs) => rrefs === undefined || rrefs.length === 0)) return undefined;
    return [...new Set(taken.flatMap((rrefs) => rrefs ?? []))];
  });
}

/**
 * What the first matcher takes that is satisfied: `either(exact(rref), latest())`. The realizer runs when none is.
 *
 * @throws {RangeError} without a matcher
 */
export function either(...matchers: readonly Matcher[]): Matcher {
  const {
    wants,
    most: _,
    ...rest
  } = combine("either", matchers, (candidates) => {
    let refusal: { readonly error: unknown } | undefined;
    for (const { pick } of matchers) {
      try {
        const taken = pick(candidates);
        if (taken !== undefined && taken.length > 0) return taken;
      } catch (error) {
        // Another one may be satisfied all the same.
        refusal ??= { error };
      }
    }
    if (refusal !== undefined) throw refusal.error;
    return undefined;
  });
  // One that is satisfied by any number needs no second run.
  const least = Math.min(...matchers.map((matcher) => matcher.wants ?? 1));
  // It chooses from any number as soon as one of them can.
  const mosts = matchers.map((matcher) => matcher.most ?? Number.POSITIVE_INFINITY);
  const most = Math.max(...mosts);
  const matcher = Object.freeze({
    ...rest,
    ...(wants !== undefined && { wants: least }),
    ...(Number.isFinite(most) && { most }),
  });
  return madeBy("either", matchers, matcher);
}

function combine(
  word: string,
  matchers: readonly Matcher[],
  pick: (candidates: readonly Candidate[]) => readonly RRef[] | undefined,
): Matcher {
  const name = `${word}(${matchers.map((matcher) => matcher.name).join(", ")})`;
  if (matchers.length === 0) throw new RangeError(`Cannot make the matcher ${name}: it is made of none`);
  const wants = Math.max(...matchers.map((matcher) => matcher.wants ?? 0));
  // The one that chooses last says most about which is the better one.
  const metric = matchers.findLast((matcher) => matcher.metric !== undefined)?.metric;
  // What the first one has left, the others of narrow() can choose from.
  const choosing = word === "narrow" ? matchers.slice(0, 1) : matchers;
  const most = Math.min(...choosing.map((matcher) => matcher.most ?? Number.POSITIVE_INFINITY));
  const matcher = Object.freeze({
    name,
    pick,
    ...(metric && { metric }),
    ...(wants > 0 && { wants }),
    ...(Number.isFinite(most) && { most }),
  });
  return madeBy(word, matchers, matcher);
}
