import { configDependencies } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { parseDRef, type DRef } from "../ref.ts";
import type { BundleFacts } from "../store/bundle-text.ts";
import type { Store } from "../store/store.ts";
import type { Closure, Derivation, OnFailure } from "./closure.ts";
import type { BuildLimits } from "./limits.ts";
import { loadBundle, readBundleParts, type LoadBundleOptions } from "./load-bundle.ts";
import type { Candidate, Matcher } from "./matcher.ts";
import { only } from "./matchers.ts";
import { spelledMatcher } from "./spelling.ts";

/**
 * A derivation of a store with all that it depends on, ready to be realized, with nothing but what is in the store: where the
 * stage was defined does not matter.
 *
 * Open derivations in it, which have no code in the store, are taken as they were realized before; it is an error when one
 * has to be built. The code of a closed one is only loaded when it is to be run, or when its matcher is more than a call of
 * those of Lightnix.
 *
 * @throws {LightnixError} `unknown-derivation`, `damaged`, `damaged-bundle`; where a matcher has to be loaded,
 *   `missing-package` and what its code throws
 *
 * @example
 * ```ts
 * const rref = await realize(await closureFromStore(store, dref));
 * ```
 */
export async function closureFromStore<C>(
  store: Store,
  dref: DRef<C>,
  options: LoadBundleOptions = {},
): Promise<Closure<C>> {
  const sorted = new Map<DRef, Derivation>();
  const stack: DRef[] = [dref];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const waiting = sorted.has(top)
      ? []
      : configDependencies(store.config(top)).filter((dependency) => !sorted.has(dependency));
    if (waiting.length > 0) {
      stack.push(...waiting);
      continue;
    }
    stack.pop();
    if (!sorted.has(top)) sorted.set(top, await storedDerivation(store, top, options));
  }
  return Object.freeze({ kind: "closure", dref, store, derivations: [...sorted.values()] });
}

async function storedDerivation(store: Store, dref: DRef, options: LoadBundleOptions): Promise<Derivation> {
  const config = store.config(dref);
  const base = { dref, name: parseDRef(dref).name, config, dependencies: configDependencies(config) };
  if (store.bundle(dref) === undefined) return { ...base, ...openDerivation(store, dref) };
  const { facts } = readBundleParts(store, dref);
  return {
    ...base,
    matcher: spelledMatcher(facts.matcher) ?? (await loadBundle(store, dref, options)).matcher,
    realize: async (build: never) => await (await loadBundle(store, dref, options)).realize(build),
    bundling: { kind: "stored" },
    ...settingsOf(facts),
  };
}

type Settings = Pick<Derivation, "outs" | "onFailure" | "limits">;

function settingsOf({ outs, onFailure, limits }: BundleFacts): Settings {
  return {
    outs,
    ...(onFailure !== undefined && { onFailure: onFailure as OnFailure }),
    ...(limits !== undefined && { limits: limits as BuildLimits }),
  };
}

type Open = Pick<Derivation, "matcher" | "realize" | "outs" | "bundling">;

/** Of an open derivation it is not known which outcomes count; one that is the only one there is no question. */
function openDerivation(store: Store, dref: DRef): Open {
  const refuse = (): never => {
    readBundleParts(store, dref);
    throw new LightnixError("no-bundle", `Cannot load the code of "${dref}"`);
  };
  const matcher: Matcher = Object.freeze({
    ...only(),
    pick: (candidates: readonly Candidate[]) => only().pick(candidates) ?? refuse(),
  });
  return {
    matcher,
    realize: refuse,
    outs: 1,
    bundling: { kind: "open", reason: "the store has no code of it" },
  };
}
