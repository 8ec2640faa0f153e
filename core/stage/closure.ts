import type { JsonObject } from "../config.ts";
import type { DRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import type { Bundling } from "./bundle.ts";
import type { BuildLimits } from "./limits.ts";
import type { Matcher } from "./matcher.ts";
import type { Source } from "./source.ts";

/**
 * What becomes of a run that fails. With `"record"` it becomes a realization that is marked as failed and that no matcher ever
 * takes; what depends on it is marked likewise, without running. (Pylightnix: `Either`.)
 */
export type OnFailure = "throw" | "record";

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
  /** `"throw"` unless given. */
  readonly onFailure?: OnFailure | undefined;
  /** How its code is taken along, or why it cannot be; without it, nothing is known of how. */
  readonly bundling?: Bundling | undefined;
  /** The code that is part of its identity, as far as it is known here. */
  readonly source?: Source | undefined;
  /** What one run may take. */
  readonly limits?: BuildLimits | undefined;
}

/** A derivation with everything that it depends on, ready to be realized in its store. */
export interface Closure<C = unknown> {
  readonly kind: "closure";
  /** What is to be realized. */
  readonly dref: DRef<C>;
  /** When several are to be realized together: all of them. `dref` is one of them then. */
  readonly targets?: readonly DRef[] | undefined;
  readonly store: Store;
  /** It and all that it depends on, dependencies first, each once. */
  readonly derivations: readonly Derivation[];
}

/** All that is to be realized of a closure. */
export function targetsOf({ dref, targets }: Closure): readonly DRef[] {
  return targets ?? [dref];
}
