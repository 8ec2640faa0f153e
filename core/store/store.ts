import type { JsonObject } from "../config.ts";
import type { Context } from "../context.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Lock, LockOptions } from "./lock.ts";
import type { BuildRecord } from "./record.ts";

/** How to open a store. */
export interface OpenStoreOptions {
  /** The store's folder. Else `LIGHTNIX_ROOT`, `$XDG_DATA_HOME/lightnix`, `~/.local/share/lightnix`. */
  readonly root?: string;
  /** Whether what is published survives a power loss. True unless said otherwise. */
  readonly durable?: boolean;
  /** After what silence a process on another machine counts as dead, in milliseconds. Five minutes. */
  readonly lockExpiryMs?: number;
}

/** What `commit` is told about a new realization. */
export interface Outcome {
  /** Which realizations of the direct dependencies it was made from. */
  readonly context: Context;
  readonly record: BuildRecord;
  /** What the realizer printed. Without it, a `__log__.txt` in the folder stays as it is. */
  readonly log?: string;
}

/** What `commit` made of a folder. */
export interface Committed<C = unknown> {
  readonly rref: RRef<C>;
  /** Whether the store had this very outcome already; the earlier one stays, with its record and log. */
  readonly merged: boolean;
}

/** Opens a store. The folder is made by the first write. @throws {LightnixError} `not-a-store` */
export function openStore(options?: OpenStoreOptions): Store {
  throw new Error("soon", { cause: options });
}

/** A store. Reads are synchronous, writes are not. */
export interface Store {
  readonly root: string;
  readonly durable: boolean;

  derivations(): DRef[];
  hasDerivation(dref: DRef): boolean;
  /** The stored config; frozen. @throws {LightnixError} `unknown-derivation`, `damaged` */
  config(dref: DRef): JsonObject;
  /** Atomic, and nothing happens when it is there already. `config` is checked JSON (reserved top-level fields allowed). */
  putDerivation(name: string, config: JsonObject): Promise<DRef>;

  /** Whole realizations only, sorted by address. */
  realizations<C>(dref: DRef<C>): RRef<C>[];
  has(rref: RRef): boolean;
  /** Direct dependencies; frozen. @throws {LightnixError} `unknown-realization`, `damaged` */
  context(rref: RRef): Context;
  buildRecord(rref: RRef): BuildRecord;
  log(rref: RRef): string;
  /** Sorted names of the top-level artifacts, without `__*` and `context.json`. */
  artifacts(rref: RRef): string[];
  sizeBytes(rref: RRef): number;
  /** The absolute folder of a derivation or realization, be it there or not. */
  path(ref: DRef | RRef): string;

  /** A new empty folder below `<root>/tmp`, writable, taken away when this process is gone. */
  tempFolder(prefix: string): Promise<string>;
  /** Moves a temp folder to `<root>/tmp/failed-...`, where it stays for people to look at. */
  keepFailed(folder: string, dref: DRef): Promise<string>;
  /** Removes a temp folder, read-only or not. */
  discard(folder: string): Promise<void>;
  /** Publishes a temp folder as a realization: links and kinds checked, made read-only, hashed, renamed. */
  commit<C>(dref: DRef<C>, folder: string, outcome: Outcome): Promise<Committed<C>>;
  /** Makes this process the only one that builds `dref`. */
  lock(dref: DRef, options?: LockOptions): Promise<Lock>;
}
