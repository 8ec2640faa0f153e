import { statSync } from "node:fs";
import { contextEntries, type Context } from "../context.ts";
import type { DRef, RRef } from "../ref.ts";
import { demandOf, isForced } from "../realize/demand.ts";
import { contextFor } from "../realize/run.ts";
import type { Derivation } from "../stage/closure.ts";
import { namesIn } from "../store/if-there.ts";
import { isRealizationName } from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import type { Change, RunReason } from "./change.ts";
import { compareConfigs, type FindText } from "./compare.ts";
import type { ExplainedDerivation } from "./explanation.ts";
import { fileDiff } from "./file-diff.ts";
import type { Forecast } from "./forecast.ts";
import { differsFromHere } from "./made-in.ts";
import type { NearestEarlier } from "./nearest-earlier.ts";

/** What the reasons are found with. */
export interface WhysParts {
  readonly forecast: Forecast;
  readonly nearest: NearestEarlier;
  readonly findText: FindText;
}

// Errors of which it still matters why the realizer would have to run.
const FAILING_TO_RUN: ReadonlySet<string> = new Set([
  "no-bundle",
  "failed-before",
  "missing-package",
  "other-environment",
]);

interface Because extends Pick<ExplainedDerivation, "madeIn"> {
  readonly reasons: readonly RunReason[];
  readonly nearest?: DRef;
}

/** Finds out why derivations would run, once it is known which. */
export class Whys {
  readonly #parts: WhysParts;
  readonly #store: Store;

  constructor(parts: WhysParts) {
    this.#parts = parts;
    this.#store = parts.forecast.run.closure.store;
  }

