import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { differences, type ConfigDifference } from "../query/diff.ts";
import { isRefPath } from "../path.ts";
import { isDRef } from "../ref.ts";
import { ENVIRONMENT_FIELD, environmentOf, type EnvironmentValues } from "../stage/environment.ts";
import { sourceDigests } from "../stage/source-texts.ts";
import { changedParts } from "./changed-parts.ts";
import type { Change, ConfigPath, HelperKind, Presence } from "./change.ts";
import { diffCode, type TextDiff } from "./text-diff.ts";

/** Finds a text of code by its digest. */
export type FindText = (digest: string) => string | undefined;

// Of an array, so many single numbers are told; of more, the array.
const MOST_ITEMS = 6;

/** In what a config differs from an earlier one: what is told by its values first, and code last, which takes many lines. */
export function compareConfigs(before: JsonObject, after: JsonObject, findText: FindText): Change[] {
  const data = (config: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(config).filter(([field]) => field !== "__source__" && field !== ENVIRONMENT_FIELD),
    );
  const [old, now] = [data(before), data(after)];
  const fields = joined(differences(old, now), [old, now]).map((one) => changeOf(one, now));
  const environment = environmentChanges(environmentOf(before), environmentOf(after));
  return [...compareCode(before, after, findText), ...environment, ...fields].sort(
    (a, b) => rank(a) - rank(b),
  );
}

const ranks: Readonly<Record<Change["type"], number>> = {
  "config-changed": 0,
  "captured-changed": 1,
  "version-changed": 2,
  "package-changed": 3,
  "environment-changed": 4,
  "dependency-changed": 5,
  "source-changed": 6,
  "helper-changed": 7,
};

function rank({ type }: Change): number {
  return ranks[type];
}

function environmentChanges(before: EnvironmentValues, after: EnvironmentValues): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name): Change[] => {
    const [old, now] = [before[name], after[name]];
    if (old === now) return [];
    return [
      {
        type: "environment-changed",
        name,
        ...(old !== undefined && { before: old }),
        ...(now !== undefined && { after: now }),
      },
    ];
  });
}

function changeOf({ path, before, after }: ConfigDifference, config: JsonObject): Change {
  const values = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  if (isDRef(before) && isDRef(after))
    return { type: "dependency-changed", path: placeOf(path, config), before, after };
  if (path[0] === "__version__") return { type: "version-changed", ...values };
  if (path[0] === "__captured__") return { type: "captured-changed", path: path.slice(1), ...values };
  return { type: "config-changed", path, ...values };
}

// A path into a dependency is an array of which the first item is the dependency.
function placeOf(path: ConfigPath, config: JsonObject): ConfigPath {
  const place = isRefPath(valueAt(config, path.slice(0, -1))) ? path.slice(0, -1) : path;
  return place[0] === "__captured__" ? place.slice(1) : place;
}

/** Differences in many places of one array as one difference of the array. */
function joined(
  all: readonly ConfigDifference[],
  [before, after]: readonly [Json, Json],
): readonly ConfigDifference[] {
  const counts = new Map<string, number>();
  const arrayOf = ({ path }: ConfigDifference): ConfigPath | undefined =>
    typeof path.at(-1) === "number" ? path.slice(0, -1) : undefined;
  for (const one of all) {
    const array = arrayOf(one);
    if (array !== undefined) counts.set(array.join("\0"), (counts.get(array.join("\0")) ?? 0) + 1);
  }
  const told = new Set<string>();
  return all.flatMap((one): ConfigDifference[] => {
    const array = arrayOf(one);
    const name = array?.join("\0") ?? "";
    if (array === undefined || (counts.get(name) ?? 0) <= MOST_ITEMS) return [one];
    if (told.has(name)) return [];
    told.add(name);
    return [{ path: array, ...valuesAt(array, before, after) }];
  });
}

function valuesAt(path: ConfigPath, before: Json, after: Json): Pick<ConfigDifference, "before" | "after"> {
  const [old, now] = [valueAt(before, path), valueAt(after, path)];
  return { ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) };
}

function valueAt(json: Json, path: ConfigPath): Json | undefined {
  let at: Json | undefined = json;
  for (const step of path) {
    if (Array.isArray(at)) at = (at as readonly Json[])[Number(step)];
    else at = isJsonObject(at) ? at[step] : undefined;
  }
  return at;
}

