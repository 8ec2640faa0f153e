import { fieldText, reasonText, valueText } from "../../core/explain/reason-text.ts";
import type { Change, ComparedArtifact, ComparedSide, Json, RRef } from "../../core/index.ts";
import { environmentText } from "../../core/stage/environment.ts";
import { metricColumn } from "../../core/outcomes/table.ts";
import { parseDRef, shortHash } from "../../core/ref.ts";
import type { ComparisonFacts } from "../facts/comparison.ts";
import type { ComparisonRow, ComparisonSection } from "./comparison-row.ts";
import { jsonText } from "./config.ts";
import { formatAgo, formatBytes, formatDuration, formatNumber, shorten } from "./format.ts";
import { metricRow } from "./metric-row.ts";

const maxRows = 40;
const maxNames = 12;
const maxValue = 60;
const maxLabel = 80;
const maxLength = 100;
const maxNote = 160;
const maxRest = 600;

/** What a comparison tells in two columns, section by section; code and the lines of texts are told below them. */
export function comparisonSections(facts: ComparisonFacts, now: Date): ComparisonSection[] {
  return [
    configSection(facts),
    section("packages", facts.compared.changes.flatMap(packageRow)),
    section("environment", facts.compared.changes.flatMap(environmentRow)),
    section("dependencies", [
      ...facts.compared.changes.flatMap((one) => dependencyRow(one, facts)),
      ...facts.compared.context.map(contextRow),
    ]),
    metricsSection(facts),
    artifactsSection(facts),
    section("build", buildRows(facts, now)),
  ].filter(({ rows, rest }) => rows.length > 0 || rest !== undefined);
}

function section(
  title: string,
  rows: readonly ComparisonRow[],
  rest: readonly string[] = [],
): ComparisonSection {
  const more = rows.length > maxRows ? [`and ${rows.length - maxRows} more`, ...rest] : rest;
  return {
    title,
    rows: rows.slice(0, maxRows).map(shortened),
    ...(more.length > 0 && { rest: shorten(more.join(" · "), maxRest) }),
  };
}

function shortened(row: ComparisonRow): ComparisonRow {
  const { label, before, after, note } = row;
  return {
    ...row,
    label: shorten(label, maxLabel),
    ...(before !== undefined && { before: shorten(before, maxLength) }),
    ...(after !== undefined && { after: shorten(after, maxLength) }),
    ...(note !== undefined && { note: shorten(note, maxNote) }),
  };
}

function configSection({ compared, unchanged }: ComparisonFacts): ComparisonSection {
  const same = unchanged.map(([name, value]) => `${name} ${jsonText(value, 24)}`);
  return section("config", compared.changes.flatMap(configRow), namesText(same, "the same"));
}

/** `3 the same: a, b, c`. */
function namesText(names: readonly string[], what: string): string[] {
  if (names.length === 0) return [];
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : "";
  return [`${names.length} ${what}: ${names.slice(0, maxNames).join(", ")}${more}`];
}

function configRow(change: Change): ComparisonRow[] {
  switch (change.type) {
    case "config-changed":
      return [changed(fieldText(change.path), change)];
    case "captured-changed":
      return [changed(`${fieldText(change.path)} (captured)`, change)];
    case "version-changed":
      return [changed("version", change)];
    case "package-changed":
    case "environment-changed":
    case "dependency-changed":
    case "source-changed":
    case "helper-changed":
      return [];
  }
}

interface Values {
  readonly before?: Json;
  readonly after?: Json;
}

function changed(label: string, { before, after }: Values, text = shortValue): ComparisonRow {
  return {
    label,
    ...(before !== undefined && { before: text(before) }),
    ...(after !== undefined && { after: text(after) }),
    isSame: false,
  };
}

function shortValue(value: Json): string {
  return shorten(valueText(value), maxValue);
}

function packageRow(change: Change): ComparisonRow[] {
  if (change.type !== "package-changed") return [];
  const version = (value: Json): string => (typeof value === "string" ? value : valueText(value));
  const row = changed(change.name, change, version);
  const isUnknown = change.before === undefined && change.after === undefined;
  return [isUnknown ? { ...row, note: reasonText(change) } : row];
}

