import { isNativeError } from "node:util/types";
import { errorCode } from "../errors.ts";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import { refuseTooMany, reusableFor } from "../realize/build-derivation.ts";
import { checkNumbers, namedByForce } from "../realize/demand.ts";
import type { RealizeOptions } from "../realize/options.ts";
import { throwIfFailedBefore } from "../realize/record-failure.ts";
import { contextFor, startRun, type Run } from "../realize/run.ts";
import type { Closure, Derivation } from "../stage/closure.ts";
import { checkEnvironment } from "../stage/environment.ts";

/** What would become of a derivation. */
export type Fate =
  | { readonly state: "reused"; readonly rrefs: readonly RRef[] }
  /** `waits` are those of its dependencies that would run first. */
  | { readonly state: "would-run"; readonly waits: readonly DRef[] }
  | { readonly state: "would-fail"; readonly code: string; readonly message: string };

/** Goes the way of a realization, by its very own decisions, without running or writing anything. */
export class Forecast {
  /** A realization that is never begun. */
  readonly run: Run;
  readonly #fates: Map<DRef, Fate> = new Map();

  constructor(closure: Closure, options: RealizeOptions) {
    checkNumbers(options);
    const { signal } = new AbortController();
    this.run = startRun({ closure, options, signal, forced: namedByForce(options, closure) });
  }

  /** What would become of a derivation that has been settled. */
  of(dref: DRef): Fate {
    return this.#fates.get(dref) ?? { state: "would-run", waits: [] };
  }

  /** Settles a derivation of which all dependencies are settled. */
  settle(derivation: Derivation): void {
    const fate = this.#fateOf(derivation);
    this.#fates.set(derivation.dref, fate);
    if (fate.state === "reused") this.run.chosen.set(derivation.dref, fate.rrefs);
  }

  #fateOf(derivation: Derivation): Fate {
    const { dependencies, name } = derivation;
    const failing = dependencies.find((one) => this.of(one).state === "would-fail");
    if (failing !== undefined) {
      const message = `Cannot build "${name}": "${parseDRef(failing).name}", which it depends on, would fail`;
      return { state: "would-fail", code: "dependency-failed", message };
    }
    const waits = dependencies.filter((one) => this.of(one).state === "would-run");
    if (waits.length > 0) return { state: "would-run", waits };
    try {
      const context = contextFor(this.run, derivation);
      const rrefs = reusableFor(this.run, derivation, context);
      if (rrefs !== undefined) return { state: "reused", rrefs };
      throwIfFailedBefore(this.run, derivation);
      refuseTooMany(this.run, derivation, context);
      checkEnvironment(derivation);
      return { state: "would-run", waits };
    } catch (error) {
      if (!isNativeError(error)) throw error;
      return { state: "would-fail", code: errorCode(error) ?? error.name, message: error.message };
    }
  }
}
