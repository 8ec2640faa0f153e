import type { DRef } from "../ref.ts";
import type { RealizeOptions } from "../realize/options.ts";
import { targetsOf } from "../stage/closure.ts";
import type { LoadBundleOptions } from "../stage/load-bundle.ts";
import type { Targets } from "../stage/targets.ts";
import { Breath } from "../store/breath.ts";
import { compareDependencies } from "./compare-dependencies.ts";
import type { ExplainedDerivation, Explanation } from "./explanation.ts";
import { Forecast } from "./forecast.ts";
import { NearestEarlier } from "./nearest-earlier.ts";
import { plannedClosure, textFinder } from "./planned-closure.ts";
import { Whys } from "./whys.ts";

/** What is to be realized, as realizing it would be told; and, for a derivation of the store, where its packages are. */
export type ExplainOptions = Pick<RealizeOptions, "store" | "force" | "count" | "atLeast" | "retryFailed"> &
  Pick<LoadBundleOptions, "folders">;

/**
 * Says what realizing a stage would do, and why: for each derivation that it needs, whether it would be reused or run, and what
 * differs from the nearest earlier derivation of that name that was realized. Runs nothing and writes nothing.
 *
 * A derivation of the store can be explained without its stage. Of arrays and objects of stages, all are explained together.
 *
 * @throws {RangeError} for numbers among the options that are none from 1 on
 * @throws {LightnixError} `unknown-derivation`, `not-in-closure`, `no-realizer`, `several-stores`, as `realize`
 *
 * @example
 * ```ts
 * for (const { name, state, ...rest } of (await explain(classifier)).derivations) console.log(name, state, rest);
 * ```
 */
export async function explain(target: Targets | DRef, options: ExplainOptions = {}): Promise<Explanation> {
  const closure = await plannedClosure(target, options);
  const { store, derivations } = closure;
  const forecast = new Forecast(closure, options);
  const breath = new Breath();
  for (const derivation of derivations) {
    forecast.settle(derivation);
    await breath.take();
  }
  const findText = textFinder([closure]);
  const open = derivations.filter(({ dref }) => forecast.of(dref).state !== "reused");
  const nearest = new NearestEarlier(store, new Set(open.map(({ name }) => name)));
  const whys = new Whys({ forecast, nearest, findText });
  const explained: ExplainedDerivation[] = [];
  for (const derivation of derivations) {
    explained.push(whys.explain(derivation));
    await breath.take();
  }
  const configs = new Map(derivations.map(({ dref, config }) => [dref, config]));
  const byDRef = new Map(explained.map((one) => [one.dref, one]));
  const isSaid = (before: DRef, after: DRef): boolean => {
    const own = byDRef.get(after);
    return own !== undefined && own.state !== "reused" && own.nearest === before;
  };
  const changes = explained.flatMap((one) => (one.state === "reused" ? [] : one.reasons));
  const comparisons = compareDependencies(changes, { store, configs, findText, isSaid });
  return Object.freeze({
    kind: "explanation",
    targets: targetsOf(closure),
    derivations: explained,
    comparisons,
  });
}
