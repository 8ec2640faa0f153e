import { canonicalJson } from "../../core/canonical.ts";
import type { JsonObject } from "../../core/config.ts";
import { outcomes } from "../../core/index.ts";
import type { DRef, Metric, Stage } from "../../core/index.ts";
import { configDependencies } from "../../core/config.ts";
import { parseDRef } from "../../core/ref.ts";
import { bundlingOf, whyOpen } from "../../core/stage/bundle.ts";
import { describeStage } from "../../core/stage/describe.ts";
import type { Store } from "../../core/store/store.ts";

/** What the view of a stage or derivation shows. */
export interface StageFacts {
  readonly kind: "stage" | "derivation";
  readonly name: string;
  readonly dref: DRef;
  readonly config: JsonObject;
  readonly dependencies: readonly { readonly dref: DRef; readonly name: string; readonly outcomes: number }[];
  /** As shown to people; a derivation alone has none. */
  readonly matcher: string | undefined;
  readonly outs: number;
  readonly outcomes: number;
  /** How many of the outcomes the matcher takes. */
  readonly chosen: number;
  /** Why the matcher takes none, where running the stage again would not help. */
  readonly problem?: string;
  /** What the matcher compares by. */
  readonly metric?: Metric;
  /** Whether its code is taken along; if not, `open` says why. Nothing for a derivation alone. */
  readonly code?: { readonly open: string | undefined };
}

/** Reads what the view of a stage shows. Writes nothing: the derivation need not be in the store. */
export async function readStage(stage: Stage, store: Store): Promise<StageFacts> {
  const described = describeStage(stage);
  const { dref } = described;
  const { matcher, outs, name } = stage;
  // As the store has it, so that a stage and its realizations look alike.
  const config = inOrder(described.config);
  const count = countOutcomes(dref, store);
  const { rows, problem } = await outcomes(stage, { store });
  const chosen = rows.filter((row) => row.chosen).length;
  const dependencies = readDependencies(config, store);
  return {
    kind: "stage",
    name,
    dref,
    config,
    dependencies,
    matcher: matcher.name,
    outs,
    outcomes: count,
    chosen,
    ...(problem !== undefined && { problem }),
    ...(matcher.metric && { metric: matcher.metric }),
    code: { open: whyOpen({ realize: stage.realize, bundling: bundlingOf(stage) }) },
  };
}

/** Reads what the view of a derivation of the store shows; @throws LightnixError `unknown-derivation` */
export function readDerivation(dref: DRef, store: Store): StageFacts {
  const config = store.config(dref);
  const dependencies = readDependencies(config, store);
  const count = countOutcomes(dref, store);
  const { name } = parseDRef(dref);
  return {
    kind: "derivation",
    name,
    dref,
    config,
    dependencies,
    matcher: undefined,
    outs: 1,
    outcomes: count,
    chosen: 0,
  };
}

function readDependencies(config: JsonObject, store: Store): StageFacts["dependencies"] {
  return configDependencies(config).map((dref) => ({
    dref,
    name: parseDRef(dref).name,
    outcomes: countOutcomes(dref, store),
  }));
}

function countOutcomes(dref: DRef, store: Store): number {
  return store.hasDerivation(dref) ? store.realizations(dref).length : 0;
}

function inOrder(config: JsonObject): JsonObject {
  return JSON.parse(canonicalJson(config)) as JsonObject;
}
