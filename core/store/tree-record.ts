import { treeDigest, type TreeDigest, type TreeFact } from "../hash.ts";
import { RECORD_FILE, TREE_FILE } from "./layout.ts";
import type { BuildRecord } from "./record.ts";
import { readExactly } from "./verify/entries.ts";

/*
 * A realization keeps what each of its artifacts is, so that it can be told which one was changed. The digest of these facts is that of
 * the tree, which the address covers: they prove themselves. Few are part of the record, as a file of their own would cost each
 * build an inode; many are a file of their own, as the record is read often.
 */
const MOST_IN_RECORD = 8;

/** The texts of the record and of the facts about a tree, by the names of their files. */
export function recordTexts(record: BuildRecord, { sizeBytes, facts }: TreeDigest): Record<string, string> {
  const areFew = facts.length <= MOST_IN_RECORD;
  const text = JSON.stringify({ ...record, sizeBytes, tree: areFew ? facts : undefined }, undefined, 2);
  if (areFew) return { [RECORD_FILE]: text };
  const lines = facts.map((fact) => JSON.stringify(fact)).join(",\n");
  return { [RECORD_FILE]: text, [TREE_FILE]: `[\n${lines}\n]\n` };
}

/** What a realization says of its artifacts, and where; undefined where it says nothing. */
export interface RecordedTree {
  readonly path: string;
  /** What the facts come to; empty when they cannot be read. */
  readonly digest: string;
  readonly facts: readonly TreeFact[];
}

/** Reads the facts about the tree of the realization in `folder`. */
export function readRecordedTree(folder: string): RecordedTree | undefined {
  for (const [name, take] of places) {
    const text = readExactly(`${folder}/${name}`);
    const facts = text === undefined ? undefined : take(parsed(text));
    if (facts === undefined) continue;
    const path = `${folder}/${name}`;
    return areFacts(facts) ? { path, facts, digest: treeDigest(facts) } : { path, facts: [], digest: "" };
  }
  return undefined;
}

const places: readonly (readonly [name: string, take: (json: unknown) => unknown])[] = [
  [TREE_FILE, (json) => json ?? null],
  [RECORD_FILE, (json) => (json as { tree?: unknown } | null | undefined)?.tree],
];

/** Whether a JSON value is a list of facts about a tree. */
export function areFacts(json: unknown): json is readonly TreeFact[] {
  const isFact = (one: unknown): boolean =>
    Array.isArray(one) && one.length === 3 && one.every((field) => typeof field === "string");
  return Array.isArray(json) && json.every(isFact);
}

/** Undefined when it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
