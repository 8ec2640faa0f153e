import { statSync } from "node:fs";
import { join } from "node:path";
import { configSelfPaths, isStage, type JsonObject } from "./config.ts";
import { makeContext, type Context } from "./context.ts";
import { pathSegments } from "./path.ts";
import { candidatesFor, choose } from "./realize/choose.ts";
import { drefOf, isDRef, isRRef, parseDRef, type DRef, type RRef } from "./ref.ts";
import type { Closure, Derivation } from "./stage/closure.ts";
import { derivationsOf } from "./stage/describe.ts";
import type { Metric } from "./stage/matcher.ts";
import { readMetrics, type Metrics, type MetricValue } from "./stage/metrics.ts";
import type { StoreOption } from "./stage/registry.ts";
import type { Stage } from "./stage/stage.ts";
import { openStore, type Store } from "./store/store.ts";

/** All realizations of one derivation. */
export interface Outcomes<C = unknown> {
  readonly kind: "outcomes";
  readonly dref: DRef<C>;
  readonly name: string;
  /** What the stage's matcher is called; undefined when the outcomes were asked for by address. */
  readonly matcher: string | undefined;
  /** What the matcher compares by. */
  readonly metric?: Metric;
  /** The names of all metrics, that of the matcher first. */
  readonly columns: readonly string[];
  /** By the matcher's metric, the best first, those without it last; else the newest first. Those that failed come after all others. */
  readonly rows: readonly Outcome<C>[];
  /** Why the matcher chooses none of them, if it says so. */
  readonly problem?: string;
}

/** One realization as a row of a table. */
export interface Outcome<C = unknown> {
  readonly rref: RRef<C>;
  /** `"failed"` for a run that was recorded as a failure (see `onFailure`), which no matcher takes. */
  readonly state: "realized" | "failed";
  /** Why it failed, if it did. */
  readonly error?: string;
  /** Whether the matcher takes it, as things stand. */
  readonly chosen: boolean;
  readonly started: Date;
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** Empty for one that failed: what it left half done is no result. */
  readonly metrics: Metrics;
  readonly context: Context;
}

/** Which metrics to read. */
export interface OutcomesOptions extends StoreOption {
  /**
   * JSON artifacts to read metrics from. Unless given: the matcher's and every one that a self path promises; if there are
   * none, all JSON files at the top of each realization. Names from the first file stay as they are, those from the others
   * are preceded by the file's.
   */
  readonly metrics?: readonly string[] | undefined;
}

/** What `outcomes` can be asked of. */
export type OutcomesTarget<C = unknown> = Stage<C> | DRef<C> | RRef<C> | Closure<C>;

// A table of metrics is read from small files; a saved model may be JSON as well.
const MAX_METRICS_BYTES = 1024 * 1024;

/**
 * All realizations of a derivation as a table with metrics: what came of running it again and again. Of a stage or closure it
 * also tells which of them the matcher takes.
 *
 * @throws {TypeError} for what is no stage, closure or address
 *
 * @example
 * ```ts
 * const { rows } = await outcomes(classifier);
 * rows[0]?.metrics["accuracy"];    // the best one
 * ```
 */
export async function outcomes<C>(
  target: OutcomesTarget<C>,
  options: OutcomesOptions = {},
): Promise<Outcomes<C>> {
  const { dref, store, derivations } = resolveTarget(target, options.store);
  const derivation = derivations.find((one) => one.dref === dref);
  const metric = derivation?.matcher.metric;
  const choice = chooseNow(store, derivations, dref);
  const rrefs = store.realizations(dref);
  const config = derivation?.config ?? (store.hasDerivation(dref) ? store.config(dref) : {});
  const files = options.metrics ?? metricFiles(config, metric);
  const rows = rrefs.map((rref) => readOutcome(store, rref, { files, chosen: choice.rrefs.includes(rref) }));
  return {
    kind: "outcomes",
    dref: dref as DRef<C>,
    name: parseDRef(dref).name,
    matcher: derivation?.matcher.name,
    ...(metric && { metric }),
    ...(choice.problem !== undefined && { problem: choice.problem }),
    columns: columnsOf(rows, metric),
    rows: rows.sort(failedLast(bestFirst(metric))) as Outcome<C>[],
  };
}

interface Target {
  readonly dref: DRef;
  readonly store: Store;
  readonly derivations: readonly Derivation[];
}

