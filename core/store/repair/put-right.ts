import { chmodSync, lstatSync, renameSync } from "node:fs";
import { contextText } from "../../context.ts";
import { hashEntries } from "../../hash.ts";
import { errorCode } from "../../errors.ts";
import { isRRef, type RRef } from "../../ref.ts";
import type { Closure } from "../../stage/closure.ts";
import { syncAll, writeReadOnly } from "../durable.ts";
import { CONTEXT_FILE, isArtifactName, isRealizationName } from "../layout.ts";
import { isRecord, type BuildRecord } from "../record.ts";
import { openStore, type Store } from "../store.ts";
import { recordTexts } from "../tree-record.ts";
import { walkTree } from "../tree.ts";
import { namesIn } from "../if-there.ts";
import type { Finding } from "../verify/finding.ts";

/** Puts right what can be put right where it is, without running anything. Returns whether it could. */
export async function putRight(
  store: Store,
  finding: Finding,
  closures: readonly Closure[],
): Promise<boolean> {
  const { problem, ref, context, path } = finding;
  switch (problem) {
    case "context-changed":
    case "context-missing":
      if (context === undefined || ref === undefined) return false;
      await replaceFile(store, { folder: store.path(ref), name: CONTEXT_FILE, text: contextText(context) });
      return true;
    case "config-changed":
    case "config-missing":
      return putConfig(store, finding, closures);
    case "record-damaged":
      return putRecord(store, finding);
    case "writable":
      return ref !== undefined && (await makeReadOnly(store.path(ref), isRRef(ref)));
    case "artifacts-changed":
    case "bundle-changed":
    case "dependency-missing":
    case "foreign":
    case "source-changed":
    case "unreadable":
    case "unsigned":
    case "unknown-key":
    case "bad-signature":
      return false;
    default:
      throw new TypeError(
        `Cannot repair "${path}": "${String(problem)}" is no problem that verify() tells of`,
      );
  }
}

async function putConfig(store: Store, { ref }: Finding, closures: readonly Closure[]): Promise<boolean> {
  const known = closures.flatMap(({ derivations }) => derivations).find(({ dref }) => dref === ref);
  if (known === undefined) return false;
  // One that has read nothing yet, and so does not take the config for whole because it once was.
  const fresh = openStore({ root: store.root, durable: store.durable });
  return (await fresh.putDerivation(known.name, known.config)) === ref;
}

/** The record was no part of what is promised. What it said may be lost, but not what it is about. */
async function putRecord(store: Store, { ref }: Finding): Promise<boolean> {
  if (ref === undefined || !isRRef(ref)) return false;
  const folder = store.path(ref);
  const artifacts = (await walkTree(folder)).filter(({ path }) =>
    isArtifactName(path.split("/", 1)[0] ?? ""),
  );
  const record = readableRecord(store, ref) ?? unknownRecord(folder);
  const texts = recordTexts(record, await hashEntries(folder, artifacts));
  for (const [name, text] of Object.entries(texts)) await replaceFile(store, { folder, name, text });
  return true;
}

function readableRecord(store: Store, rref: RRef): BuildRecord | undefined {
  try {
    const record = store.buildRecord(rref);
    return isRecord(record) ? record : undefined;
  } catch (error) {
    if (errorCode(error) === "damaged") return undefined;
    throw error;
  }
}

function unknownRecord(folder: string): BuildRecord {
  const time = lstatSync(`${folder}/${CONTEXT_FILE}`).mtime.toISOString();
  const unknown = "unknown";
  const versions = { node: unknown, lightnix: unknown };
  return { started: time, stopped: time, host: unknown, user: unknown, pid: 0, versions, repaired: true };
}

/** Replaces a file in a read-only folder in one step. */
async function replaceFile(
  store: Store,
  { folder, name, text }: { folder: string; name: string; text: string },
): Promise<void> {
  const spare = await store.tempFolder("repair");
  writeReadOnly(`${spare}/${name}`, text);
  if (store.durable) await syncAll([`${spare}/${name}`]);
  chmodSync(folder, 0o755);
  try {
    renameSync(`${spare}/${name}`, `${folder}/${name}`);
  } finally {
    chmodSync(folder, 0o555);
  }
  if (store.durable) await syncAll([folder]);
  await store.discard(spare);
}

async function makeReadOnly(folder: string, isRealization: boolean): Promise<boolean> {
  if (isRealization) {
    for (const { kind, path } of await walkTree(folder))
      if (kind !== "link") takeWriteBits(`${folder}/${path}`);
    takeWriteBits(folder);
  } else {
    // New realizations must still come into the folder of a derivation.
    for (const name of namesIn(folder)) if (!isRealizationName(name)) takeWriteBits(`${folder}/${name}`);
  }
  return true;
}

/** Makes a file or folder one that nobody can write to. */
export function takeWriteBits(path: string): void {
  const { mode } = lstatSync(path);
  if ((mode & 0o222) !== 0) chmodSync(path, mode & 0o7777 & ~0o222);
}
