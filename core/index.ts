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
export type { Displayed, KeptDisplay } from "./store/displays.ts";
export type { BuildRecord } from "./store/record.ts";
export type { Failure } from "./store/failure.ts";

export { stage } from "./stage/stage.ts";
export type { Realizer, Stage, StageOptions } from "./stage/stage.ts";
export type { BuildLimits } from "./stage/limits.ts";
export type { Source } from "./stage/source.ts";
export type { Build, BuildDisplay, ExecOptions, ExecResult, Progress, Shown } from "./stage/build.ts";
export { match } from "./stage/matcher.ts";
export type { Candidate, Matcher, MatchOptions, Metric } from "./stage/matcher.ts";
export { all, best, exact, latest, only, some } from "./stage/matchers.ts";
export type { BestOptions } from "./stage/matchers.ts";
export { both, either, narrow } from "./stage/combine.ts";
export { tolerant } from "./stage/tolerant.ts";
export type { Metrics, MetricValue } from "./stage/metrics.ts";
export { derivation, instantiate, Registry } from "./stage/registry.ts";
export type { InstantiateOptions, StoreOption } from "./stage/registry.ts";
export { closureFromStore } from "./stage/stored-closure.ts";
export type { LoadBundleOptions } from "./stage/load-bundle.ts";
export { whyOpen } from "./stage/bundle.ts";
export type { Bundling } from "./stage/bundle.ts";
export type { Closures, Targets } from "./stage/targets.ts";
export type { Closure, Derivation, OnFailure } from "./stage/closure.ts";

export { builtInRealizer } from "./stages/built-in-realizer.ts";
export type { BuiltInName } from "./stages/built-in.ts";
export { command } from "./stages/command.ts";
export type { CommandConfig, CommandOptions, CommandPlace, CommandWord } from "./stages/command.ts";
export { fetchLocal } from "./stages/fetch-local.ts";
export type { FetchedLocalConfig, FetchLocalOptions } from "./stages/fetch-local.ts";
export { fetchUrl } from "./stages/fetch-url.ts";
export type {
  FetchArchiveOptions,
  FetchedArchiveConfig,
  FetchedFileConfig,
  FetchFileOptions,
} from "./stages/fetch-url.ts";
export { file } from "./stages/file.ts";
export type { FileConfig, FileOptions } from "./stages/file.ts";
export { node } from "./stages/node.ts";
export type { ArtifactContent, NodeOptions } from "./stages/node.ts";
export { realized } from "./stages/realized.ts";
export { redefine } from "./stages/redefine.ts";
export type { Redefinition } from "./stages/redefine.ts";
export { unpack } from "./stages/unpack.ts";
export type { ArchivePlace, UnpackConfig, UnpackOptions } from "./stages/unpack.ts";
export type { ArchiveFormat } from "./stages/extract/format.ts";
export type { UnpackLimits } from "./stages/extract/limits.ts";

export { realize, realize$, realizeMany } from "./realize/realize.ts";
export type { Realized, RealizedMany } from "./realize/realize.ts";
export { eventToJson } from "./realize/event-json.ts";
export type { ErrorFacts, RealizeEventJson } from "./realize/event-json.ts";
export type {
  BuiltEvent,
  CancelledEvent,
  ClearEvent,
  DisplayEvent,
  DoneEvent,
  FailedEvent,
  LogEvent,
  LogStream,
  MatchedEvent,
  OverallEvent,
  PlannedEvent,
  PlannedStage,
  ProgressEvent,
  RealizeEvent,
  ReusedEvent,
  RunningStage,
  StartedEvent,
  TargetOutcome,
  WaitingEvent,
  WarningEvent,
} from "./realize/events.ts";
export type { RealizeOptions } from "./realize/options.ts";
export { pause } from "./realize/pause.ts";
export type { Held, PauseOptions, ResumeOptions } from "./realize/held.ts";
export type { LeftBehind } from "./realize/adopt.ts";
export type { PausePlace } from "./realize/derivations-at.ts";
export { BuildError } from "./realize/failure.ts";
export type { BuildFailure } from "./realize/failure.ts";

export type { BuildTask, Capture, CaptureSink, Executor } from "./executors/executor.ts";
export { inProcess } from "./executors/in-process.ts";
export { processes } from "./executors/processes/processes.ts";
export type { ProcessesOptions, ProcessExecutor } from "./executors/processes/processes.ts";

export { explain } from "./explain/explain.ts";
export type { ExplainOptions } from "./explain/explain.ts";
export type { Comparison, ExplainedDerivation, Explanation } from "./explain/explanation.ts";
export type { Change, ConfigPath, HelperKind, Presence, RunReason } from "./explain/change.ts";
export type { EnvironmentDifference } from "./explain/made-in.ts";
export type { DiffLine, TextDiff } from "./explain/text-diff.ts";
export { reasonText } from "./explain/reason-text.ts";

