import { isStage } from "../config.ts";
import type { Closure } from "../stage/closure.ts";
import { instantiate } from "../stage/registry.ts";
import type { Stage } from "../stage/stage.ts";
import type { Held, PauseOptions } from "./held.ts";
import { HeldRealization } from "./held-realization.ts";

/**
 * Realizes a stage or closure up to some of its derivations, and hands out their builds: a person fills the output folders, looks around,
 * runs parts of the realizer by hand, and resumes. The records of what comes of it say `hand: true`.
 *
 * Held derivations are built in any case, although they could be reused. They stay locked as those that are being built; when this process
 * ends, their output folders are kept as those of failed builds are.
 *
 * @throws {LightnixError} `not-in-closure`; `not-kept`, `other-context` for `from`; what `realize` throws when it fails before anything is held
 *
 * @example
 * ```ts
 * const held = await pause(model);
 * const build = held.build();
 * await writeFile(build.path("weights.bin"), await train(build.config.lr));
 * const [rref] = await held.resume();
 * ```
 */
export async function pause<C>(target: Stage<C> | Closure<C>, options: PauseOptions = {}): Promise<Held<C>> {
  const closure = isStage(target) ? await instantiate(target, { store: options.store }) : target;
  const held = new HeldRealization<C>(closure, options);
  await held.untilStop(options.signal);
  return held;
}
