import type { JsonObject } from "../config.ts";
import { isDRef, parseDRef, type DRef } from "../ref.ts";
import type { RealizeOptions } from "../realize/events.ts";
import { joinClosures } from "../realize/together.ts";
import { targetsOf, type Closure, type Derivation } from "../stage/closure.ts";
import { derivationsOf } from "../stage/describe.ts";
import type { LoadBundleOptions } from "../stage/load-bundle.ts";
import { Registry } from "../stage/registry.ts";
import { sourceTexts } from "../stage/source-texts.ts";
import type { Stage } from "../stage/stage.ts";
import { closureFromStore } from "../stage/stored-closure.ts";
import { isClosure, mapTargets, type Targets } from "../stage/targets.ts";
import { Breath } from "../store/breath.ts";
import { openStore, type Store } from "../store/store.ts";
import type { Change } from "./change.ts";
import { compareConfigs, type FindText } from "./compare.ts";
import type { Comparison, ExplainedDerivation, Explanation } from "./explanation.ts";
import { Forecast } from "./forecast.ts";
import { NearestEarlier } from "./nearest-earlier.ts";
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
  const closure = await closureOf(target, options);
  const { store, derivations } = closure;
  const forecast = new Forecast(closure, options);
  const breath = new Breath();
  for (const derivation of derivations) {
    forecast.settle(derivation);
    await breath.take();
  }
  const findText = textFinder(closure);
  const open = derivations.filter(({ dref }) => forecast.of(dref).state !== "reused");
  const nearest = new NearestEarlier(store, new Set(open.map(({ name }) => name)));
  const whys = new Whys({ forecast, nearest, findText });
  const explained: ExplainedDerivation[] = [];
  for (const derivation of derivations) {
    explained.push(whys.explain(derivation));
    await breath.take();
  }
  const configs = new Map(derivations.map(({ dref, config }) => [dref, config]));
  const comparisons = compareDependencies(explained, { store, configs, findText });
  return Object.freeze({
    kind: "explanation",
    targets: targetsOf(closure),
    derivations: explained,
    comparisons,
  });
}

async function closureOf(target: Targets | DRef, options: ExplainOptions): Promise<Closure> {
  const { store = openStore(), folders } = options;
  if (isDRef(target)) return await closureFromStore(store, target, { folders });
  const closures: Closure[] = [];
  await mapTargets(target, (one) => closures.push(isClosure(one) ? one : plannedClosure(one, store)));
  const [first, ...others] = closures;
  if (first === undefined) throw new TypeError("Cannot explain nothing: there is no stage among the targets");
  return others.length === 0 ? first : joinClosures([first, ...others]);
}

/** The closure of a stage as instantiating would make it, with nothing put into the store. */
function plannedClosure(stage: Stage, store: Store): Closure {
  const registry = new Registry({ store });
  const derivations = derivationsOf(stage);
  for (const one of derivations) registry.add(one);
  return registry.closure((derivations.at(-1) as Derivation).dref);
}

/** Texts of code are known from the stages themselves, and from the store. */
function textFinder({ store, derivations }: Closure): FindText {
  let own: Map<string, string> | undefined;
  return (digest) => {
    own ??= new Map(derivations.flatMap(({ source }) => [...sourceTexts(source)]));
    return own.get(digest) ?? store.sourceText(digest);
  };
}

interface Known {
  readonly store: Store;
  readonly configs: ReadonlyMap<DRef, JsonObject>;
  readonly findText: FindText;
}

/** Follows dependencies that are others than before, down to what changed first. */
function compareDependencies(explained: readonly ExplainedDerivation[], known: Known): Comparison[] {
  const byDRef = new Map(explained.map((one) => [one.dref, one]));
  const comparisons = new Map<string, Comparison>();
  const open: Change[] = explained.flatMap((one) =>
    one.state === "reused" ? [] : one.reasons.filter(isChange),
  );
  for (let change = open.pop(); change !== undefined; change = open.pop()) {
    if (change.type !== "dependency-changed") continue;
    const { before, after } = change;
    const own = byDRef.get(after);
    const isSaid = own !== undefined && own.state !== "reused" && own.nearest === before;
    // Another stage in its place has nothing to be compared with.
    if (isSaid || comparisons.has(before + after) || parseDRef(before).name !== parseDRef(after).name)
      continue;
    const changes = changesBetween(before, after, known);
    comparisons.set(before + after, { before, after, changes });
    open.push(...changes);
  }
  return [...comparisons.values()];
}

function isChange(reason: { readonly type: string }): reason is Change {
  return reason.type === "dependency-changed";
}

/** What is not in the store any more, or damaged there, cannot be compared with. */
function changesBetween(before: DRef, after: DRef, { store, configs, findText }: Known): readonly Change[] {
  const config = (dref: DRef): JsonObject | undefined => {
    try {
      return configs.get(dref) ?? store.config(dref);
    } catch {
      return undefined;
    }
  };
  const [old, now] = [config(before), config(after)];
  return old === undefined || now === undefined ? [] : compareConfigs(old, now, findText);
}