  /** Explains a derivation. */
  explain(derivation: Derivation): ExplainedDerivation {
    const { dref, name } = derivation;
    const fate = this.#parts.forecast.of(dref);
    switch (fate.state) {
      case "reused": {
        const { rrefs } = fate;
        const warning = this.#parts.forecast.run.outside.ofReused(derivation, rrefs);
        const told = warning === undefined ? {} : { warning };
        return { dref, name, state: "reused", rrefs, ...told, ...this.#madeIn(rrefs[0]) };
      }
      case "would-run":
        return { dref, name, state: "would-run", ...this.#because(derivation, fate.waits) };
      case "would-fail": {
        const because = FAILING_TO_RUN.has(fate.code) ? this.#because(derivation, []) : { reasons: [] };
        return { dref, name, ...fate, ...because };
      }
    }
  }

  #because(derivation: Derivation, waits: readonly DRef[]): Because {
    const { dref } = derivation;
    const all = this.#store.realizations(dref);
    const half = this.#halfOutcomes(dref, all);
    const demand = demandOf(this.#parts.forecast.run, derivation);
    const first: RunReason[] = [
      ...(isForced(demand) ? [{ type: "forced" as const, outcomes: demand.fresh }] : []),
      ...(half.length > 0 ? [{ type: "half-outcome" as const, paths: half }] : []),
    ];
    const good = all.filter((rref) => this.#store.failure(rref) === undefined);
    if (good.length === 0) return this.#becauseNew(derivation, { first, waits, failed: all });
    const waiting = waits.map((dependency): RunReason => ({ type: "dependency-would-run", dependency }));
    const more =
      waits.length > 0 || isForced(demand) ? [] : this.#becauseOfContext(derivation, good, demand.atLeast);
    return { reasons: [...first, ...waiting, ...more] };
  }

  /** There is no outcome that counts, so what matters is in what it differs from one that has some. */
  #becauseNew(
    derivation: Derivation,
    {
      first,
      waits,
      failed,
    }: {
      readonly first: readonly RunReason[];
      readonly waits: readonly DRef[];
      readonly failed: readonly RRef[];
    },
  ): Because {
    const { dref, config } = derivation;
    const failures = failed.map((rref) => this.#failureReason(rref)).slice(-1);
    const nearest = this.#parts.nearest.find(dref, config);
    if (nearest === undefined) {
      const never: RunReason[] = failures.length > 0 ? [] : [{ type: "never-realized" }];
      return { reasons: [...first, ...failures, ...never] };
    }
    const last = this.#lastOf(nearest);
    const changes = compareConfigs(this.#store.config(nearest), config, this.#parts.findText).map((change) =>
      this.#withText(change, last, derivation),
    );
    const told = new Set(changes.map((one) => (one.type === "dependency-changed" ? one.after : undefined)));
    const waiting = waits
      .filter((dependency) => !told.has(dependency))
      .map((dependency): RunReason => ({ type: "dependency-would-run", dependency }));
    const reasons = [...first, ...failures, ...changes, ...waiting];
    return { reasons, nearest, ...this.#madeIn(last) };
  }

  /** A digest says nothing to people; what it stands for does. */
  #withText(change: Change, last: RRef | undefined, derivation: Derivation): Change {
    if (change.type !== "config-changed" || change.path.join(".") !== "sha256" || last === undefined)
      return change;
    const diff = fileDiff(this.#store, last, derivation);
    return diff === undefined ? change : { ...change, diff };
  }

  #lastOf(dref: DRef): RRef | undefined {
    return this.#latestFirst(this.#store.realizations(dref))[0];
  }

  #madeIn(rref: RRef | undefined): Pick<ExplainedDerivation, "madeIn"> {
    try {
      const madeIn = rref === undefined ? [] : differsFromHere(this.#store.buildRecord(rref));
      return madeIn.length === 0 ? {} : { madeIn };
    } catch {
      // Damaged, or removed just now.
      return {};
    }
  }

  #becauseOfContext(derivation: Derivation, good: readonly RRef[], atLeast: number): RunReason[] {
    const { dref, matcher } = derivation;
    const context = contextFor(this.#parts.forecast.run, derivation);
    const here = new Set(this.#store.realizationsFrom(dref, context));
    const has = good.filter((rref) => here.has(rref)).length;
    if (has === 0) {
      const failed = [...here].map((rref) => this.#failureReason(rref)).slice(-1);
      return [...this.#rerealized(context, good), ...failed];
    }
    if (has < atLeast)
      return [{ type: "matcher-asks-more", matcher: matcher.name, has, wants: atLeast, by: "caller" }];
    const { wants } = matcher;
    const isShort = wants !== undefined && wants > has;
    return [
      { type: "matcher-asks-more", matcher: matcher.name, has, ...(isShort && { wants }), by: "matcher" },
    ];
  }

  /** The dependencies of which other realizations count now than those that the nearest outcome was made from. */
  #rerealized(context: Context, good: readonly RRef[]): RunReason[] {
    let fewest: RunReason[] | undefined;
    for (const rref of this.#latestFirst(good)) {
      const then = new Map(contextEntries(this.#store.context(rref)));
      const differing = contextEntries(context).flatMap(([dependency, after]): RunReason[] => {
        const before = then.get(dependency) ?? [];
        return before.join() === after.join()
          ? []
          : [{ type: "dependency-rerealized", dependency, before, after }];
      });
      if (fewest === undefined || differing.length < fewest.length) fewest = differing;
    }
    return fewest ?? [];
  }

  #latestFirst(rrefs: readonly RRef[]): RRef[] {
    const time = (rref: RRef): number =>
      statSync(this.#store.path(rref), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const timed = rrefs.map((rref) => ({ rref, timeMs: time(rref) }));
    return timed.sort((a, b) => b.timeMs - a.timeMs).map(({ rref }) => rref);
  }

  #failureReason(rref: RRef): RunReason {
    return { type: "failed-before", rref, error: this.#store.failure(rref)?.error ?? "" };
  }

  #halfOutcomes(dref: DRef, whole: readonly RRef[]): string[] {
    const folder = this.#store.path(dref);
    const hashes = new Set(whole.map((rref) => rref.slice("rref:".length, "rref:".length + 32)));
    return namesIn(folder)
      .filter((name) => isRealizationName(name) && !hashes.has(name))
      .map((name) => `${folder}/${name}`);
  }
}
