import { readFileSync, rmSync } from "node:fs";
import { derivationRef } from "../canonical.ts";
import { checkConfig, configDependencies, type JsonObject } from "../config.ts";
import { contextEntries, parseContext, type Context } from "../context.ts";
import { hashEntries, realizationHash } from "../hash.ts";
import { drefOf, parseDRef, parseRRef, type DRef, type RRef } from "../ref.ts";
import { checkContext } from "../store/check-context.ts";
import { CONTEXT_FILE, isArtifactName, RECORD_FILE, WRITTEN_FILES } from "../store/layout.ts";
import { isRecord, type BuildRecord } from "../store/record.ts";
import { sealFiles } from "../store/seal.ts";
import { isSourceText } from "../store/source-files.ts";
import type { Store } from "../store/store.ts";
import { refusedArchive } from "./archive-error.ts";
import { parseBundle } from "../store/bundle-text.ts";
import type { Extracted } from "./extract-archive.ts";
import { sortByHeight } from "./stored-closure.ts";

/** A derivation out of an archive, of which everything was checked. */
export interface CheckedDerivation {
  readonly dref: DRef;
  readonly config: JsonObject;
  /** Its code, where it is closed. */
  readonly bundle: string | undefined;
  readonly realizations: readonly CheckedRealization[];
}

/** A realization out of an archive: its folder holds what `Store.commit` takes, and comes to the hash of its address. */
export interface CheckedRealization {
  readonly rref: RRef;
  readonly folder: string;
  readonly context: Context;
  readonly record: BuildRecord;
}

/**
 * Checks everything that was extracted: that configs, contexts and artifacts come to the hashes that they are named by, that
 * nothing is missing that something depends on, and that no link leads out. Returns it with dependencies first.
 *
 * @throws {LightnixError} `wrong-hash`, `missing-dependency`, `unsafe-archive`, `not-an-archive`
 */
export async function checkExtracted(store: Store, extracted: Extracted): Promise<CheckedDerivation[]> {
  const configs = new Map<DRef, JsonObject>();
  for (const [dref, path] of extracted.configs) configs.set(dref, checkedConfig(extracted.file, dref, path));
  checkDerivations(store, extracted.file, configs);
  const bundles = checkedBundles(extracted);
  const known = {
    config: (dref: DRef) => configs.get(dref) ?? store.config(dref),
    has: (rref: RRef) => extracted.realizations.has(rref) || store.has(rref),
  };
  const realizations = new Map<DRef, CheckedRealization[]>();
  for (const [rref, folder] of [...extracted.realizations].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const checked = await checkRealization(extracted.file, {
      rref,
      folder,
      known,
      hasConfig: (dref) => configs.has(dref),
    });
    realizations.set(drefOf(rref), [...(realizations.get(drefOf(rref)) ?? []), checked]);
  }
  const dependencies = new Map([...configs].map(([dref, config]) => [dref, configDependencies(config)]));
  return sortByHeight(dependencies).map((dref) => ({
    dref,
    config: configs.get(dref) ?? {},
    bundle: bundles.get(dref),
    realizations: realizations.get(dref) ?? [],
  }));
}

/**
 * Reads the texts of code of an archive, and checks them against their digests.
 *
 * @throws {LightnixError} `wrong-hash`
 */
export function checkedSources({ file, sources }: Extracted): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [digest, path] of sources) {
    const text = readFileSync(path, "utf8");
    if (!isSourceText(digest, text))
      throw refusedArchive("wrong-hash", file, `the text of code ${digest} has another digest`, { digest });
    texts.set(digest, text);
  }
  return texts;
}

function checkedBundles({ file, configs, bundles }: Extracted): Map<DRef, string> {
  const texts = new Map<DRef, string>();
  for (const [dref, path] of bundles) {
    const text = readFileSync(path, "utf8");
    const parts = parseBundle(text);
    if (typeof parts === "string")
      throw refusedArchive("wrong-hash", file, `of the code of ${dref}, ${parts}`, { ref: dref });
    if (!configs.has(dref)) throw missingDependency(file, dref, dref);
    texts.set(dref, text);
  }
  return texts;
}

function checkedConfig(file: string, dref: DRef, path: string): JsonObject {
  const config = reading(file, `the config of ${dref}`, () =>
    checkConfig(JSON.parse(readFileSync(path, "utf8")), { reserved: true }),
  );
  if (derivationRef(parseDRef(dref).name, config) === dref) return config;
  throw refusedArchive("wrong-hash", file, `the config of ${dref} has another hash`, { ref: dref });
}

function checkDerivations(store: Store, file: string, configs: ReadonlyMap<DRef, JsonObject>): void {
  for (const [dref, config] of configs) {
    const missing = configDependencies(config).find((one) => !configs.has(one) && !store.hasDerivation(one));
    if (missing !== undefined) throw missingDependency(file, dref, missing);
  }
}

interface Unchecked {
  readonly rref: RRef;
  readonly folder: string;
  readonly known: { config(dref: DRef): JsonObject; has(rref: RRef): boolean };
  readonly hasConfig: (dref: DRef) => boolean;
}

async function checkRealization(file: string, unchecked: Unchecked): Promise<CheckedRealization> {
  const { rref, folder, known, hasConfig } = unchecked;
  const dref = drefOf(rref);
  if (!hasConfig(dref)) throw missingDependency(file, rref, dref);
  const context = reading(file, `the context of ${rref}`, () =>
    parseContext(readFileSync(`${folder}/${CONTEXT_FILE}`, "utf8")),
  );
  const absent = contextEntries(context)
    .flatMap(([, rrefs]) => rrefs)
    .find((one) => !known.has(one));
  if (absent !== undefined) throw missingDependency(file, rref, absent);
  reading(file, `the context of ${rref}`, () => checkContext(known, dref, context));
  const record = reading(file, `the build record of ${rref}`, () =>
    checkedRecord(JSON.parse(readFileSync(`${folder}/${RECORD_FILE}`, "utf8"))),
  );
  // The store writes these by itself.
  for (const name of WRITTEN_FILES) rmSync(`${folder}/${name}`, { force: true });
  if ((await hashOf(file, folder, context)) === parseRRef(rref).hash)
    return { rref, folder, context, record };
  throw refusedArchive("wrong-hash", file, `context and artifacts of ${rref} have another hash`, {
    ref: rref,
  });
}

async function hashOf(file: string, folder: string, context: Context): Promise<string> {
  try {
    const entries = await sealFiles(folder);
    const artifacts = entries.filter(({ path }) => isArtifactName(path.split("/", 1)[0] ?? ""));
    return realizationHash(context, (await hashEntries(folder, artifacts)).digest);
  } catch (error) {
    throw refusedArchive("unsafe-archive", file, `an artifact is not fit for a store: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function checkedRecord(json: unknown): BuildRecord {
  if (isRecord(json)) return json;
  throw new Error("it does not say when the build started and stopped");
}

function reading<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusedArchive("not-an-archive", file, `${what} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function missingDependency(file: string, ref: DRef | RRef, missing: DRef | RRef): Error {
  const reason = `${ref} depends on ${missing}, which neither the archive nor the store has`;
  return refusedArchive("missing-dependency", file, reason, { ref, missing });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
