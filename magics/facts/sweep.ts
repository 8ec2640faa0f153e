import { isDeepStrictEqual } from "node:util";
import { canonicalJson } from "../../core/canonical.ts";
import { configSelfPaths, isJsonObject } from "../../core/config.ts";
import type { Json, JsonObject } from "../../core/config.ts";
import { outcomes } from "../../core/index.ts";
import type { Metric, Outcome, RRef } from "../../core/index.ts";
import { isSelfPath, pathSegments } from "../../core/path.ts";
import { drefOf } from "../../core/ref.ts";
import type { Store } from "../../core/store/store.ts";
import type { Provenance } from "../provenance.ts";
import type { Session } from "../session.ts";
import { readRealization } from "./realization.ts";
import type { RealizationFacts } from "./realization.ts";

/** Realizations of stages that differ in their configs, side by side. */
export interface SweepFacts {
  readonly name: string;
  /** The config fields that are not the same in all, nested ones joined by dots. */
  readonly fields: readonly string[];
  /** The names of their metrics. */
  readonly columns: readonly string[];
  /** What all their matchers compare by, and the column that it stands in. */
  readonly best?: { readonly column: string; readonly order: Metric["order"] };
  /** In the order in which they were given. */
  readonly rows: readonly SweepRow[];
}

/** One realization of a sweep. */
export interface SweepRow {
  readonly realization: RealizationFacts;
  readonly fields: Readonly<Record<string, Json | undefined>>;
  readonly metrics: Outcome["metrics"];
  /** Whether none is better by the metric of their matchers. */
  readonly isBest: boolean;
}

/** Reads realizations as a sweep; nothing unless they are of one name and of several derivations. */
export async function readSweep(
  rrefs: readonly RRef[],
  { store, provenance }: Session,
): Promise<SweepFacts | undefined> {
  const realizations = rrefs.map((rref) => readRealization(rref, store));
  const [first] = realizations;
  if (first === undefined || realizations.some(({ name }) => name !== first.name)) return undefined;
  if (new Set(realizations.map(({ dref }) => dref)).size < 2) return undefined;
  const metric = sharedMetric(rrefs, provenance);
  const metrics = await Promise.all(realizations.map((one) => metricsOf(one, metric, store)));
  const column = metric && (metric.key || metric.file.replace(/\.json$/u, "").replaceAll("/", "."));
  const score = metrics.map((one) => scoreOf(one, column, metric?.order));
  const top = Math.max(...score);
  const all = realizations.map(({ config }) => flatFields(config));
  const names = [...new Set(all.flatMap((fields) => Object.keys(fields)))];
  const columns = new Set([
    ...(column !== undefined && top > Number.NEGATIVE_INFINITY ? [column] : []),
    ...metrics.flatMap((one) => Object.keys(one)),
  ]);
  return {
    name: first.name,
    fields: names.filter((name) => new Set(all.map((fields) => textOf(fields[name]))).size > 1),
    columns: [...columns],
    ...(column !== undefined && metric && { best: { column, order: metric.order } }),
    rows: realizations.map((realization, index) => ({
      realization,
      fields: all[index] ?? {},
      metrics: metrics[index] ?? {},
      isBest: top > Number.NEGATIVE_INFINITY && score[index] === top,
    })),
  };
}

// Only stages of this session have matchers; what is in the store alone has none.
function sharedMetric(rrefs: readonly RRef[], provenance: Provenance): Metric | undefined {
  const [first, ...others] = rrefs.map((rref) => provenance.matcherOf(drefOf(rref))?.metric);
  return others.every((other) => isDeepStrictEqual(other, first)) ? first : undefined;
}

async function metricsOf(
  { rref, dref, config }: RealizationFacts,
  metric: Metric | undefined,
  store: Store,
): Promise<Outcome["metrics"]> {
  const promised = configSelfPaths(config).map((path) => pathSegments(path).join("/"));
  const files = [...new Set([...(metric ? [metric.file] : []), ...promised])];
  const metrics = metric && files.filter((file) => file.endsWith(".json") || file === metric.file);
  const { rows } = await outcomes(dref, { store, metrics });
  return rows.find((row) => row.rref === rref)?.metrics ?? {};
}

function scoreOf(
  metrics: Outcome["metrics"],
  column: string | undefined,
  order: Metric["order"] = "max",
): number {
  const value = column !== undefined && Object.hasOwn(metrics, column) ? metrics[column] : undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) return Number.NEGATIVE_INFINITY;
  return order === "max" ? value : -value;
}

// The leaves of a config; of what Lightnix adds to it, what a person can tell apart.
function flatFields(config: JsonObject): Record<string, Json> {
  const { __captured__: captured, __source__: source, __version__: version, ...own } = config;
  const fields: Record<string, Json> = {};
  const add = (name: string, value: Json): void => {
    if (!isJsonObject(value)) fields[name] = value;
    else for (const [inner, leaf] of Object.entries(value)) add(`${name}.${inner}`, leaf);
  };
  for (const [name, value] of Object.entries(own)) if (!isSelfPath(value)) add(name, value);
  if (isJsonObject(captured))
    for (const [name, value] of Object.entries(captured)) fields[`${name} (captured)`] = value;
  if (version !== undefined) fields["version"] = version;
  if (source !== undefined) fields["code"] = canonicalJson(source);
  return fields;
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
