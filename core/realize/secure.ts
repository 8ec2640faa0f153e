import { LightnixError } from "../errors.ts";
import { parseRRef, type RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import type { Lock } from "../store/lock.ts";
import type { Run } from "./run.ts";

/**
 * Keeps everything that a realization needs from being collected, from its first build on. One that only reuses has nothing to
 * lose, and writes nothing.
 */
export class Security {
  readonly #run: Run;
  #hold: Promise<Lock> | undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  /**
   * To be waited for before a derivation is built. What a collection took away since the closure was made is put back.
   *
   * @throws {LightnixError} `removed-meanwhile` when what was to be reused is gone
   */
  async secure({ dref, name, config }: Derivation): Promise<void> {
    const { store, derivations } = this.#run.closure;
    this.#hold ??= store.hold(derivations.map((one) => one.dref)).then((hold) => {
      this.#checkChosen();
      return hold;
    });
    await this.#hold;
    if (!store.hasDerivation(dref)) await store.putDerivation(name, config);
  }

  /** Lets go of everything, at the end. */
  async release(): Promise<void> {
    // Where there is none, the builds have failed with the reason.
    (await this.#hold?.catch(() => undefined))?.release();
  }

  #checkChosen(): void {
    const { chosen, closure } = this.#run;
    const lost = [...chosen.values()].flat().find((rref) => !closure.store.has(rref));
    if (lost !== undefined) throw removedMeanwhile(lost);
  }
}

function removedMeanwhile(rref: RRef): LightnixError {
  return new LightnixError(
    "removed-meanwhile",
    `Cannot reuse "${parseRRef(rref).name}" (${rref}): it was removed from the store just now. Run it again`,
    { data: { rref } },
  );
}
