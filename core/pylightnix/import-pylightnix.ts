import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { sortByHeight } from "../archive/stored-closure.ts";
import { derivationRef } from "../canonical.ts";
import { checkConfig, configDependencies, type JsonObject } from "../config.ts";
import { makeContext, type Context } from "../context.ts";
import { LightnixError } from "../errors.ts";
import { makeDRef, parseDRef, parseRRef, type DRef, type RRef } from "../ref.ts";
import type { StoreOption } from "../stage/registry.ts";
import { copyWritable } from "../stage/scratch.ts";
import { FAILURE_FILE, LOG_FILE, RECORD_FILE } from "../store/layout.ts";
import type { BuildRecord } from "../store/record.ts";
import { openStore, type Store } from "../store/store.ts";
import { keepPylightnixRefs, pylightnixRefs, type RefMap } from "./kept-refs.ts";
import { pylightnixHash } from "./pylightnix-hash.ts";
import {
  oldContext,
  oldFolder,
  oldRealizations,
  oldTimes,
  OWN_FILES,
  readPylightnixStore,
  STATUS_FILE,
  type PylightnixStore,
} from "./pylightnix-store.ts";
import { translateConfig } from "./translate-config.ts";

/** How to import. */
export interface ImportOptions extends StoreOption {
  /**
   * Whether realizations must have the hash that they are named by. True unless given; it is for stores of versions of Pylightnix
   * that hashed otherwise to leave it out.
   */
  readonly checkHashes?: boolean | undefined;
}

/**
 * Brings everything in a store that Pylightnix wrote into a store of Lightnix: configs, contexts, artifacts, build times, and
 * failures recorded by `Either`. All of it gets new addresses, in configs and contexts as well. Returns the new addresses by
 * the old ones; the store keeps them, too (`pylightnixRefs`).
 *
 * `path` is the folder that Pylightnix calls its root, with `store-v0` in it. It is only read. What was imported before is not
 * imported again, so an import that was broken off goes on where it was.
 *
 * What differs: a context names direct dependencies only; self paths that were promises and those that were claims are one
 * thing; numbers in configs that a JavaScript number does not hold exactly are texts.
 *
 * @throws {LightnixError} `not-a-pylightnix-store`; `damaged` when a config has another hash than its name says; `not-imported` when
 *   something is damaged or does not fit into a store, with the reason as `cause`; `store-full`, `store-unwritable`
 *
 * @example
 * ```ts
 * const refs = await importPylightnix("/home/me/_pylightnix", { store });
 * lens(refs.get("rref:0e72…-2a21…-model-1")).metrics.json;
 * ```
 */
export async function importPylightnix(
  path: string,
  { store = openStore(), checkHashes = true }: ImportOptions = {},
): Promise<RefMap> {
  const old = readPylightnixStore(path);
  const derivations = translateAll(old);
  const hold = await store.hold(derivations.map(({ dref }) => dref));
  // Two imports at once would each copy everything, and one of them would lose what it has to keep.
  const lock = await store.lock(makeDRef({ hash: "0".repeat(32), name: "pylightnix-import" }));
  const refs = new Map<string, DRef | RRef>();
  try {
    const known = pylightnixRefs(store);
    for (const derivation of derivations)
      await importDerivation({ store, old, checkHashes, known, refs }, derivation);
  } finally {
    await keepPylightnixRefs(store, refs);
    lock.release();
    hold.release();
  }
  return refs;
}

/** A derivation with its new address and config. */
interface Translated {
  readonly oldDref: DRef;
  readonly dref: DRef;
  readonly config: JsonObject;
  /** The old addresses of its direct dependencies, each with the new one. */
  readonly dependencies: readonly (readonly [old: DRef, dref: DRef])[];
}

/** All derivations, dependencies first. Writes nothing. */
function translateAll({ folder, configs }: PylightnixStore): Translated[] {
  const direct = new Map([...configs].map(([dref, config]) => [dref, configDependencies(config)]));
  const addresses = new Map<DRef, DRef>();
  return sortByHeight(direct).map((oldDref) =>
    fitting(folder, oldDref, () => {
      const dependencies = (direct.get(oldDref) ?? []).map((one) => [one, required(addresses, one)] as const);
      const translated = translateConfig(configs.get(oldDref) ?? {}, (one) => required(addresses, one));
      const config = checkConfig(translated, { reserved: true });
      const dref = derivationRef(parseDRef(oldDref).name, config);
      addresses.set(oldDref, dref);
      return { oldDref, dref, config, dependencies };
    }),
  );
}

function required(addresses: ReadonlyMap<DRef, DRef>, old: DRef): DRef {
  const dref = addresses.get(old);
  if (dref === undefined) throw new Error(`it depends on ${old}, which the store does not have`);
  return dref;
}

