import type { DRef, RRef } from "../ref.ts";
import type { EnvironmentDifference } from "./made-in.ts";
import type { Change, RunReason } from "./change.ts";

/** What realizing a stage would do to each derivation of its closure, and why. */
export interface Explanation {
  readonly kind: "explanation";
  readonly targets: readonly DRef[];
  /** The whole closure, dependencies first. */
  readonly derivations: readonly ExplainedDerivation[];
  /** How those dependencies differ that a `dependency-changed` names, as far as no derivation of the closure says so. */
  readonly comparisons: readonly Comparison[];
}

/** One derivation, and what would become of it. */
export type ExplainedDerivation =
  | (Explained & {
      readonly state: "reused";
      readonly rrefs: readonly RRef[];
      /** What has changed since that it was made with, and that is not among its inputs. */
      readonly warning?: string;
    })
  /** With `nearest`, the changes among the reasons are told against that earlier derivation. */
  | (Explained & {
      readonly state: "would-run";
      readonly reasons: readonly RunReason[];
      readonly nearest?: DRef;
    })
  /** Realizing it would end with an error before anything is run. */
  | (Explained & {
      readonly state: "would-fail";
      readonly code: string;
      readonly message: string;
      readonly reasons: readonly RunReason[];
      readonly nearest?: DRef;
    });

/** What is known of every derivation. */
interface Explained {
  readonly dref: DRef;
  readonly name: string;
  /** How the environment differs from this one in which that was made that would be reused, or the last outcome of `nearest`. */
  readonly madeIn?: readonly EnvironmentDifference[];
}

/** In what one derivation differs from another. */
export interface Comparison {
  readonly before: DRef;
  readonly after: DRef;
  readonly changes: readonly Change[];
}

/** Finds the changes that a `dependency-changed` of an explanation is about; none where nothing is known of the earlier one. */
export function changeFinder({
  derivations,
  comparisons,
}: Explanation): (pair: Pick<Comparison, "before" | "after">) => readonly RunReason[] {
  const found = new Map<string, readonly RunReason[]>();
  for (const one of derivations)
    if (one.state !== "reused" && one.nearest !== undefined) found.set(one.nearest + one.dref, one.reasons);
  for (const { before, after, changes } of comparisons) found.set(before + after, changes);
  return ({ before, after }) => found.get(before + after) ?? [];
}
