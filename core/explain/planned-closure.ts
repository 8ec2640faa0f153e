import { isDRef, type DRef } from "../ref.ts";
import { joinClosures } from "../realize/together.ts";
import type { Closure, Derivation } from "../stage/closure.ts";
import { derivationsOf } from "../stage/describe.ts";
import type { LoadBundleOptions } from "../stage/load-bundle.ts";
import { Registry, type StoreOption } from "../stage/registry.ts";
import { sourceTexts } from "../stage/source-texts.ts";
import type { Stage } from "../stage/stage.ts";
import { closureFromStore } from "../stage/stored-closure.ts";
import { isClosure, mapTargets, type Targets } from "../stage/targets.ts";
import { openStore, type Store } from "../store/store.ts";
import type { FindText } from "./compare.ts";

/**
 * The closure that realizing targets would realize, with nothing put into the store; of several targets, all of it together.
 *
 * @throws {TypeError} for an empty array; {LightnixError} `unknown-derivation` and others of `closureFromStore`, `several-stores`
 */
export async function plannedClosure(
  target: Targets | DRef,
  { store = openStore(), folders }: StoreOption & Pick<LoadBundleOptions, "folders">,
): Promise<Closure> {
  if (isDRef(target)) return await closureFromStore(store, target, { folders });
  const closures: Closure[] = [];
  await mapTargets(target, (one) => closures.push(isClosure(one) ? one : closureOfStage(one, store)));
  const [first, ...others] = closures;
  if (first === undefined) throw new TypeError("Cannot explain nothing: there is no stage among the targets");
  return others.length === 0 ? first : joinClosures([first, ...others]);
}

function closureOfStage(stage: Stage, store: Store): Closure {
  const registry = new Registry({ store });
  const derivations = derivationsOf(stage);
  for (const one of derivations) registry.add(one);
  return registry.closure((derivations.at(-1) as Derivation).dref);
}

/** Texts of code are known from the stages themselves, and from the store of the first closure. */
export function textFinder(closures: readonly Closure[]): FindText {
  let own: Map<string, string> | undefined;
  return (digest) => {
    own ??= new Map(
      closures.flatMap(({ derivations }) => derivations.flatMap(({ source }) => [...sourceTexts(source)])),
    );
    return own.get(digest) ?? closures[0]?.store.sourceText(digest);
  };
}
