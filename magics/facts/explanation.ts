import { changeFinder } from "../../core/explain/explanation.ts";
import type {
  DRef,
  EnvironmentDifference,
  ExplainedDerivation,
  Explanation,
  RunReason,
  Store,
} from "../../core/index.ts";

/** What the view of an explanation shows: the derivations that matter with their reasons, and the names of the others. */
export interface ExplanationFacts {
  /** The one target, or several. */
  readonly targets: readonly DRef[];
  /** Those that would run, or fail, for reasons of their own, dependencies first; and the targets. */
  readonly shown: readonly ShownDerivation[];
  /** How many more there are of these. */
  readonly more: number;
  /** Those that would run only because of what they depend on. */
  readonly followers: readonly DRef[];
  readonly reused: readonly DRef[];
  /** The targets among those that were made in another environment than this one. */
  readonly elsewhere: readonly Pick<ExplainedDerivation, "name" | "madeIn">[];
  /** What has changed since that reused ones were made with, and that is not among their inputs. */
  readonly warnings: readonly string[];
  readonly wouldRun: number;
  readonly wouldFail: number;
}

/** A derivation with all that is to be said of it. */
export interface ShownDerivation {
  readonly dref: DRef;
  readonly name: string;
  readonly state: ExplainedDerivation["state"];
  /** Why it would fail. */
  readonly message?: string;
  readonly reasons: readonly ShownReason[];
  /** What the changes are told against, and when that was realized last, as far as it is known. */
  readonly madeIn?: readonly EnvironmentDifference[];
  readonly earlier?: { readonly dref: DRef; readonly built?: Date };
}

/** A reason that may name a dependency, with what is to be said of that. */
export interface ShownReason {
  readonly reason: RunReason;
  /** Which of those that are shown say more: it, or those by which it would run. */
  readonly see: readonly DRef[];
  /** What changed in it, where none of those that are shown says so. */
  readonly inner: readonly ShownReason[];
}

const maxShown = 24;
const maxWarnings = 8;
const maxDepth = 4;
const maxOrigins = 3;

/** Picks out of an explanation what people are shown. */
export function explanationFacts(explanation: Explanation, store: Store): ExplanationFacts {
  const { derivations, targets } = explanation;
  const open = derivations.filter(({ state }) => state !== "reused");
  const isTarget = (one: ExplainedDerivation): boolean => targets.includes(one.dref);
  const notable = open.filter((one) => isTarget(one) || !isFollower(one));
  // What began it comes first, and the targets last: both ends are seen.
  const ends = notable.filter(isTarget).slice(-4);
  const chosen = new Set([
    ...notable.filter((one) => !ends.includes(one)).slice(0, maxShown - ends.length),
    ...ends,
  ]);
  const shown = notable.filter((one) => chosen.has(one));
  const links = new Links(explanation, new Set(shown.map(({ dref }) => dref)));
  return {
    targets,
    shown: shown.map((one) => shownDerivation(one, store, (reason) => links.shown(reason))),
    more: notable.length - shown.length,
    followers: open.filter((one) => !notable.includes(one)).map(({ dref }) => dref),
    reused: derivations.filter(({ state }) => state === "reused").map(({ dref }) => dref),
    warnings: [
      ...new Set(derivations.flatMap((one) => (one.state === "reused" ? (one.warning ?? []) : []))),
    ].slice(0, maxWarnings),
    elsewhere: derivations.filter(
      (one) => one.state === "reused" && one.madeIn !== undefined && isTarget(one),
    ),
    wouldRun: open.filter(({ state }) => state === "would-run").length,
    wouldFail: open.filter(({ state }) => state === "would-fail").length,
  };
}

/** Whether it would run for nothing but what it depends on. */
function isFollower(one: ExplainedDerivation): boolean {
  if (one.state === "would-fail") return one.code === "dependency-failed";
  const byDependency: ReadonlySet<RunReason["type"]> = new Set([
    "dependency-changed",
    "dependency-would-run",
  ]);
  return one.state === "would-run" && one.reasons.every(({ type }) => byDependency.has(type));
}

/** Leads from reasons that name dependencies to what is behind them. */
class Links {
  readonly #names: ReadonlySet<DRef>;
  readonly #derivations: ReadonlyMap<DRef, ExplainedDerivation>;
  readonly #changesOf: ReturnType<typeof changeFinder>;

  constructor(explanation: Explanation, names: ReadonlySet<DRef>) {
    this.#names = names;
    this.#derivations = new Map(explanation.derivations.map((one) => [one.dref, one]));
    this.#changesOf = changeFinder(explanation);
  }

  shown(reason: RunReason, depth = 0): ShownReason {
    const see = this.#origins(reason);
    if (see.length > 0 || depth >= maxDepth) return { reason, see, inner: [] };
    return { reason, see, inner: this.#behind(reason).map((one) => this.shown(one, depth + 1)) };
  }

  /** The shown ones to which a dependency leads, through others that are not. */
  #origins(reason: RunReason): DRef[] {
    const found = new Set<DRef>();
    const seen = new Set<DRef>();
    const open = [reason];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      const dref = dependencyOf(one);
      if (dref === undefined || seen.has(dref)) continue;
      seen.add(dref);
      if (this.#names.has(dref)) found.add(dref);
      else open.push(...this.#behind(one));
    }
    return [...found].slice(0, maxOrigins);
  }

  #behind(reason: RunReason): readonly RunReason[] {
    if (reason.type === "dependency-changed") return this.#changesOf(reason);
    const one = reason.type === "dependency-would-run" ? this.#derivations.get(reason.dependency) : undefined;
    return one === undefined || one.state === "reused" ? [] : one.reasons;
  }
}

/** The dependency that a reason is about, if it is about one. */
export function dependencyOf(reason: RunReason): DRef | undefined {
  if (reason.type === "dependency-changed") return reason.after;
  return reason.type === "dependency-would-run" ? reason.dependency : undefined;
}

function shownDerivation(
  one: ExplainedDerivation,
  store: Store,
  reasonOf: (reason: RunReason) => ShownReason,
): ShownDerivation {
  const { dref, name, state } = one;
  if (state === "reused") return { dref, name, state, reasons: [] };
  return {
    dref,
    name,
    state,
    ...(one.madeIn && { madeIn: one.madeIn }),
    ...(state === "would-fail" && { message: one.message }),
    reasons: one.reasons.map(reasonOf),
    ...(one.nearest !== undefined && { earlier: earlierOf(one.nearest, store) }),
  };
}

function earlierOf(dref: DRef, store: Store): NonNullable<ShownDerivation["earlier"]> {
  const times = store.realizations(dref).flatMap((rref) => {
    try {
      return [Date.parse(store.buildRecord(rref).stopped)];
    } catch {
      // Damaged, or removed just now.
      return [];
    }
  });
  const last = Math.max(...times.filter((time) => !Number.isNaN(time)));
  return { dref, ...(Number.isFinite(last) && { built: new Date(last) }) };
}

/** What kind of thing a reason is about, in a word. */
export function reasonLabel({ reason }: ShownReason): string {
  return labels[reason.type];
}

const labels: Readonly<Record<RunReason["type"], string>> = {
  "never-realized": "new",
  "config-changed": "config",
  "captured-changed": "captured",
  "source-changed": "code",
  "helper-changed": "code",
  "package-changed": "package",
  "environment-changed": "environment",
  "version-changed": "version",
  "dependency-changed": "dependency",
  "dependency-rerealized": "dependency",
  "dependency-would-run": "dependency",
  "matcher-asks-more": "outcomes",
  forced: "outcomes",
  "failed-before": "failed",
  "half-outcome": "damaged",
};