function resolveTarget(target: unknown, store: Store | undefined): Target {
  if (isRRef(target)) return { dref: drefOf(target), store: store ?? openStore(), derivations: [] };
  if (isDRef(target)) return { dref: target, store: store ?? openStore(), derivations: [] };
  if (isStage(target)) {
    const derivations = derivationsOf(target as Stage);
    return { dref: derivations.at(-1)?.dref as DRef, store: store ?? openStore(), derivations };
  }
  if (typeof target === "object" && target !== null && "kind" in target && target.kind === "closure") {
    const { dref, store: own, derivations } = target as Closure;
    return { dref, store: store ?? own, derivations };
  }
  throw new TypeError(
    `Cannot list the outcomes of ${String(target)}: it is no stage, closure, derivation or realization`,
  );
}

/** What the matchers take as things stand, from the bottom up. What is not realized has no context to choose in. */
function chooseNow(
  store: Store,
  derivations: readonly Derivation[],
  target: DRef,
): { rrefs: readonly RRef[]; problem?: string } {
  const chosen = new Map<DRef, readonly RRef[]>();
  let problem: string | undefined;
  for (const derivation of derivations) {
    const { dref, dependencies } = derivation;
    if (!dependencies.every((dependency) => chosen.has(dependency))) continue;
    const context = makeContext(dependencies.map((dependency) => [dependency, chosen.get(dependency) ?? []]));
    try {
      const rrefs = choose(derivation, candidatesFor(store, derivation, context));
      if (rrefs !== undefined) chosen.set(dref, rrefs);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return { rrefs: chosen.get(target) ?? [], ...(problem !== undefined && { problem }) };
}

function metricFiles(config: JsonObject, metric: Metric | undefined): readonly string[] | undefined {
  const promised = configSelfPaths(config).map((path) => pathSegments(path).join("/"));
  const files = [...(metric ? [metric.file] : []), ...promised.filter((file) => file.endsWith(".json"))];
  return files.length === 0 ? undefined : [...new Set(files)];
}

function readOutcome(
  store: Store,
  rref: RRef,
  { files, chosen }: { files: readonly string[] | undefined; chosen: boolean },
): Outcome {
  const { started, stopped } = store.buildRecord(rref);
  const failure = store.failure(rref);
  return {
    rref,
    state: failure === undefined ? "realized" : "failed",
    ...(failure !== undefined && { error: failure.error }),
    chosen,
    started: new Date(started),
    durationMs: Date.parse(stopped) - Date.parse(started),
    sizeBytes: store.sizeBytes(rref),
    metrics:
      failure === undefined
        ? readAll(store.path(rref), files ?? store.artifacts(rref).filter((name) => name.endsWith(".json")))
        : {},
    context: store.context(rref),
  };
}

function readAll(folder: string, files: readonly string[]): Metrics {
  const all: Record<string, MetricValue> = {};
  for (const [index, file] of files.entries()) {
    const stem = file.replace(/\.json$/, "").replaceAll("/", ".");
    for (const [name, value] of Object.entries(
      isSmall(join(folder, file)) ? (readMetrics(folder, file) ?? {}) : {},
    )) {
      const named = name === "" ? stem : index === 0 ? name : `${stem}.${name}`;
      all[named] = value;
    }
  }
  return all;
}

function isSmall(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= MAX_METRICS_BYTES;
}

/** The name under which the matcher's metric stands in a row. */
function columnOf({ file, key }: Metric): string {
  return key === "" ? file.replace(/\.json$/, "").replaceAll("/", ".") : key;
}

function columnsOf(rows: readonly Outcome[], metric: Metric | undefined): string[] {
  const names = new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)));
  const first = metric === undefined ? undefined : columnOf(metric);
  return first === undefined || !names.has(first) ? [...names] : [...new Set([first, ...names])];
}

function failedLast(compare: (a: Outcome, b: Outcome) => number): (a: Outcome, b: Outcome) => number {
  const rank = ({ state }: Outcome): number => (state === "failed" ? 1 : 0);
  return (a, b) => rank(a) - rank(b) || compare(a, b);
}

function bestFirst(metric: Metric | undefined): (a: Outcome, b: Outcome) => number {
  if (metric === undefined) return (a, b) => stoppedAt(b) - stoppedAt(a) || byAddress(a, b);
  const sign = metric.order === "max" ? -1 : 1;
  const score = ({ metrics }: Outcome): number => {
    const value = metrics[columnOf(metric)];
    return typeof value === "number" ? sign * value : Number.POSITIVE_INFINITY;
  };
  // Infinity less infinity is no number, so equals are asked for first.
  return (a, b) =>
    score(a) === score(b) ? stoppedAt(a) - stoppedAt(b) || byAddress(a, b) : score(a) - score(b);
}

function stoppedAt({ started, durationMs }: Outcome): number {
  return started.getTime() + durationMs;
}

function byAddress(a: Outcome, b: Outcome): number {
  return a.rref < b.rref ? -1 : 1;
}
