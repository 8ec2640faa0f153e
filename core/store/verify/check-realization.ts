import { basename } from "node:path";
import { configDependencies, type JsonObject } from "../../config.ts";
import { contextEntries, contextText, makeContext, parseContext, type Context } from "../../context.ts";
import { errorCode, type LightnixError } from "../../errors.ts";
import { hashEntries, realizationHash, type TreeFact } from "../../hash.ts";
import { drefOf, parseRRef, type DRef, type RRef } from "../../ref.ts";
import { CONFIG_FILE, CONTEXT_FILE, isArtifactName, RECORD_FILE } from "../layout.ts";
import { isRecord } from "../record.ts";
import type { Store } from "../store.ts";
import { readRecordedTree } from "../tree-record.ts";
import { walkTree, type TreeEntry } from "../tree.ts";
import { changesOf, shown } from "./changes.ts";
import { findWritable, readExactly } from "./entries.ts";
import type { Finding } from "./finding.ts";

// Enough for any context but those that take several of many; hashing them takes a tenth of a second.
const MOST_TRIES = 20_000;

/** What is wrong with a realization. Reads all of it. */
export async function checkRealization(store: Store, rref: RRef): Promise<Finding[]> {
  const folder = store.path(rref);
  let entries: TreeEntry[];
  try {
    entries = await walkTree(folder);
  } catch (error) {
    if (errorCode(error) !== "special-file" && errorCode(error) !== "invalid-file-name") throw error;
    const { message, data } = error as LightnixError;
    const path = `${folder}/${String(data["path"])}`;
    return [{ problem: "artifacts-changed", ref: rref, path, message: `${rref}: ${message}` }];
  }
  return [
    ...(await checkHash(store, rref, entries)),
    ...checkRecord(rref, folder),
    ...(await findWritable(rref, folder, [...entries, { kind: "folder", path: "." }])),
  ];
}

async function checkHash(store: Store, rref: RRef, entries: readonly TreeEntry[]): Promise<Finding[]> {
  const folder = store.path(rref);
  const artifacts = entries.filter(({ path }) => isArtifactName(path.split("/", 1)[0] ?? ""));
  const { digest, facts } = await hashEntries(folder, artifacts);
  const text = readExactly(`${folder}/${CONTEXT_FILE}`);
  const context = text === undefined ? undefined : parsed(text);
  const fits = (one: Context): boolean => realizationHash(one, digest) === parseRRef(rref).hash;
  if (context !== undefined && contextText(context) === text && fits(context))
    return [...missingOf(store, rref, context), ...checkRecordedTree(rref, { folder, digest })];
  return [blame({ store, rref, text, context, fits, facts })];
}

function checkRecordedTree(
  rref: RRef,
  { folder, digest }: { readonly folder: string; readonly digest: string },
): Finding[] {
  const recorded = readRecordedTree(folder);
  if (recorded === undefined || recorded.digest === digest) return [];
  const message = `${rref}: what ${basename(recorded.path)} says of the artifacts was changed; they are intact`;
  return [{ problem: "record-damaged", ref: rref, path: recorded.path, message }];
}

interface Blame {
  readonly store: Store;
  readonly rref: RRef;
  readonly text: string | undefined;
  readonly context: Context | undefined;
  readonly fits: (context: Context) => boolean;
  /** What the artifacts are now. */
  readonly facts: readonly TreeFact[];
}

/**
 * The hash covers both, so which of the two was changed? If there is a context with which the artifacts are right, it was the context,
 * and this is what it was. If there is none, it was the context if that could be none of this derivation, and else the artifacts.
 */
function blame({ store, rref, text, context, fits, facts }: Blame): Finding {
  const path = `${store.path(rref)}/${CONTEXT_FILE}`;
  const dependencies = dependenciesOf(store, drefOf(rref));
  const right = [...(context === undefined ? [] : [context]), ...possible(store, dependencies)].find(fits);
  const problem = text === undefined ? "context-missing" : "context-changed";
  const what = text === undefined ? "is missing" : "was changed";
  const said = `${rref}: ${CONTEXT_FILE} ${what}`;
  if (right !== undefined)
    return { problem, ref: rref, path, context: right, message: `${said}; the artifacts are intact` };
  if (context === undefined || contextText(context) !== text || !isPlausible(store, context, dependencies))
    return { problem, ref: rref, path, message: said };
  const folder = store.path(rref);
  const recorded = readRecordedTree(folder);
  const isProven =
    recorded !== undefined && realizationHash(context, recorded.digest) === parseRRef(rref).hash;
  const changes = isProven ? changesOf(recorded.facts, facts) : [];
  const [first] = changes;
  if (first === undefined) {
    const message = `${rref}: the artifacts were changed, their hash is another one`;
    return { problem: "artifacts-changed", ref: rref, path: folder, message, context };
  }
  return {
    problem: "artifacts-changed",
    ref: rref,
    path: `${folder}/${first.path}`,
    message: `${rref}: ${shown(changes)}`,
    artifacts: changes.map((change) => change.path),
    context,
  };
}

/** Contexts that the realization could have been made from: one or all outcomes of each dependency. */
function* possible(store: Store, dependencies: readonly DRef[] | undefined): Generator<Context> {
  if (dependencies === undefined) return;
  const choices = dependencies.map((dref) => {
    const rrefs = store.realizations(dref);
    return rrefs.length > 1 ? [...rrefs.map((rref) => [rref]), rrefs] : [rrefs];
  });
  if (choices.some(([first]) => first === undefined || first.length === 0)) return;
  const count = choices.reduce((product, { length }) => product * length, 1);
  for (let nth = 0; nth < Math.min(count, MOST_TRIES); nth++) {
    let rest = nth;
    yield makeContext(
      dependencies.map((dref, index) => {
        const list = choices[index] ?? [];
        const choice = list[rest % list.length] ?? [];
        rest = Math.floor(rest / list.length);
        return [dref, choice] as const;
      }),
    );
  }
}

function isPlausible(store: Store, context: Context, dependencies: readonly DRef[] | undefined): boolean {
  const entries = contextEntries(context);
  const names = entries.map(([dref]) => dref).join();
  if (dependencies !== undefined && names !== dependencies.join()) return false;
  return entries.every(([, rrefs]) => rrefs.every((rref) => store.has(rref)));
}

function missingOf(store: Store, rref: RRef, context: Context): Finding[] {
  const missing = contextEntries(context).flatMap(([, rrefs]) => rrefs.filter((one) => !store.has(one)));
  if (missing.length === 0) return [];
  const path = `${store.path(rref)}/${CONTEXT_FILE}`;
  const message = `${rref}: the store does not have ${missing.join(", ")}, which it was made from`;
  return [{ problem: "dependency-missing", ref: rref, path, message, missing }];
}

function checkRecord(rref: RRef, folder: string): Finding[] {
  const path = `${folder}/${RECORD_FILE}`;
  const text = readExactly(path);
  if (text !== undefined && isRecord(jsonOf(text))) return [];
  const what = text === undefined ? "is missing" : "cannot be read";
  return [{ problem: "record-damaged", ref: rref, path, message: `${rref}: ${RECORD_FILE} ${what}` }];
}

/** Undefined when it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed(text: string): Context | undefined {
  try {
    return parseContext(text);
  } catch {
    return undefined;
  }
}

/** Undefined when the config is damaged itself. */
function dependenciesOf(store: Store, dref: DRef): DRef[] | undefined {
  try {
    return configDependencies(
      JSON.parse(readExactly(`${store.path(dref)}/${CONFIG_FILE}`) ?? "") as JsonObject,
    );
  } catch {
    return undefined;
  }
}
