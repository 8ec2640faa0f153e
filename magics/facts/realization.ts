import { configSelfPaths } from "../../core/config.ts";
import type { JsonObject } from "../../core/config.ts";
import { drefOf, parseDRef, parseRRef } from "../../core/ref.ts";
import type { DRef, RRef } from "../../core/ref.ts";
import type { BuildRecord } from "../../core/store/record.ts";
import type { Store } from "../../core/store/store.ts";
import { readArtifacts } from "./artifacts.ts";
import type { Artifact } from "./artifacts.ts";

/** What the store knows of a realization without its artifacts. */
export interface RealizationRecord {
  readonly rref: RRef;
  readonly dref: DRef;
  readonly name: string;
  readonly config: JsonObject;
  readonly record: BuildRecord;
  readonly sizeBytes: number;
  /** Its folder. */
  readonly path: string;
}

/** Everything that the view of a realization shows. */
export interface RealizationFacts extends RealizationRecord {
  /** The direct dependencies and the realizations of them that it was made from. */
  readonly dependencies: readonly DependencyFacts[];
  readonly artifacts: readonly Artifact[];
  /** Top-level artifacts that its config promises. */
  readonly promised: ReadonlySet<string>;
}

/** A dependency of a realization. */
export interface DependencyFacts {
  readonly dref: DRef;
  readonly name: string;
  readonly realizations: readonly RealizationRecord[];
}

/** Reads what the view of a realization shows; @throws LightnixError `unknown-realization`, `damaged` */
export function readRealization(rref: RRef, store: Store): RealizationFacts {
  const own = readRealizationRecord(rref, store);
  return {
    ...own,
    dependencies: Object.entries(store.context(rref)).map(([dref, rrefs]) => ({
      dref: dref as DRef,
      name: parseDRef(dref).name,
      realizations: rrefs.map((one) => readRealizationRecord(one, store)),
    })),
    artifacts: readArtifacts(own.path, store.artifacts(rref)),
    promised: new Set(configSelfPaths(own.config).map(([, first = ""]) => first)),
  };
}

/** Reads what the store knows of a realization besides its artifacts; @throws LightnixError `unknown-realization`, `damaged` */
export function readRealizationRecord(rref: RRef, store: Store): RealizationRecord {
  const dref = drefOf(rref);
  return {
    rref,
    dref,
    name: parseRRef(rref).name,
    config: store.config(dref),
    record: store.buildRecord(rref),
    sizeBytes: store.sizeBytes(rref),
    path: store.path(rref),
  };
}
