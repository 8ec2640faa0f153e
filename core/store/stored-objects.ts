import { contextText, type Context } from "../context.ts";
import type { JsonObject } from "../config.ts";
import { isRRef, type DRef, type RRef } from "../ref.ts";
import type { Displayed } from "./displays.ts";
import type { Failure } from "./failure.ts";
import { derivationFolder, realizationFolder, type StorePaths } from "./layout.ts";
import {
  hasBundle,
  hasDerivation,
  hasRealization,
  readArtifacts,
  readBundle,
  readConfig,
  readContext,
  readContextText,
  readDerivations,
  readDerivationsNamed,
  readDisplays,
  readFailure,
  readLog,
  readRealizationNames,
  readRealizations,
  readRecord,
} from "./reads.ts";
import type { BuildRecord } from "./record.ts";
import { readSourceFile } from "./source-files.ts";

/**
 * What is stored, to be read. It is a matter of small files that never change, so reading is synchronous, and what was read once
 * is kept.
 */
export class StoredObjects {
  /** The store's folder, absolute. */
  readonly root: string;
  readonly #paths: StorePaths;
  readonly #configs = new Map<DRef, JsonObject>();
  readonly #contexts = new Map<RRef, Context>();
  readonly #contextTexts = new Map<RRef, string>();
  readonly #failures = new Map<RRef, Failure | null>();

  constructor(paths: StorePaths) {
    this.root = paths.root;
    this.#paths = paths;
  }

  /** All derivations, sorted. */
  derivations(): DRef[] {
    return readDerivations(this.#paths);
  }

  /** The derivations that have one of these names, by name and in any order. Such as are half there may be among them. */
  derivationsNamed(names: ReadonlySet<string>): ReadonlyMap<string, readonly DRef[]> {
    return readDerivationsNamed(this.#paths, names);
  }

  /** Whether the derivation is in the store. */
  hasDerivation(dref: DRef): boolean {
    return hasDerivation(this.#paths, dref);
  }

  /**
   * The config of a derivation, frozen.
   *
   * @throws {LightnixError} `unknown-derivation`, `damaged`
   */
  config(dref: DRef): JsonObject {
    return cached(this.#configs, dref, () => readConfig(this.#paths, dref));
  }

  /** Whether the derivation is closed: its code is in the store. */
  hasBundle(dref: DRef): boolean {
    return hasBundle(this.#paths, dref);
  }

  /** The text of a derivation's bundle (see `closureFromStore`), unchecked; undefined when the derivation is open, or not there. */
  bundle(dref: DRef): string | undefined {
    return readBundle(this.#paths, dref);
  }

  /**
   * The text of a piece of code that the `__source__` of a config names by its digest. Undefined when the store does not keep it, or
   * it was damaged: then the code's identity is known all the same, and only its text is not.
   */
  sourceText(digest: string): string | undefined {
    return readSourceFile(this.#paths, digest);
  }

  /** All realizations of a derivation, sorted. Empty, too, when the store does not know it. */
  realizations<C>(dref: DRef<C>): RRef<C>[] {
    return readRealizations(this.#paths, dref);
  }

  /**
   * The realizations of a derivation that were made from exactly this context, sorted.
   *
   * @throws {LightnixError} `damaged`
   */
  realizationsFrom<C>(dref: DRef<C>, context: Context): RRef<C>[] {
    const wanted = contextText(context);
    return readRealizationNames(this.#paths, dref).filter((rref) => this.#isFrom(rref, wanted));
  }

  /** Whether the realization is in the store. */
  has(rref: RRef): boolean {
    return hasRealization(this.#paths, rref);
  }

  /**
   * Which realizations of its direct dependencies a realization was made from. Frozen.
   *
   * @throws {LightnixError} `unknown-realization`, `damaged`
   */
  context(rref: RRef): Context {
    return cached(this.#contexts, rref, () => readContext(this.#paths, rref));
  }

  /**
   * When, where and by what a realization was made.
   *
   * @throws {LightnixError} `unknown-realization`, `damaged`
   */
  buildRecord(rref: RRef): BuildRecord {
    return readRecord(this.#paths, rref);
  }

  /** Why a realization is one that failed (see `onFailure`); undefined when it is not, or not in the store. */
  failure(rref: RRef): Failure | undefined {
    const known = this.#failures.get(rref);
    if (known !== undefined) return known ?? undefined;
    const failure = readFailure(this.#paths, rref);
    // Of what is not there, nothing is known for good.
    if (failure !== undefined || this.#contextTexts.has(rref) || this.has(rref))
      this.#failures.set(rref, failure ?? null);
    return failure;
  }

  /**
   * What the realizer printed.
   *
   * @throws {LightnixError} `unknown-realization`
   */
  log(rref: RRef): string {
    return readLog(this.#paths, rref);
  }

  /**
   * What the realizer displayed (see `replay`, which puts it back among what it printed).
   *
   * @throws {LightnixError} `unknown-realization`, `damaged`
   */
  displays(rref: RRef): Displayed {
    return readDisplays(this.#paths, rref);
  }

  /**
   * The names of a realization's top-level artifacts, sorted.
   *
   * @throws {LightnixError} `unknown-realization`
   */
  artifacts(rref: RRef): string[] {
    return readArtifacts(this.#paths, rref);
  }

  /**
   * The size of all artifacts of a realization together.
   *
   * @throws {LightnixError} `unknown-realization`, `damaged`
   */
  sizeBytes(rref: RRef): number {
    return this.buildRecord(rref).sizeBytes ?? 0;
  }

  /** The absolute folder of a derivation or realization, be it there or not. */
  path(ref: DRef | RRef): string {
    return isRRef(ref) ? realizationFolder(this.#paths, ref) : derivationFolder(this.#paths, ref);
  }

  /** Keeps a config, frozen and with its fields in order, that was written just now. */
  protected rememberConfig(dref: DRef, config: JsonObject): void {
    this.#configs.set(dref, config);
  }

  /** Most often the text is the very one, and need not be taken apart. */
  #isFrom(rref: RRef, wanted: string): boolean {
    const known = this.#contextTexts.get(rref);
    if (known !== undefined) return known === wanted;
    const text = readContextText(this.#paths, rref);
    if (text === undefined) return false;
    const checked = text === wanted ? text : contextText(this.context(rref));
    this.#contextTexts.set(rref, checked);
    return checked === wanted;
  }
}

function cached<K, V>(cache: Map<K, V>, key: K, read: () => V): V {
  let value = cache.get(key);
  if (value === undefined) {
    value = read();
    cache.set(key, value);
  }
  return value;
}
