/**
 * The library: stages, their realizations, and the store that keeps them.
 *
 * @module
 */
export { errorCode, LightnixError } from "./errors.ts";
export { self } from "./path.ts";
export type { RefPath, SelfPath } from "./path.ts";
export { drefOf, isDRef, isRRef, parseDRef, parseRRef } from "./ref.ts";
export type { DRef, DRefParts, RRef, RRefParts } from "./ref.ts";
export { checkConfig, isStage, isStagePath } from "./config.ts";
export type { Json, JsonObject, StageLike, StagePath } from "./config.ts";
export type { Context } from "./context.ts";

export { openStore } from "./store/store.ts";
export type { OpenStoreOptions, Store } from "./store/store.ts";
export type { LockHolder } from "./store/lock.ts";
export type { BuildRecord } from "./store/record.ts";

export { stage } from "./stage/stage.ts";
export type { Realizer, Stage, StageOptions } from "./stage/stage.ts";
export type { Source } from "./stage/source.ts";
export type { Build, ExecOptions, ExecResult, Progress } from "./stage/build.ts";
export { match } from "./stage/matcher.ts";
export type { Candidate, Matcher, MatchOptions, Metric } from "./stage/matcher.ts";
export { all, best, exact, latest, only, some } from "./stage/matchers.ts";
export type { BestOptions } from "./stage/matchers.ts";
export type { Metrics, MetricValue } from "./stage/metrics.ts";
export { derivation, instantiate, Registry } from "./stage/registry.ts";
export type { StoreOption } from "./stage/registry.ts";
export type { Closure, Derivation } from "./stage/closure.ts";

export { realize, realize$, realizeMany } from "./realize/realize.ts";
export type { Capture, LogStream, RealizeEvent, RealizeOptions } from "./realize/events.ts";
export { BuildError } from "./realize/failure.ts";
export type { BuildFailure } from "./realize/failure.ts";

export { lens } from "./lens/lens.ts";
export type { LensStart } from "./lens/lens.ts";
export type { AccessorName, FieldLens, Lens, Stored, UntypedLens } from "./lens/types.ts";
export { outcomes } from "./outcomes.ts";
export type { Outcome, Outcomes, OutcomesOptions, OutcomesTarget } from "./outcomes.ts";