function compareCode(before: JsonObject, after: JsonObject, findText: FindText): Change[] {
  const [old, now] = [sourceDigests(before), sourceDigests(after)];
  const changes: Change[] = [];
  const realizer = pair(old?.code, now?.code);
  if (realizer !== undefined)
    changes.push({ type: "source-changed", presence: realizer.presence, ...diffOf(realizer, findText) });
  const names = [...new Set([...Object.keys(old?.uses ?? {}), ...Object.keys(now?.uses ?? {})])].sort();
  for (const name of names) {
    const used = pair(own(old?.uses, name), own(now?.uses, name));
    if (used !== undefined) changes.push(useChange(name, used, findText));
  }
  return changes;
}

function own(uses: Readonly<Record<string, string>> = {}, name: string): string | undefined {
  return Object.hasOwn(uses, name) ? uses[name] : undefined;
}

/** Two digests of which at least one is there, and that are not the same. */
interface Pair {
  readonly presence: Presence;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function pair(before: string | undefined, after: string | undefined): Pair | undefined {
  if (before === after) return undefined;
  const presence = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return { presence, before, after };
}

/** What a stage uses by name: a package, a file, or something of a cell, which may be data as well as code. */
function useChange(name: string, used: Pair, findText: FindText): Change {
  const use = readUse(used, findText);
  const [, kind, rest = ""] = /^(package|file):(.*)$/su.exec(name) ?? [];
  if (kind === "package") return packageChange(rest, use);
  if (kind === "file") return fileChange(rest, use);
  return use.isData ? capturedChange(name, use) : codeChange(name, use);
}

/** What the two digests of a use stand for, as far as that is known. */
interface ReadUse extends Pair {
  /** What the texts are as JSON. */
  readonly data: Json | undefined;
  readonly dataNow: Json | undefined;
  /** Whether all that is there is JSON. */
  readonly isData: boolean;
}

function readUse(used: Pair, findText: FindText): ReadUse {
  const { before, after } = textsOf(used, findText);
  const [data, dataNow] = [before, after].map((text) => (text === undefined ? undefined : parsedJson(text)));
  const isData =
    (used.before === undefined || data !== undefined) && (used.after === undefined || dataNow !== undefined);
  return { presence: used.presence, before, after, data, dataNow, isData };
}

function packageChange(name: string, { presence, data, dataNow }: ReadUse): Change {
  return {
    type: "package-changed",
    name,
    presence,
    ...(typeof data === "string" && { before: data }),
    ...(typeof dataNow === "string" && { after: dataNow }),
  };
}

function fileChange(name: string, { presence, before, after, data, dataNow, isData }: ReadUse): Change {
  const [old, now] = [contentOf(before, data), contentOf(after, dataNow)];
  const parts = isData || old === undefined || now === undefined ? [] : changedParts(old, now);
  return {
    type: "helper-changed",
    kind: "file",
    name,
    ...(parts.length > 0 && { parts }),
    presence,
    ...diffBetween(presence, old, now),
  };
}

function capturedChange(name: string, { data, dataNow }: ReadUse): Change {
  return {
    type: "captured-changed",
    path: [name],
    ...(data !== undefined && { before: data }),
    ...(dataNow !== undefined && { after: dataNow }),
  };
}

function codeChange(name: string, { presence, before, after }: ReadUse): Change {
  const isStatements = name === "effects:";
  return {
    type: "helper-changed",
    kind: isStatements ? "statements" : kindOf(after ?? before ?? ""),
    name: isStatements ? "" : name,
    presence,
    ...diffBetween(presence, before, after),
  };
}

function kindOf(text: string): HelperKind {
  const code = text.replace(/^export\s+/u, "");
  if (/^import\b/u.test(code)) return "import";
  const value = code.replace(/^(?:const|let|var)\s[^=]*=\s*/u, "");
  if (/^(?:abstract\s+)?class\b/u.test(value)) return "class";
  return /^(?:async\b|function\b|\([^]*?\)\s*=>|[\w$]+\s*=>)/u.test(value) ? "function" : "declaration";
}

// What is no program is kept as a text literal.
function contentOf(text: string | undefined, json: Json | undefined): string | undefined {
  return typeof json === "string" ? json : text;
}

function diffOf(digests: Pair, findText: FindText): { diff?: TextDiff } {
  const { before, after } = textsOf(digests, findText);
  return diffBetween(digests.presence, before, after);
}

function textsOf({ before, after }: Pair, findText: FindText): Pick<Pair, "before" | "after"> {
  const textOf = (digest: string | undefined): string | undefined =>
    digest === undefined ? undefined : findText(digest);
  return { before: textOf(before), after: textOf(after) };
}

function diffBetween(
  presence: Presence,
  before: string | undefined,
  after: string | undefined,
): { diff?: TextDiff } {
  if (presence !== "changed" || before === undefined || after === undefined) return {};
  return { diff: diffCode(before, after) };
}

function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