function environmentRow(change: Change): ComparisonRow[] {
  if (change.type !== "environment-changed") return [];
  const text = (value: Json): string => environmentText(change.name, value as string | null);
  return [changed(change.name, change, text)];
}

function dependencyRow(change: Change, { compared }: ComparisonFacts): ComparisonRow[] {
  if (change.type !== "dependency-changed") return [];
  const { before, after, path } = change;
  const inner = compared.comparisons.find((one) => one.before === before && one.after === after);
  const why = (inner?.changes ?? []).map(reasonText);
  return [
    {
      ...changed(fieldText(path), { before, after }),
      ...(why.length > 0 && { note: shorten(why.join(", "), 120) }),
    },
  ];
}

function contextRow({ dref, before, after }: ComparisonFacts["compared"]["context"][number]): ComparisonRow {
  const hashes = (rrefs: readonly RRef[]): string => {
    const more = rrefs.length > 3 ? ` and ${rrefs.length - 3} more` : "";
    return rrefs.slice(0, 3).map(shortHash).join(" ") + more;
  };
  return {
    label: parseDRef(dref).name,
    before: hashes(before),
    after: hashes(after),
    isSame: false,
    note: "another outcome of the same derivation",
  };
}

function metricsSection({ compared }: ComparisonFacts): ComparisonSection {
  const { metrics, metric } = compared;
  const own = metricColumn({ columns: metrics.map(({ name }) => name), ...(metric && { metric }) });
  return section(
    "metrics",
    metrics.map((one) => metricRow(one, one.name === own ? metric?.order : undefined)),
  );
}

function artifactsSection({ compared }: ComparisonFacts): ComparisonSection {
  const others = compared.artifacts.filter(({ presence }) => presence !== "same");
  const same = compared.artifacts.filter(({ presence }) => presence === "same").map(({ path }) => path);
  return section("artifacts", others.map(artifactRow), namesText(same, "the same"));
}

function artifactRow({ path, before, after }: ComparedArtifact): ComparisonRow {
  const text = ({ kind, sizeBytes, value }: NonNullable<ComparedArtifact["before"]>): string => {
    if (kind === "folder") return "an empty folder";
    if (kind === "link") return `link to ${shorten(value, maxValue)}`;
    return `${formatBytes(sizeBytes)}${kind === "executable" ? ", executable" : ""}`;
  };
  const isOtherContent =
    before !== undefined && after !== undefined && text(before) === text(after) && before.kind !== "link";
  return {
    label: shorten(path, 80),
    ...(before && { before: text(before) }),
    ...(after && { after: text(after) }),
    isSame: false,
    ...(isOtherContent && { note: "other content" }),
  };
}

function buildRows({ compared }: ComparisonFacts, now: Date): ComparisonRow[] {
  const [old, latest] = [compared.before, compared.after];
  const pair = (
    label: string,
    text: (one: NonNullable<ComparedSide["realization"]>) => string | undefined,
  ): ComparisonRow => {
    const [before, after] = [old, latest].map(({ realization }) => realization && text(realization));
    return {
      label,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
      isSame: before === after,
    };
  };
  const ratio = (latest.realization?.durationMs ?? 0) / (old.realization?.durationMs ?? 0);
  const isTold = Number.isFinite(ratio) && (ratio >= 1.1 || ratio <= 0.9) && ratio > 0;
  const took = pair("took", ({ durationMs }) => formatDuration(durationMs));
  return [
    pair("state", ({ error }) => (error === undefined ? undefined : `failed: ${shorten(error, maxValue)}`)),
    pair("built", ({ record }) => formatAgo(new Date(record.stopped), now)),
    isTold && !took.isSame ? { ...took, note: `${formatNumber(ratio, 2)} times as long` } : took,
    pair("size", ({ sizeBytes }) => formatBytes(sizeBytes)),
    pair("by", ({ record }) => `${record.user}@${record.host}${record["hand"] === true ? ", by hand" : ""}`),
    pair("Node", ({ record }) => record.versions.node),
    pair("platform", ({ record }) => record.platform),
    pair("Lightnix", ({ record }) => record.versions.lightnix),
  ].filter(({ before, after }) => before !== undefined || after !== undefined);
}
