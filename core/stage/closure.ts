import type { JsonObject } from "../config.ts";
import type { DRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import type { Matcher } from "./matcher.ts";

/** A derivation with what makes and chooses its realizations. */
export interface Derivation {
  readonly dref: DRef;
  readonly name: string;
  /** The config as the store has it. */
  readonly config: JsonObject;
  /** The direct dependencies, sorted. */
  readonly dependencies: readonly DRef[];
  readonly matcher: Matcher;
  readonly realize: (build: never) => unknown;
  /** How many outcomes one run makes. */
  readonly outs: number;
}

/** A derivation with everything that it depends on, ready to be realized in its store. */
export interface Closure<C = unknown> {
  readonly kind: "closure";
  /** What is to be realized. */
  readonly dref: DRef<C>;
  readonly store: Store;
  /** It and all that it depends on, dependencies first, each once. */
  readonly derivations: readonly Derivation[];
}
