import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { canonicalJson } from "../canonical.ts";
import { parseDRef, parseRRef, type DRef, type RRef } from "../ref.ts";
import { Breath } from "../store/breath.ts";
import type { BuildRecord } from "../store/record.ts";
import { intactConfig } from "../store/intact-config.ts";
import type { Store } from "../store/store.ts";
import { globPattern } from "./glob.ts";
import { listObjects } from "./graph.ts";

/** What derivations can be found by. What is not given does not count. */
export interface DerivationQuery {
  /** A glob over the names, such as `model-*`. */
  readonly name?: string | undefined;
  /**
   * Config fields, nested ones joined by dots (`optimizer.lr`, `layers.0`), and what they are: a JSON value, or a function that
   * says whether it will do. A field that is not there is `undefined`.
   */
  readonly config?: Readonly<Record<string, Json | ((value: Json | undefined) => boolean)>> | undefined;
}

/** What realizations can be found by. What is not given does not count. */
export interface RealizationQuery extends DerivationQuery {
  /** Finished at most so many milliseconds ago. */
  readonly newerThanMs?: number | undefined;
  /** Finished at least so many milliseconds ago. */
  readonly olderThanMs?: number | undefined;
  /** When the realizer started. */
  readonly started?: Period | undefined;
  /** When the realizer had stopped. */
  readonly stopped?: Period | undefined;
  /** The size of all artifacts together. */
  readonly sizeBytes?: { readonly min?: number | undefined; readonly max?: number | undefined } | undefined;
  /** In what order: by address unless given. */
  readonly order?: "newest" | "oldest" | "largest" | undefined;
}

/** A time between two others, both included. */
export interface Period {
  readonly after?: Date | undefined;
  readonly before?: Date | undefined;
}

/** A realization, with what is asked for most. Times and size are read when they are first looked at. */
export interface Found {
  readonly rref: RRef;
  readonly name: string;
  readonly started: Date;
  readonly stopped: Date;
  readonly sizeBytes: number;
}

/** All derivations that a query fits, sorted. */
export async function findDerivations(store: Store, query: DerivationQuery = {}): Promise<DRef[]> {
  const fits = derivationTest(store, query);
  return store.derivations().filter(fits);
}

/**
 * All realizations that a query fits. Those of which the config or build record is damaged are found only by what does not need it.
 *
 * @throws {RangeError} for an age or size that is no number
 *
 * @example
 * ```ts
 * await find(store, { name: "model-*", config: { lr: 0.1 }, newerThanMs: 3_600_000, order: "largest" });
 * ```
 */
export async function find(store: Store, query: RealizationQuery = {}): Promise<Found[]> {
  checkNumbers(query);
  const fits = derivationTest(store, query);
  const record = recordTest(query, Date.now());
  const breath = new Breath();
  const found: StoredRealization[] = [];
  for (const { dref, rrefs } of await listObjects(store)) {
    if (!fits(dref)) continue;
    for (const rref of rrefs) {
      const one = new StoredRealization(store, rref);
      if (record === undefined || (one.isRecorded() && record(one))) found.push(one);
      await breath.take();
    }
  }
  if (query.order === undefined) return found;
  return found.filter((one) => one.isRecorded()).sort(orders[query.order]);
}

class StoredRealization implements Found {
  readonly rref: RRef;
  readonly #store: Store;
  #facts: { readonly started: number; readonly stopped: number; readonly sizeBytes: number } | undefined;

  constructor(store: Store, rref: RRef) {
    this.#store = store;
    this.rref = rref;
  }

  get name(): string {
    return parseRRef(this.rref).name;
  }

