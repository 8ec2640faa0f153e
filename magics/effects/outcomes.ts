import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isStage } from "../../core/config.ts";
import { outcomes } from "../../core/index.ts";
import type { OutcomeGroups, Outcomes, OutcomesTarget } from "../../core/index.ts";
import { lensPlace } from "../../core/lens/lens.ts";
import { isDRef, isRRef, parseDRef, parseRRef } from "../../core/ref.ts";
import { isClosure } from "../../core/stage/targets.ts";
import { isSweep } from "../../core/sweep/swept.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { plotOf } from "../plot-words.ts";
import { counted } from "../views/format.ts";
import { outcomeGroupsView } from "../views/outcome-groups.ts";
import { columnNamed, sortMetric } from "../views/outcome-rows.ts";
import type { SortMetric } from "../views/outcome-rows.ts";
import { outcomesView } from "../views/outcomes.ts";
import { readWhere, unknownColumn } from "../where.ts";
import type { OutcomesArguments } from "../commands/outcomes.ts";
import type { MagicContext } from "../registry.ts";

/** What `%outcomes` does. */
export async function outcomesEffect({
  args,
  host,
  session,
}: MagicContext<OutcomesArguments>): Promise<void> {
  const value = await args.expression.value();
  const all = isOutcomes(value)
    ? value
    : await outcomes(asTarget(value, args.expression.text, args.all), {
        store: session.store,
        metrics: args.metrics === undefined ? undefined : namesOf(args.metrics),
      });
  if (args.metrics !== undefined) checkMetrics(all, namesOf(args.metrics));
  const kept = args.where === undefined ? all : all.filter(readWhere(args.where, all));
  const by = args.by === undefined ? undefined : columnToSortBy(kept, args.by);
  const sorted = by === undefined ? kept : kept.sort(by.name, by.order);
  const drawn = plotOf(args.plot, sorted);
  const options = {
    ...(by && { by }),
    ...(args.top !== undefined && { top: args.top }),
    ...(drawn && { plot: drawn }),
  };
  if (args.group === undefined) {
    host.display(outcomesView(kept, { now: new Date(), ...options }));
    if (args.csv !== undefined) await write(args.csv, first(sorted, args.top), host);
    return;
  }
  const grouped = sortGroups(groupsOf(kept, args.group), kept, by);
  host.display(outcomeGroupsView(grouped.groups, { ...options, ...(grouped.by && { by: grouped.by }) }));
  if (args.csv !== undefined) await write(args.csv, first(grouped.groups, args.top), host);
}

// A metric's name in the place of a file's would otherwise be a table without any.
function checkMetrics({ rows }: Outcomes, files: readonly string[]): void {
  const made = rows.filter(({ state }) => state === "realized");
  if (made.length === 0 || made.some(({ metrics }) => Object.keys(metrics).length > 0)) return;
  const which = made.length === 1 ? "the outcome has" : `none of the ${made.length} outcomes has`;
  throw new MagicError(
    "no-metrics",
    `Cannot read metrics from ${files.map((file) => `"${file}"`).join(", ")}: ${which} ${made.length === 1 ? "no" : "a"} JSON file of that name with metrics in it. --metrics names files, such as metrics.json`,
  );
}

/** Names that are separated by commas or blanks. */
function namesOf(words: readonly string[]): string[] {
  return words.flatMap((word) => word.split(",")).filter((name) => name !== "");
}

function asTarget(value: unknown, text: string, all: boolean): OutcomesTarget {
  const target = targetIn(value);
  if (target === undefined) {
    throw new MagicError(
      "no-stage",
      `Cannot show the outcomes of "${text}": it is no stage, derivation or realization`,
      { expression: text },
    );
  }
  // The stage at hand comes first, so that it is known what its matcher takes.
  return all ? [target, ...namesIn(target).map((name) => ({ name }))] : target;
}

function targetIn(value: unknown): OutcomesTarget | undefined {
  const place = lensPlace(value);
  if (place !== undefined) return place.dref;
  if (Array.isArray(value)) {
    const targets = value.map(targetIn);
    return targets.length > 0 && targets.every((one) => one !== undefined) ? targets : undefined;
  }
  const isKnown = isStage(value) || isSweep(value) || isClosure(value) || isDRef(value) || isRRef(value);
  return isKnown ? (value as OutcomesTarget) : undefined;
}

function namesIn(target: unknown): string[] {
  if (Array.isArray(target)) return [...new Set(target.flatMap(namesIn))];
  if (isClosure(target)) return namesIn(target.dref);
  if (isDRef(target)) return [parseDRef(target).name];
  if (isRRef(target)) return [parseRRef(target).name];
  return [(target as { readonly name: string }).name];
}

function isOutcomes(value: unknown): value is Outcomes {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "outcomes";
}

function columnToSortBy(table: Outcomes, by: string): SortMetric {
  const metric = sortMetric(table, by);
  if (metric !== undefined) return metric;
  throw unknownColumn("sort", table, by);
}

function groupsOf(table: Outcomes, words: readonly string[]): OutcomeGroups {
  const columns = namesOf(words).map((name) => {
    const column = columnNamed(table, name);
    if (column === undefined) throw unknownColumn("group", table, name);
    return column;
  });
  return table.group(...columns);
}

// By what was asked for, else by what the matcher compares by.
function sortGroups(
  groups: OutcomeGroups,
  table: Outcomes,
  asked: SortMetric | undefined,
): { readonly groups: OutcomeGroups; readonly by: SortMetric | undefined } {
  const own = table.metric === undefined ? undefined : sortMetric(table, table.metric.key);
  const by = asked ?? (own !== undefined && groups.columns.includes(own.name) ? own : undefined);
  return { groups: by === undefined ? groups : groups.sort(by.name, by.order), by };
}

function first<T extends { top(n: number): T }>(table: T, top: number | undefined): T {
  return top === undefined ? table : table.top(top);
}

async function write(
  file: string,
  table: { readonly rows: readonly unknown[]; toCSV(): string },
  host: CellHost,
): Promise<void> {
  const path = resolve(host.folder, file);
  try {
    await writeFile(path, table.toCSV());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MagicError("unwritable-file", `Cannot write the outcomes to "${path}": ${reason}`, { path });
  }
  host.print(`wrote ${counted(table.rows.length, "row")} to ${path}\n`);
}
