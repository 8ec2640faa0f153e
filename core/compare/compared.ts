import type { JsonObject } from "../config.ts";
import type { Change } from "../explain/change.ts";
import type { Comparison } from "../explain/explanation.ts";
import type { EnvironmentDifference } from "../explain/made-in.ts";
import type { OutcomeValue } from "../outcomes/read-metrics.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Metric } from "../stage/matcher.ts";
import type { BuildRecord } from "../store/record.ts";

/** Two stages, derivations or realizations side by side. */
export interface Compared {
  readonly kind: "compared";
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  /** In what the derivations differ, as `explain` tells it: config, captured data, version, packages, dependencies, code. */
  readonly changes: readonly Change[];
  /** How the dependencies differ that a `dependency-changed` names, down to what changed first. */
  readonly comparisons: readonly Comparison[];
  /** The dependencies that both have, and of which they were made from other realizations. */
  readonly context: readonly ContextDifference[];
  /** In what the environments differ in which both were made; what their stages ask for of it is among the changes. */
  readonly environment: readonly EnvironmentDifference[];
  /** All metrics of both realizations, in the order of the outcome table. */
  readonly metrics: readonly ComparedMetric[];
  /** What the matchers of both compare by. */
  readonly metric?: Metric;
  /** The files and links of both realizations, and folders that are empty, sorted by path. */
  readonly artifacts: readonly ComparedArtifact[];
}

/** One of the two. */
export interface ComparedSide {
  readonly dref: DRef;
  readonly name: string;
  readonly config: JsonObject;
  /** How many realizations the derivation has. */
  readonly outcomes: number;
  /** The realization that is compared; not there when there is none that counts. */
  readonly realization?: ComparedRealization;
}

/** The realization that stands for one of the two. */
export interface ComparedRealization {
  readonly rref: RRef;
  /**
   * Why this one: it was named, the matcher takes it (the first one, if it takes several), or it is the newest, as nothing is known of
   * a matcher, or the matcher finds no metric to compare by (the training diverged).
   */
  readonly by: "address" | "matcher" | "newest";
  readonly record: BuildRecord;
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** Why it failed, if it is the record of a failure. */
  readonly error?: string;
}

/** A dependency of which each was made from other realizations. */
export interface ContextDifference {
  readonly dref: DRef;
  readonly before: readonly RRef[];
  readonly after: readonly RRef[];
}

/** A metric of both, or of one of them. */
export interface ComparedMetric {
  readonly name: string;
  readonly before?: OutcomeValue;
  readonly after?: OutcomeValue;
  /** `after` less `before`, where both are finite numbers; of series, that of their last values. */
  readonly difference?: number;
  /** Whether there is anything different. */
  readonly isSame: boolean;
}

/** An artifact of both, or of one of them. */
export interface ComparedArtifact {
  readonly path: string;
  readonly presence: "same" | "changed" | "added" | "removed";
  readonly before?: ArtifactFacts;
  readonly after?: ArtifactFacts;
}

/** What an artifact is. */
export interface ArtifactFacts {
  readonly kind: "file" | "executable" | "link" | "folder";
  /** 0 for all that is no file. */
  readonly sizeBytes: number;
  /** SHA-256 of a file, the target of a link, nothing of a folder. */
  readonly value: string;
}
