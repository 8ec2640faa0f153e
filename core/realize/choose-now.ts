import { makeContext } from "../context.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import { Breath } from "../store/breath.ts";
import type { Store } from "../store/store.ts";
import { candidatesFor, choose } from "./choose.ts";

/** What matchers take as things stand. */
export interface Choices {
  /** What is taken of each derivation that is realized, and whose dependencies are. */
  readonly chosen: ReadonlyMap<DRef, readonly RRef[]>;
  /** Why a matcher takes none, where running the stage again would not help. */
  readonly problems: ReadonlyMap<DRef, string>;
}

/** What the matchers of derivations, dependencies first, take as things stand. What is not realized has no context to choose in. */
export async function chooseNow(store: Store, derivations: readonly Derivation[]): Promise<Choices> {
  const chosen = new Map<DRef, readonly RRef[]>();
  const problems = new Map<DRef, string>();
  const breath = new Breath();
  for (const derivation of derivations) {
    const { dref, dependencies } = derivation;
    if (!dependencies.every((dependency) => chosen.has(dependency))) continue;
    const context = makeContext(dependencies.map((dependency) => [dependency, chosen.get(dependency) ?? []]));
    try {
      const rrefs = choose(derivation, candidatesFor(store, derivation, context));
      if (rrefs !== undefined) chosen.set(dref, rrefs);
    } catch (error) {
      problems.set(dref, error instanceof Error ? error.message : String(error));
    }
    await breath.take();
  }
  return { chosen, problems };
}
