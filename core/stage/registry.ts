import { LightnixError } from "../errors.ts";
import { isDRef, parseDRef, type DRef } from "../ref.ts";
import { openStore, type Store } from "../store/store.ts";
import { bundleOf, putBundles } from "./bundle.ts";
import type { Closure, Derivation } from "./closure.ts";
import { derivationsOf, describeStage, mergeDerivations } from "./describe.ts";
import { sourceTexts } from "./source-texts.ts";
import { stage as makeStage, type Stage, type StageOptions } from "./stage.ts";
import { isClosure, mapTargets, type Closures, type Targets } from "./targets.ts";

/** Which store to work in. */
export interface StoreOption {
  /** The store; the user's own (see `openStore`) unless given. */
  readonly store?: Store | undefined;
}

/**
 * Knows for each derivation what realizes it and which of its realizations count. The level below `stage()`: derivations are
 * added one by one and name each other by address.
 */
export class Registry {
  readonly store: Store;
  readonly #derivations: Map<DRef, Derivation> = new Map<DRef, Derivation>();

  constructor({ store = openStore() }: StoreOption = {}) {
    this.store = store;
  }

  /** Adds a derivation; an earlier one of the same address is replaced, with a warning when its realizer was another one. */
  add(one: Derivation): void {
    const earlier = this.#derivations.get(one.dref);
    if (earlier !== undefined && !hasSameText(earlier.realize, one.realize)) warnOfAnotherRealizer(one);
    this.#derivations.set(one.dref, one);
  }

  /** What is known of a derivation. */
  get(dref: DRef): Derivation | undefined {
    return this.#derivations.get(dref);
  }

  /** All derivations, in the order in which they were added. */
  drefs(): DRef[] {
    return [...this.#derivations.keys()];
  }

  /**
   * A derivation with everything that it depends on.
   *
   * @throws {LightnixError} `no-realizer` when this registry knows no realizer for one of them
   */
  closure<C>(dref: DRef<C>): Closure<C> {
    const sorted = new Map<DRef, Derivation>();
    const stack: Derivation[] = [this.#require(dref, dref)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { dref: at, dependencies } = top;
      const waiting = sorted.has(at) ? [] : dependencies.filter((dependency) => !sorted.has(dependency));
      if (waiting.length > 0) stack.push(...waiting.map((dependency) => this.#require(dependency, at)));
      else {
        stack.pop();
        sorted.set(at, top);
      }
    }
    return Object.freeze({ kind: "closure", dref, store: this.store, derivations: [...sorted.values()] });
  }

  #require(dref: DRef, neededBy: DRef): Derivation {
    const known = this.#derivations.get(dref);
    if (known !== undefined) return known;
    const { name } = parseDRef(dref);
    const who = dref === neededBy ? "it" : `"${parseDRef(neededBy).name}" depends on it, and it`;
    throw new LightnixError(
      "no-realizer",
      `Cannot realize "${name}" (${dref}): ${who} has no realizer in this registry. Nest the stage itself in the config instead ` +
        "of its address, or make both derivations with one registry",
      { data: { dref, neededBy } },
    );
  }
}

/**
 * Adds a derivation to a registry and to its store. The config may name other derivations of the registry by address, or
 * hold stages, which are added as well.
 *
 * @throws as `stage`
 *
 * @example
 * ```ts
 * const registry = new Registry({ store });
 * const words = await derivation(registry, { name: "words", config: { url }, realize: download });
 * const count = await derivation(registry, { name: "count", config: { words }, realize: countWords });
 * await realize(registry.closure(count));
 * ```
 */
export async function derivation<C extends object>(
  registry: Registry,
  options: StageOptions<C>,
): Promise<DRef<C>> {
  const made = makeStage(options);
  await register(registry, [made]);
  return describeStage(made).dref as DRef<C>;
}

/** How to instantiate. */
export interface InstantiateOptions extends StoreOption {
  /** Knows the derivations that configs name by address; brings its own store. A new one unless given. */
  readonly registry?: Registry | undefined;
}

/**
 * Puts a stage and all that it depends on into the store, as far as they are not there, and returns them as a closure. The
 * closure of a derivation is found in `registry`. Of arrays and objects of stages, the closures come in the same arrays and
 * objects.
 *
 * @throws {LightnixError} `no-realizer` when a config names a derivation by address that the registry does not know;
 *   `stage-cycle`; what the store throws
 *
 * @example
 * ```ts
 * const { train, test } = await instantiate({ train: trainSet, test: testSet });
 * ```
 */
export async function instantiate<C>(
  target: Stage<C> | DRef<C>,
  options?: InstantiateOptions,
): Promise<Closure<C>>;
export async function instantiate<const T extends Targets>(
  targets: T,
  options?: InstantiateOptions,
): Promise<Closures<T>>;
export async function instantiate(
  target: Targets | DRef,
  options: InstantiateOptions = {},
): Promise<unknown> {
  const { registry = new Registry(options) } = options;
  if (isDRef(target)) return registry.closure(target);
  const stages: Stage[] = [];
  await mapTargets(target, (one) => (isClosure(one) ? undefined : stages.push(one)));
  await register(registry, stages);
  return await mapTargets(target, (one) =>
    isClosure(one) ? one : registry.closure(describeStage(one).dref),
  );
}

/** Puts all stages into the store at once, as a sweep may have thousands. */
async function register(registry: Registry, stages: readonly Stage[]): Promise<void> {
  const { store } = registry;
  const derivations = mergeDerivations(stages.map(derivationsOf));
  // Dependencies come first, so that a crash in between leaves no config that names what is not there.
  const missing = derivations.filter(({ dref }) => !store.hasDerivation(dref));
  const named = missing.map(async (one) => {
    const { name, config, source } = one;
    return { name, config, sources: sourceTexts(source), bundle: await bundleOf(one) };
  });
  await store.putDerivations(await Promise.all(named));
  await putBundles(store, derivations);
  for (const one of derivations) registry.add(one);
}

type Realize = Derivation["realize"];

/** A cell that is run again makes the same function anew. */
function hasSameText(one: Realize, other: Realize): boolean {
  return one === other || String(one) === String(other);
}

function warnOfAnotherRealizer({ dref, name }: Derivation): void {
  process.emitWarning(
    `The derivation "${name}" (${dref}) has got another realizer than before, and keeps the realizations that the earlier one ` +
      "made. If they come out differently, say so by the stage's `version`",
    { type: "LightnixWarning", code: "another-realizer" },
  );
}
