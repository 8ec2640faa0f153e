import { configSelfPaths, type JsonObject } from "../config.ts";
import { emptyContext } from "../context.ts";
import { errorCode } from "../errors.ts";
import { pathSegments } from "../path.ts";
import { parseDRef, type RRef } from "../ref.ts";
import type { Metric } from "../stage/matcher.ts";
import { Breath } from "../store/breath.ts";
import type { Store } from "../store/store.ts";
import type { Outcome } from "./outcome.ts";
import {
  isHistoryFile,
  isMetricsFile,
  readMetricsFile,
  type FileMetrics,
  type OutcomeValue,
} from "./read-metrics.ts";
import { metricColumn } from "./table.ts";
import type { FoundTarget } from "./targets.ts";

/** What to read. */
export interface ReadOutcomesOptions {
  readonly targets: readonly (FoundTarget & {
    readonly fields: JsonObject;
    readonly hasDependencies: boolean;
  })[];
  readonly chosen: ReadonlySet<RRef>;
  /** The files that metrics are read from, if somebody said which. */
  readonly files: readonly string[] | undefined;
  readonly metric: Metric | undefined;
}

/** A realization, and the files of it that metrics are read from. */
interface Planned {
  readonly rref: RRef;
  readonly target: ReadOutcomesOptions["targets"][number];
  readonly files: readonly string[];
}

/**
 * Reads the outcomes of derivations. Goes from file to file, which is faster than all at once, keeps nothing but the metrics, and
 * lets others have their turn. What is collected meanwhile is passed over.
 */
export async function readOutcomes(store: Store, options: ReadOutcomesOptions): Promise<Outcome[]> {
  const breath = new Breath();
  const named = options.files ?? namedFiles(options);
  const planned: Planned[] = [];
  for (const target of options.targets) {
    for (const rref of store.realizations(target.dref)) {
      const found = options.files === undefined ? foundFiles(store, rref, named) : [];
      planned.push({ rref, target, files: [...named, ...found] });
      await breath.take();
    }
  }
  const prefixes = prefixesOf(planned, named);
  const rows: ReadOutcome[] = [];
  for (const one of planned) {
    const row = readOutcome(store, one, { prefixes, chosen: options.chosen });
    if (row !== undefined) rows.push(row);
    await breath.take();
  }
  return withoutNulls(rows, options.metric);
}

/** A row, and which of its metrics are null in their files. */
interface ReadOutcome {
  readonly outcome: Outcome;
  readonly nulls: ReadonlySet<string>;
}

/** Null stands for NaN where a number is meant: what matchers compare by, and what other outcomes have numbers of. All other nulls are no metrics. */
function withoutNulls(rows: readonly ReadOutcome[], metric: Metric | undefined): Outcome[] {
  const numeric = new Set<string>();
  const names = new Set<string>();
  for (const { outcome, nulls } of rows) {
    for (const [name, value] of Object.entries(outcome.metrics)) {
      names.add(name);
      if (typeof value !== "string" && typeof value !== "boolean" && !nulls.has(name)) numeric.add(name);
    }
  }
  const own = metricColumn({ columns: [...names], ...(metric && { metric }) });
  if (own !== undefined) numeric.add(own);
  return rows.map(({ outcome, nulls }) => {
    if ([...nulls].every((name) => numeric.has(name))) return outcome;
    const kept = Object.entries(outcome.metrics).filter(([name]) => !nulls.has(name) || numeric.has(name));
    return { ...outcome, metrics: Object.fromEntries(kept) };
  });
}

/** The matchers' files, and those that are promised. */
function namedFiles({ targets, metric }: ReadOutcomesOptions): string[] {
  const files = new Set(metric === undefined ? [] : [metric.file]);
  for (const { derivation } of targets)
    if (derivation?.matcher.metric) files.add(derivation.matcher.metric.file);
  for (const { config } of targets) {
    for (const path of configSelfPaths(config)) {
      const file = pathSegments(path).join("/");
      if (isMetricsFile(file)) files.add(file);
    }
  }
  return [...files];
}

function foundFiles(store: Store, rref: RRef, named: readonly string[]): string[] {
  const isWanted = named.length === 0 ? isMetricsFile : isHistoryFile;
  return artifactsOf(store, rref).filter((name) => isWanted(name) && !named.includes(name));
}

function artifactsOf(store: Store, rref: RRef): string[] {
  return unlessGone(() => store.artifacts(rref)) ?? [];
}

/** What stands before the names of the metrics in each file: nothing for the first. */
function prefixesOf(planned: readonly Planned[], named: readonly string[]): ReadonlyMap<string, string> {
  const found = new Set(planned.flatMap(({ files }) => files));
  const first = named[0] ?? (found.has("metrics.json") ? "metrics.json" : [...found].sort()[0]);
  return new Map([...found, ...named].map((file) => [file, file === first ? "" : stemOf(file)]));
}

function stemOf(file: string): string {
  return file.replace(/\.(?:json|jsonl|ndjson)$/, "").replaceAll("/", ".");
}

function readOutcome(
  store: Store,
  { rref, target, files }: Planned,
  { prefixes, chosen }: { prefixes: ReadonlyMap<string, string>; chosen: ReadonlySet<RRef> },
): ReadOutcome | undefined {
  return unlessGone(() => {
    const { started, stopped, sizeBytes = 0, hand } = store.buildRecord(rref);
    const failure = store.failure(rref);
    const { metrics, nulls } =
      failure === undefined
        ? readAll(store.path(rref), files, prefixes)
        : { metrics: {}, nulls: new Set<string>() };
    const outcome: Outcome = {
      rref,
      dref: target.dref,
      name: parseDRef(target.dref).name,
      state: failure === undefined ? "realized" : "failed",
      ...(failure !== undefined && { error: failure.error }),
      chosen: chosen.has(rref),
      ...(hand === true && { byHand: true }),
      started: new Date(started),
      durationMs: Date.parse(stopped) - Date.parse(started),
      sizeBytes,
      fields: target.fields,
      metrics,
      context: target.hasDependencies ? store.context(rref) : emptyContext,
    };
    return { outcome, nulls };
  });
}

function readAll(
  folder: string,
  files: readonly string[],
  prefixes: ReadonlyMap<string, string>,
): FileMetrics {
  const all: [string, OutcomeValue][] = [];
  const nulls = new Set<string>();
  for (const file of files) {
    const prefix = prefixes.get(file) ?? "";
    const read = readMetricsFile(folder, file);
    for (const [name, value] of Object.entries(read?.metrics ?? {})) {
      const column = name === "" ? stemOf(file) : prefix === "" ? name : `${prefix}.${name}`;
      all.push([column, value]);
      if (read?.nulls.has(name) === true) nulls.add(column);
      else nulls.delete(column);
    }
  }
  return { metrics: Object.fromEntries(all), nulls };
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (errorCode(error) === "unknown-realization") return undefined;
    throw error;
  }
}