  get started(): Date {
    return new Date(this.#read().started);
  }

  get stopped(): Date {
    return new Date(this.#read().stopped);
  }

  get sizeBytes(): number {
    return this.#read().sizeBytes;
  }

  isRecorded(): boolean {
    try {
      this.#read();
      return true;
    } catch {
      // Damaged, or removed just now.
      return false;
    }
  }

  /** Numbers only: a hundred thousand records would fill the memory. */
  #read(): { readonly started: number; readonly stopped: number; readonly sizeBytes: number } {
    return (this.#facts ??= factsOf(this.#store.buildRecord(this.rref)));
  }
}

function factsOf({ started, stopped, sizeBytes = 0 }: BuildRecord): {
  started: number;
  stopped: number;
  sizeBytes: number;
} {
  return { started: Date.parse(started), stopped: Date.parse(stopped), sizeBytes };
}

const orders: Readonly<Record<"newest" | "oldest" | "largest", (a: Found, b: Found) => number>> = {
  newest: (a, b) => b.stopped.getTime() - a.stopped.getTime() || byAddress(a, b),
  oldest: (a, b) => a.stopped.getTime() - b.stopped.getTime() || byAddress(a, b),
  largest: (a, b) => b.sizeBytes - a.sizeBytes || byAddress(a, b),
};

function byAddress(a: Found, b: Found): number {
  return a.rref < b.rref ? -1 : 1;
}

/** Whether a derivation of the store fits a query. One whose config is damaged fits only queries that do not ask for fields. */
export function derivationTest(store: Store, { name, config }: DerivationQuery): (dref: DRef) => boolean {
  const pattern = name === undefined ? undefined : globPattern(name);
  const fields = Object.entries(config ?? {});
  return (dref) => {
    if (pattern !== undefined && !pattern.test(parseDRef(dref).name)) return false;
    if (fields.length === 0) return true;
    const json = intactConfig(store, dref);
    return json !== undefined && fields.every(([path, wanted]) => isWanted(fieldAt(json, path), wanted));
  };
}

function isWanted(
  value: Json | undefined,
  wanted: Json | ((value: Json | undefined) => boolean) | undefined,
): boolean {
  if (typeof wanted === "function") return wanted(value);
  if (value === undefined || wanted === undefined) return value === wanted;
  return canonicalJson(value) === canonicalJson(wanted);
}

/** A field by its path. A field of which the name itself holds dots is found by that name, if nothing else is. */
function fieldAt(config: JsonObject, path: string): Json | undefined {
  let at: Json | undefined = config;
  for (const field of path.split(".")) at = ownField(at, field);
  return at ?? ownField(config, path);
}

function ownField(value: Json | undefined, field: string): Json | undefined {
  if (Array.isArray(value))
    return /^\d+$/.test(field) ? (value as readonly Json[])[Number(field)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, field) ? value[field] : undefined;
}

function recordTest(query: RealizationQuery, now: number): ((one: Found) => boolean) | undefined {
  const { newerThanMs, olderThanMs, started, stopped, sizeBytes } = query;
  const asked = [newerThanMs, olderThanMs, started, stopped, sizeBytes].some((one) => one !== undefined);
  if (!asked) return undefined;
  return (one) => {
    const ageMs = now - one.stopped.getTime();
    return (
      ageMs <= (newerThanMs ?? Infinity) &&
      ageMs >= (olderThanMs ?? -Infinity) &&
      isWithin(one.started, started) &&
      isWithin(one.stopped, stopped) &&
      one.sizeBytes >= (sizeBytes?.min ?? 0) &&
      one.sizeBytes <= (sizeBytes?.max ?? Infinity)
    );
  };
}

function isWithin(time: Date, { after, before }: Period = {}): boolean {
  return (after === undefined || time >= after) && (before === undefined || time <= before);
}

function checkNumbers({ newerThanMs, olderThanMs, sizeBytes }: RealizationQuery): void {
  const given = {
    newerThanMs,
    olderThanMs,
    "sizeBytes.min": sizeBytes?.min,
    "sizeBytes.max": sizeBytes?.max,
  };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || (typeof value === "number" && !Number.isNaN(value))) continue;
    throw new RangeError(`Cannot find realizations by ${name}: ${String(value)}; it is a number`);
  }
}