/** One import while it goes on. */
interface Import {
  readonly store: Store;
  readonly old: PylightnixStore;
  readonly checkHashes: boolean;
  /** The new addresses of what was imported earlier. */
  readonly known: RefMap;
  /** The new addresses of what has been imported or found so far. */
  readonly refs: Map<string, DRef | RRef>;
}

async function importDerivation(run: Import, derivation: Translated): Promise<void> {
  const { store, old, known, refs } = run;
  const { oldDref, dref, config } = derivation;
  if (!store.hasDerivation(dref)) await store.putDerivation(parseDRef(dref).name, config);
  refs.set(oldDref, dref);
  for (const oldRref of oldRealizations(old, oldDref)) {
    const earlier = known.get(oldRref) as RRef | undefined;
    const isThere = earlier !== undefined && store.has(earlier);
    refs.set(oldRref, isThere ? earlier : await importRealization(run, derivation, oldRref));
  }
}

async function importRealization(run: Import, derivation: Translated, oldRref: RRef): Promise<RRef> {
  const { store, old } = run;
  const { oldDref, dref } = derivation;
  const source = oldFolder(old, oldDref, oldRref);
  const context = fitting(old.folder, oldRref, () => translateContext(run, derivation, oldRref));
  if (run.checkHashes) await checkHash(old.folder, oldRref, source);
  const folder = await store.tempFolder("pylightnix");
  try {
    await copyArtifacts(source, folder);
    const failure = readStatus(source);
    const outcome = { context, record: recordOf(source, oldRref), ...(failure !== undefined && { failure }) };
    return (await store.commit(dref, folder, outcome)).rref;
  } catch (error) {
    throw isAboutTheObject(error) ? notImported(old.folder, oldRref, error) : error;
  } finally {
    await store.discard(folder);
  }
}

/** Where Pylightnix's hash of a folder can be told at all, it must be the one that the folder is named by. */
async function checkHash(folder: string, oldRref: RRef, source: string): Promise<void> {
  const hash = await pylightnixHash(source);
  if (hash === undefined || hash === parseRRef(oldRref).hash) return;
  throw notImported(
    folder,
    oldRref,
    new Error(
      "its files have another hash, so they are damaged. Import them all the same with { checkHashes: false }",
    ),
  );
}

function translateContext(
  { old, refs }: Import,
  { oldDref, dependencies }: Translated,
  oldRref: RRef,
): Context {
  const context = oldContext(old, oldDref, oldRref);
  const chosen = new Map<DRef, RRef[]>();
  for (const [oldDependency, dref] of dependencies) {
    const rrefs = (context.get(oldDependency) ?? []).map((one) => {
      const rref = refs.get(one);
      if (rref === undefined) throw new Error(`it was made from ${one}, which the store does not have`);
      return rref as RRef;
    });
    // Two derivations may have become one, as when they differed in nothing but 1 and 1.0.
    chosen.set(dref, [...(chosen.get(dref) ?? []), ...rrefs]);
  }
  return makeContext(chosen);
}

async function copyArtifacts(source: string, folder: string): Promise<void> {
  const left = new Set([...OWN_FILES, RECORD_FILE, FAILURE_FILE, LOG_FILE]);
  for (const name of readdirSync(source)) {
    if (!left.has(name)) await copyWritable(join(source, name), join(folder, name));
  }
}

function readStatus(source: string): { readonly error: string } | undefined {
  const path = join(source, STATUS_FILE);
  return existsSync(path) ? { error: readFileSync(path, "utf8").trimEnd() } : undefined;
}

/** Who built it where is not known, and so it is not said. */
function recordOf(source: string, oldRref: RRef): BuildRecord {
  const { started, stopped } = oldTimes(source);
  const unknown = "unknown";
  return {
    started: started.toISOString(),
    stopped: stopped.toISOString(),
    host: unknown,
    user: unknown,
    pid: 0,
    versions: { node: unknown, lightnix: unknown },
    pylightnix: oldRref,
  };
}

/** Whether an error says that something does not fit into any store, and not that this store cannot be written to. */
function isAboutTheObject(error: unknown): boolean {
  return error instanceof LightnixError && !error.code.startsWith("store-");
}

function fitting<T>(folder: string, old: DRef | RRef, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw notImported(folder, old, error);
  }
}

function notImported(folder: string, old: DRef | RRef, cause: unknown): LightnixError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LightnixError(
    "not-imported",
    `Cannot import "${old}" of the Pylightnix store "${folder}": ${reason}`,
    {
      cause,
      data: { ref: old, path: folder },
    },
  );
}
