import type { BuildLimits } from "../stage/limits.ts";
import type { Matcher } from "../stage/matcher.ts";
import type { Source } from "../stage/source.ts";
import { stage, type Realizer, type Stage } from "../stage/stage.ts";

/** What is to be different. */
export interface Redefinition<C extends object, D extends object> {
  readonly name?: string | undefined;
  /** The new config, or what makes it from the old one. */
  readonly config?: D | ((old: C) => D) | undefined;
  readonly matcher?: Matcher | undefined;
  /** The new realizer. The old one's `source`, `version`, `environment` and `captured` go with it. */
  readonly realize?: Realizer<NoInfer<D>> | undefined;
  /** As in `stage`; for the new realizer. */
  readonly source?: Source | false | undefined;
  readonly version?: string | number | undefined;
  readonly environment?: readonly string[] | undefined;
  readonly outs?: number | undefined;
  readonly limits?: BuildLimits | undefined;
}

/**
 * A stage like another, with another config, matcher, realizer or name. The other one stays what it is.
 *
 * Source: `redefine` of Pylightnix (stages/trivial.py).
 *
 * @throws as `stage`
 *
 * @example
 * ```ts
 * const wider = redefine(classifier, { config: (old) => ({ ...old, hidden: 64 }) });
 * const newest = redefine(classifier, { matcher: latest() });
 * ```
 */
export function redefine<C extends object, D extends object = C>(
  original: Stage<C>,
  changes: Redefinition<C, D>,
): Stage<D> {
  const { config, realize, ...rest } = changes;
  const fields = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const { name, matcher, outs, onFailure, limits } = original;
  const kept = realize === undefined ? original : { name, matcher, outs, onFailure, limits, realize };
  const changed = typeof config === "function" ? config(original.config) : config;
  return stage<D>({ ...kept, ...fields, config: changed ?? (original.config as unknown as D) });
}