export { compare } from "./compare/compare.ts";
export type { CompareOptions } from "./compare/compare.ts";
export type { CompareTarget } from "./compare/compared-side.ts";
export type {
  ArtifactFacts,
  Compared,
  ComparedArtifact,
  ComparedMetric,
  ComparedRealization,
  ComparedSide,
  ContextDifference,
} from "./compare/compared.ts";

export { lens } from "./lens/lens.ts";
export type { LensStart } from "./lens/lens.ts";
export type { AccessorName, FieldLens, Lens, ObjectLens, Stored, UntypedLens } from "./lens/types.ts";
export { replay } from "./replay.ts";
export type { Replay, ReplayEntry } from "./replay.ts";
export { outcomes } from "./outcomes/outcomes.ts";
export type { OutcomesOptions } from "./outcomes/outcomes.ts";
export type { OutcomesTarget } from "./outcomes/targets.ts";
export type { Outcomes } from "./outcomes/table.ts";
export type { Outcome, OutcomeCell } from "./outcomes/outcome.ts";
export type { OutcomeMetrics, OutcomeValue, Series } from "./outcomes/read-metrics.ts";
export type { OutcomeGroup, OutcomeGroups } from "./outcomes/groups.ts";
export type { Spread } from "./outcomes/spread.ts";
export type { CsvOptions } from "./outcomes/csv.ts";

export { sweep } from "./sweep/sweep.ts";
export type { Sweep, SweepPoint } from "./sweep/sweep.ts";
export type { Swept } from "./sweep/swept.ts";
export { list } from "./sweep/points.ts";
export type { Assignment, Grid, Points } from "./sweep/points.ts";
export type { FieldPath, FieldValue } from "./sweep/field.ts";
export { choice, integers, logUniform, random, uniform } from "./sweep/random.ts";
export type { Distribution, RandomOptions } from "./sweep/random.ts";
export type { Picked } from "./sweep/pick.ts";
export type { WinnerConfig } from "./sweep/winner.ts";
export type { ChoicePath } from "./sweep/choice.ts";

export { copyClosure } from "./archive/copy-closure.ts";
export type { CopyClosureOptions } from "./archive/copy-closure.ts";
export type { MoveOptions, MoveProgress } from "./archive/moving.ts";
export { packClosure } from "./archive/pack-closure.ts";
export type { Packed } from "./archive/pack-closure.ts";
export { unpackClosure } from "./archive/unpack-closure.ts";
export type { Brought, UnpackClosureOptions } from "./archive/unpack-closure.ts";
export { generateKey, publicKeyOf } from "./signatures/key.ts";
export type { KeyPair } from "./signatures/key.ts";
export { signClosure } from "./signatures/sign.ts";
export { fetchClosure } from "./remotes/fetch-closure.ts";
export type { RemotePatience, RemotePlace } from "./remotes/remote.ts";
export { importPylightnix } from "./pylightnix/import-pylightnix.ts";
export type { ImportOptions } from "./pylightnix/import-pylightnix.ts";
export { pylightnixRefs } from "./pylightnix/kept-refs.ts";
export type { RefMap } from "./pylightnix/kept-refs.ts";

export { dependencies, dependents, tops } from "./query/depend.ts";
export type { DependOptions, Tops } from "./query/depend.ts";
export { find, findDerivations } from "./query/find.ts";
export type { DerivationQuery, Found, Period, RealizationQuery } from "./query/find.ts";
export { listArtifacts, readArtifact } from "./query/artifacts.ts";
export type { FolderItem } from "./query/artifacts.ts";
export { diffConfigs } from "./query/diff.ts";
export type { ConfigDifference } from "./query/diff.ts";
export { diskUsage } from "./query/usage.ts";
export type { Usage } from "./query/usage.ts";
export { linkInto } from "./query/link.ts";
export type { LinkOptions } from "./query/link.ts";
export { dropRoot, keep, keepFolder, listRoots } from "./store/roots.ts";
export type { Root } from "./store/roots.ts";
export { collect } from "./store/collect/collect.ts";
export type { Collected, CollectRun } from "./store/collect/collect.ts";
export { planCollection } from "./store/collect/plan.ts";
export type { Garbage } from "./store/collect/garbage.ts";
export type { CollectionPlan, CollectOptions } from "./store/collect/plan.ts";
export type { Leftover } from "./store/collect/leftovers.ts";
export type { Reason } from "./store/collect/mark.ts";
export type { Holder } from "./store/collect/sources.ts";
export { removeRefs } from "./store/collect/remove.ts";
export type { RemoveOptions } from "./store/collect/remove.ts";
export { verify } from "./store/verify/verify.ts";
export type { VerifyOptions, VerifyProgress } from "./store/verify/verify.ts";
export type { Finding, Problem } from "./store/verify/finding.ts";
export { repair } from "./store/repair/repair.ts";
export type { Repaired, RepairOptions } from "./store/repair/repair.ts";
