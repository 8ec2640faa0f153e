import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { canonicalJson } from "../canonical.ts";
import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { contextText, makeContext, type Context } from "../context.ts";
import { hashEntries, realizationHash } from "../hash.ts";
import { isDRef, isRRef, parseRRef, type DRef, type RRef } from "../ref.ts";
import { sourcesOf } from "../archive/stored-closure.ts";
import { ifThere } from "../store/if-there.ts";
import { DISPLAY_FILE, isArtifactName, LOG_FILE } from "../store/layout.ts";
import { isRecord, type BuildRecord } from "../store/record.ts";
import type { Store } from "../store/store.ts";
import { readRecordedTree } from "../store/tree-record.ts";
import { walkTree } from "../store/tree.ts";

/**
 * What a signature says of a realization. It has everything that no address covers, so that nothing that counts or is shown can be
 * exchanged for something else: not the log, nor the displays.
 */
export interface RealizationStatement {
  readonly ref: RRef;
  readonly context: Context;
  /** SHA-256 over the artifacts, as `hashTree` has it; with the context it comes to the address. */
  readonly tree: string;
  /** When, where and by what it was made. */
  readonly record: BuildRecord;
  /** SHA-256 of what the realizer printed and displayed; null where it did not. */
  readonly log: string | null;
  readonly displays: string | null;
}

/** What a signature says of a derivation: SHA-256 of its config, its code, and the texts of code that the config names by digest. */
export interface DerivationStatement {
  readonly ref: DRef;
  readonly config: string;
  /** Null for an open derivation. */
  readonly bundle: string | null;
  readonly sources: Readonly<Record<string, string>>;
}

/** What can be signed. */
export type Statement = RealizationStatement | DerivationStatement;

/** What is to be said of a realization in a store. @throws {LightnixError} `unknown-realization`, `damaged` */
export async function stateRealization(store: Store, rref: RRef): Promise<RealizationStatement> {
  const context = store.context(rref);
  const { tree: _tree, ...record } = store.buildRecord(rref);
  const folder = store.path(rref);
  return {
    ref: rref,
    context,
    tree: await treeOf(folder, rref, context),
    record,
    log: digestIfThere(`${folder}/${LOG_FILE}`),
    displays: digestIfThere(`${folder}/${DISPLAY_FILE}`),
  };
}

/** What is to be said of a derivation in a store. @throws {LightnixError} `unknown-derivation`, `damaged` */
export function stateDerivation(store: Store, dref: DRef): DerivationStatement {
  const bundle = store.bundle(dref);
  const sources = [...sourcesOf(store, [{ dref, rrefs: [] }])];
  return {
    ref: dref,
    config: digestOf(canonicalJson(store.config(dref))),
    bundle: bundle === undefined ? null : digestOf(bundle),
    sources: Object.fromEntries(sources.map(([digest, text]) => [digest, digestOf(text)])),
  };
}

/** SHA-256 of a text or of bytes, 64 hex digits. */
export function digestOf(content: string | Uint8Array): string {
  return hash("sha256", content, "hex");
}

/** What is signed: the one text of a statement. */
export function statementText(statement: Statement): string {
  return `lightnix statement 1\0${canonicalJson(statement as unknown as JsonObject)}`;
}

/** Whether a statement is about a realization. */
export function isAboutRealization(statement: Statement): statement is RealizationStatement {
  return isRRef(statement.ref);
}

/** Takes a statement out of JSON; undefined for what is none. */
export function readStatement(json: JsonObject): Statement | undefined {
  const { ref } = json;
  if (isRRef(ref)) return readRealizationStatement(ref, json);
  return isDRef(ref) ? readDerivationStatement(ref, json) : undefined;
}

function readRealizationStatement(ref: RRef, json: JsonObject): RealizationStatement | undefined {
  const { context, tree, record, log, displays } = json;
  if (!isDigest(tree) || !isRecord(record) || !isDigestOrNull(log) || !isDigestOrNull(displays))
    return undefined;
  try {
    const checked = makeContext(Object.entries(context as object) as [DRef, readonly RRef[]][]);
    return { ref, context: checked, tree, record, log, displays };
  } catch {
    return undefined;
  }
}

function readDerivationStatement(ref: DRef, json: JsonObject): DerivationStatement | undefined {
  const { config, bundle, sources } = json;
  if (!isDigest(config) || !isDigestOrNull(bundle) || !isJsonObject(sources)) return undefined;
  return Object.values(sources).every(isDigest)
    ? { ref, config, bundle, sources: sources as Readonly<Record<string, string>> }
    : undefined;
}

function isDigest(value: Json | undefined): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/u.test(value);
}

function isDigestOrNull(value: Json | undefined): value is string | null {
  return value === null || isDigest(value);
}

/** What the realization says of its own artifacts proves itself; where it says nothing, they are read. */
async function treeOf(folder: string, rref: RRef, context: Context): Promise<string> {
  const { hash: wanted } = parseRRef(rref);
  const recorded = readRecordedTree(folder)?.digest;
  if (recorded !== undefined && realizationHash(context, recorded) === wanted) return recorded;
  const entries = (await walkTree(folder)).filter(({ path }) => isArtifactName(path.split("/", 1)[0] ?? ""));
  return (await hashEntries(folder, entries)).digest;
}

function digestIfThere(path: string): string | null {
  const bytes = ifThere(() => readFileSync(path));
  return bytes === undefined ? null : digestOf(bytes);
}

/** Whether two statements say that a realization is the same, whatever they say of how it came about. */
export function isSameOutcome(a: RealizationStatement, b: RealizationStatement): boolean {
  return a.ref === b.ref && a.tree === b.tree && contextText(a.context) === contextText(b.context);
}
