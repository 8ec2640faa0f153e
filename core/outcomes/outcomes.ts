import { isDeepStrictEqual } from "node:util";
import { configDependencies } from "../config.ts";
import { chooseNow } from "../realize/choose-now.ts";
import { mergeDerivations } from "../stage/describe.ts";
import type { DRef, RRef } from "../ref.ts";
import { parseDRef } from "../ref.ts";
import type { Metric } from "../stage/matcher.ts";
import type { StoreOption } from "../stage/registry.ts";
import { varyingFields } from "./config-fields.ts";
import { sorted } from "./groups.ts";
import { cellOf, type Outcome } from "./outcome.ts";
import { readOutcomes } from "./read-outcomes.ts";
import { metricColumn, outcomeTable, type Outcomes } from "./table.ts";
import { findTargets, type FoundTarget, type OutcomesTarget } from "./targets.ts";

/** Which metrics to read. */
export interface OutcomesOptions extends StoreOption {
  /**
   * JSON artifacts, or files with one JSON object a line, to read metrics from. Unless given: the matchers' and every one that a
   * self path promises, and all `.jsonl` files at the top of each realization; if none is named, also all JSON files there. Names
   * from the first file (of those that were only found: `metrics.json`) stay as they are, those from others are preceded by the
   * file's.
   */
  readonly metrics?: readonly string[] | undefined;
  /** What to compare by where the matchers do not say, or are not known. */
  readonly metric?: Metric | undefined;
}

/**
 * The realizations of one or many derivations as a table with metrics: what came of running it again and again, and what difference
 * a config makes. Takes a stage, a sweep, a closure, an address, an array of these, and a query for what the store has by a name:
 * `{ name: "classifier" }`. Of stages and closures it also tells which outcomes their matchers take.
 *
 * @throws {TypeError} for anything else
 * @throws {LightnixError} what the store throws
 *
 * @example
 * ```ts
 * const { rows } = await outcomes(classifier);
 * rows[0]?.metrics["accuracy"];                         // the best one
 * (await outcomes({ name: "classifier" })).group();     // every variant that was ever made, repeated runs together
 * ```
 */
export async function outcomes<C>(
  target: OutcomesTarget<C>,
  options: OutcomesOptions = {},
): Promise<Outcomes<C>> {
  const { store, targets, fields } = findTargets(target, options.store);
  const closures = mergeDerivations(
    targets.flatMap(({ closure }) => (closure === undefined ? [] : [closure])),
  );
  const { chosen, problems } = await chooseNow(store, closures);
  const metric = sharedMetric(targets) ?? options.metric;
  const varying = varyingFields(targets.map(({ config }) => config));
  const rows = await readOutcomes(store, {
    targets: targets.map((one, index) => ({
      ...one,
      fields: { ...varying.rows[index], ...one.values },
      hasDependencies: configDependencies(one.config).length > 0,
    })),
    chosen: new Set<RRef>([...chosen.values()].flat()),
    files: options.metrics,
    metric,
  });
  const columns = columnsOf(rows, metric);
  const problem = problems.get(targets.at(-1)?.dref as DRef) ?? [...problems.values()].at(-1);
  const matchers = new Set(targets.map(({ derivation }) => derivation?.matcher.name));
  const names = [...new Set(targets.map(({ dref }) => parseDRef(dref).name))];
  return outcomeTable<C>({
    name: names.join(", ") || queryName(target),
    drefs: targets.map(({ dref }) => dref as DRef<C>),
    matcher: matchers.size === 1 ? [...matchers][0] : undefined,
    ...(metric && { metric }),
    ...(problem !== undefined && { problem }),
    fields: fields ?? varying.fields,
    columns,
    rows: inOrder(rows, columns, metric) as Outcome<C>[],
  });
}

function sharedMetric(targets: readonly FoundTarget[]): Metric | undefined {
  const known = targets.flatMap(({ derivation }) =>
    derivation === undefined ? [] : [derivation.matcher.metric],
  );
  const [first, ...others] = known;
  return others.every((other) => isDeepStrictEqual(other, first)) ? first : undefined;
}

function queryName(target: unknown): string {
  const name = typeof target === "object" && target !== null && "name" in target ? target.name : undefined;
  return typeof name === "string" ? name : "";
}

function columnsOf(rows: readonly Outcome[], metric: Metric | undefined): string[] {
  const names = new Set<string>();
  for (const { metrics } of rows) for (const name in metrics) names.add(name);
  const first = metricColumn({ columns: [...names], ...(metric && { metric }) });
  return first === undefined ? [...names] : [...new Set([first, ...names])];
}

/** The best first, or else the newest; of equals, the one made first; those that failed after all others. */
function inOrder(
  rows: readonly Outcome[],
  columns: readonly string[],
  metric: Metric | undefined,
): readonly Outcome[] {
  const column = metricColumn({ columns, ...(metric && { metric }) });
  const stoppedAt = ({ started, durationMs }: Outcome): number => started.getTime() + durationMs;
  if (column === undefined || metric === undefined) return failedLast(sorted(rows, stoppedAt, "max"));
  return failedLast(sorted(sorted(rows, stoppedAt, "min"), (row) => cellOf(row, column), metric.order));
}

function failedLast(rows: readonly Outcome[]): Outcome[] {
  return [
    ...rows.filter(({ state }) => state !== "failed"),
    ...rows.filter(({ state }) => state === "failed"),
  ];
}
