import { lstatSync } from "node:fs";
import { hashEntries, type TreeFact } from "../hash.ts";
import type { RRef } from "../ref.ts";
import { Breath } from "../store/breath.ts";
import { isArtifactName } from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import { readRecordedTree } from "../store/tree-record.ts";
import { walkTree } from "../store/tree.ts";
import type { ArtifactFacts, ComparedArtifact } from "./compared.ts";

/** The artifacts of two realizations by their paths. What each is, is known from their records, so that nothing is read again. */
export async function compareArtifacts(
  before: RRef | undefined,
  after: RRef | undefined,
  store: Store,
): Promise<ComparedArtifact[]> {
  const [old, now] = [await artifactsOf(before, store), await artifactsOf(after, store)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.map((path) => comparedArtifact(path, old.get(path), now.get(path)));
}

function comparedArtifact(
  path: string,
  before: ArtifactFacts | undefined,
  after: ArtifactFacts | undefined,
): ComparedArtifact {
  if (before === undefined) return { path, presence: "added", ...(after && { after }) };
  if (after === undefined) return { path, presence: "removed", before };
  const isSame = before.kind === after.kind && before.value === after.value;
  return { path, presence: isSame ? "same" : "changed", before, after };
}

const kinds: Readonly<Record<TreeFact[0], ArtifactFacts["kind"]>> = {
  d: "folder",
  f: "file",
  x: "executable",
  l: "link",
};

async function artifactsOf(rref: RRef | undefined, store: Store): Promise<Map<string, ArtifactFacts>> {
  if (rref === undefined) return new Map();
  const folder = store.path(rref);
  const facts = (await factsOf(folder)).filter(([, path]) => isArtifactName(path.split("/", 1)[0] ?? ""));
  const parents = new Set(facts.map(([, path]) => path.slice(0, Math.max(0, path.lastIndexOf("/")))));
  const breath = new Breath();
  const found = new Map<string, ArtifactFacts>();
  for (const [kind, path, value] of facts) {
    // A folder is what is in it.
    if (kind === "d" && parents.has(path)) continue;
    const isFile = kind === "f" || kind === "x";
    const sizeBytes = isFile ? (lstatSync(`${folder}/${path}`, { throwIfNoEntry: false })?.size ?? 0) : 0;
    found.set(path, { kind: kinds[kind], sizeBytes, value });
    await breath.take();
  }
  return found;
}

async function factsOf(folder: string): Promise<readonly TreeFact[]> {
  const recorded = readRecordedTree(folder);
  if (recorded !== undefined && recorded.digest !== "") return recorded.facts;
  const entries = (await walkTree(folder)).filter(({ path }) => isArtifactName(path.split("/", 1)[0] ?? ""));
  return (await hashEntries(folder, entries)).facts;
}
