import { lstatSync, readFileSync } from "node:fs";
import { configSelfPaths } from "../../config.ts";
import { errorCode } from "../../errors.ts";
import { pathSegments } from "../../path.ts";
import type { StoreGraph } from "../../query/graph.ts";
import { drefOf, isRRef, parseDRef, type DRef, type RRef } from "../../ref.ts";
import { readMetrics, type Metrics } from "../../stage/metrics.ts";
import { Breath } from "../breath.ts";
import { ifThere } from "../if-there.ts";
import { CONFIG_FILE, RECORD_FILE } from "../layout.ts";
import type { Store } from "../store.ts";

/** An object that nothing needs any more. */
export interface Garbage {
  readonly ref: DRef | RRef;
  readonly name: string;
  /** When a realization was finished; when a derivation came into the store. */
  readonly made: Date;
  readonly ageMs: number;
  readonly sizeBytes: number;
  /** The metrics of a realization, from its JSON artifacts. Read when they are first looked at. */
  readonly metrics: Metrics;
}

/** An object that a plan lists, with what was found out about it. */
export class DeadObject implements Garbage {
  readonly ref: DRef | RRef;
  readonly sizeBytes: number;
  readonly #madeMs: number;
  readonly #store: Store;

  constructor(store: Store, ref: DRef | RRef, { madeMs, sizeBytes }: ObjectFacts) {
    this.#store = store;
    this.ref = ref;
    this.#madeMs = madeMs;
    this.sizeBytes = sizeBytes;
  }

  get name(): string {
    return parseDRef(isRRef(this.ref) ? drefOf(this.ref) : this.ref).name;
  }

  get made(): Date {
    return new Date(this.#madeMs);
  }

  get ageMs(): number {
    return Date.now() - this.#madeMs;
  }

  get metrics(): Metrics {
    return isRRef(this.ref) ? metricsOf(this.#store, this.ref) : {};
  }
}

/** What is known of an object. */
export interface ObjectFacts {
  readonly madeMs: number;
  readonly sizeBytes: number;
}

/** When objects were made and how large they are, by number: two numbers each, as there may be very many. */
export class Facts {
  readonly #made: Float64Array;
  readonly #sizes: Float64Array;

  constructor(count: number) {
    this.#made = new Float64Array(count);
    this.#sizes = new Float64Array(count);
  }

  of(index: number): ObjectFacts {
    return { madeMs: this.#made[index] ?? 0, sizeBytes: this.#sizes[index] ?? 0 };
  }

  set(index: number, { madeMs, sizeBytes }: ObjectFacts): void {
    this.#made[index] = madeMs;
    this.#sizes[index] = sizeBytes;
  }
}

// The fields of a record as `commit` writes it: on lines of their own, where no other can start with two spaces and a quote.
const STOPPED = /^ {2}"stopped": "([^"\\]+)",?$/m;
const SIZE_BYTES = /^ {2}"sizeBytes": (\d+),?$/m;

/** Reads when these objects were made and how large they are. */
export async function readFacts(store: Store, graph: StoreGraph, dead: readonly number[]): Promise<Facts> {
  const facts = new Facts(graph.refs.length);
  const breath = new Breath();
  for (const index of dead) {
    const ref = graph.refs[index] as DRef | RRef;
    facts.set(
      index,
      graph.isDerivation(index)
        ? factsOfDerivation(graph.folder(index))
        : factsOfRealization(store, ref as RRef, graph.folder(index)),
    );
    await breath.take();
  }
  return facts;
}

function factsOfDerivation(folder: string): ObjectFacts {
  const stats = lstatSync(`${folder}/${CONFIG_FILE}`, { throwIfNoEntry: false });
  return { madeMs: stats?.mtimeMs ?? 0, sizeBytes: stats?.size ?? 0 };
}

/** To take all of the JSON apart would be slower, and there may be a hundred thousand records. */
function factsOfRealization(store: Store, rref: RRef, folder: string): ObjectFacts {
  const text = ifThere(() => readFileSync(`${folder}/${RECORD_FILE}`, "utf8")) ?? "";
  const [stopped, sizeBytes] = [STOPPED, SIZE_BYTES].map((pattern) => pattern.exec(text)?.[1]);
  const madeMs = Date.parse(stopped ?? "");
  if (!Number.isNaN(madeMs) && sizeBytes !== undefined) return { madeMs, sizeBytes: Number(sizeBytes) };
  const record = intactRecord(store, rref);
  if (record !== undefined) return { madeMs: Date.parse(record.stopped), sizeBytes: record.sizeBytes ?? 0 };
  return { madeMs: lstatSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0, sizeBytes: 0 };
}

function intactRecord(store: Store, rref: RRef): ReturnType<Store["buildRecord"]> | undefined {
  try {
    const record = store.buildRecord(rref);
    return Number.isNaN(Date.parse(record.stopped)) ? undefined : record;
  } catch (error) {
    if (errorCode(error) === "damaged" || errorCode(error) === "unknown-realization") return undefined;
    throw error;
  }
}

/** From the JSON artifacts that the config promises, else from all at the top. */
function metricsOf(store: Store, rref: RRef): Metrics {
  const promised = configSelfPaths(store.config(drefOf(rref))).map((path) => pathSegments(path).join("/"));
  const isJson = (file: string): boolean => file.endsWith(".json");
  const files = promised.some(isJson) ? promised : store.artifacts(rref);
  return Object.assign(
    {},
    ...files.filter(isJson).map((file) => readMetrics(store.path(rref), file)),
  ) as Metrics;
}
