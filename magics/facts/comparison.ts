import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import type { Json } from "../../core/config.ts";
import { diffText } from "../../core/explain/text-diff.ts";
import type { Compared, ComparedArtifact, RRef, Store, TextDiff } from "../../core/index.ts";
import { varyingFields } from "../../core/outcomes/config-fields.ts";

/** What the view of a comparison shows. */
export interface ComparisonFacts {
  /** What each of the two is called: as it was typed. */
  readonly labels: readonly [string, string];
  readonly compared: Compared;
  /** The fields of the config that are the same in both. */
  readonly unchanged: readonly (readonly [name: string, value: Json])[];
  /** The lines of small texts that differ, by the paths of the artifacts. */
  readonly diffs: ReadonlyMap<string, TextDiff>;
}

const maxDiffs = 4;
const maxTextBytes = 64_000;

/** Adds to a comparison what only people want to see. */
export function comparisonFacts(
  compared: Compared,
  store: Store,
  labels: readonly [string, string],
): ComparisonFacts {
  const { before, after } = compared;
  const { fields, rows } = varyingFields([before.config, after.config]);
  const unchanged = Object.entries(rows[0] ?? {}).filter(
    ([name]) => name !== "code" && !fields.includes(name),
  );
  return { labels, compared, unchanged, diffs: readDiffs(compared, store) };
}

function readDiffs({ before, after, artifacts }: Compared, store: Store): Map<string, TextDiff> {
  const [old, now] = [before.realization?.rref, after.realization?.rref];
  const diffs = new Map<string, TextDiff>();
  if (old === undefined || now === undefined) return diffs;
  for (const { path, presence, ...facts } of artifacts) {
    if (diffs.size >= maxDiffs) break;
    if (presence !== "changed" || !isSmallFile(facts.before) || !isSmallFile(facts.after)) continue;
    // What of JSON are metrics is told by its numbers.
    if (/\.(?:json|jsonl|ndjson)$/u.test(path)) continue;
    const [from, to] = [readText(old, path, store), readText(now, path, store)];
    if (from !== undefined && to !== undefined) diffs.set(path, diffText(from, to));
  }
  return diffs;
}

function isSmallFile(facts: ComparedArtifact["before"]): boolean {
  return facts?.kind !== "link" && facts?.kind !== "folder" && (facts?.sizeBytes ?? 0) <= maxTextBytes;
}

/** The text of an artifact; undefined when it is none, or what is there now is no longer what it was. */
function readText(rref: RRef, path: string, store: Store): string | undefined {
  let file: number | undefined;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    file = openSync(join(store.path(rref), path), flags);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > maxTextBytes) return undefined;
    const bytes = readFileSync(file);
    return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString() : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
