import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { isJsonObject, type JsonObject } from "../config.ts";
import { errorCode, LightnixError } from "../errors.ts";
import { isHash, isRRef, makeRRef, parseDRef, type DRef, type RRef } from "../ref.ts";
import { ifThere } from "../store/if-there.ts";
import { derivationOfFolder } from "../store/layout.ts";
import { parsePylightnixTime } from "./pylightnix-time.ts";
import { parsePythonJson } from "./translate-config.ts";

/** What Pylightnix puts into a realization by itself. */
export const OWN_FILES: readonly string[] = [
  "context.json",
  "group.json",
  "__buildstart__.txt",
  "__buildstop__.txt",
];
/** The file that makes a realization one that failed. */
export const STATUS_FILE = "either_status.txt";

const VERSION_FOLDER = "store-v0";

/** A store that Pylightnix wrote. Addresses in it have the same form as ours, and other hashes. */
export interface PylightnixStore {
  /** The folder with the derivations in it. */
  readonly folder: string;
  readonly configs: ReadonlyMap<DRef, JsonObject>;
}

/**
 * Opens a store that Pylightnix wrote: its root folder, or the folder `store-v0` in it. All configs are read and compared with the hashes
 * that they are named by.
 *
 * @throws {LightnixError} `not-a-pylightnix-store`, `damaged`
 */
export function readPylightnixStore(path: string): PylightnixStore {
  const folder = storeFolder(resolve(path));
  const configs = new Map<DRef, JsonObject>();
  for (const name of readdirSync(folder).sort()) {
    // What is being written there has a name that ends in `.tmp`; names of derivations have no dot.
    const dref = name.includes(".") ? undefined : derivationOfFolder(name);
    if (dref === undefined || !existsSync(join(folder, name, "config.json"))) continue;
    configs.set(dref, readConfig(dref, join(folder, name, "config.json")));
  }
  return { folder, configs };
}

/** The folder of a realization. */
export function oldFolder({ folder }: PylightnixStore, dref: DRef, rref?: RRef): string {
  const { hash: dhash, name } = parseDRef(dref);
  const place = join(folder, `${dhash}-${name}`);
  return rref === undefined ? place : join(place, rref.slice("rref:".length).split("-", 1)[0] ?? "");
}

/** All realizations of a derivation, sorted. */
export function oldRealizations(store: PylightnixStore, dref: DRef): RRef[] {
  const place = oldFolder(store, dref);
  return readdirSync(place)
    .filter((name) => isHash(name) && existsSync(join(place, name, "context.json")))
    .sort()
    .map((name) => makeRRef(name, dref));
}

/**
 * Which realizations a realization was made from, of all derivations that it depends on, directly or not.
 *
 * @throws {LightnixError} `damaged`
 */
export function oldContext(
  store: PylightnixStore,
  dref: DRef,
  rref: RRef,
): ReadonlyMap<string, readonly RRef[]> {
  const path = join(oldFolder(store, dref, rref), "context.json");
  const json = reading(path, () => parsePythonJson(readFileSync(path, "utf8")));
  if (!isJsonObject(json)) throw damaged(path, "it is no context");
  const entries = Object.entries(json).map(([dependency, rrefs]): [string, RRef[]] => {
    if (Array.isArray(rrefs) && rrefs.every((one) => isRRef(one))) return [dependency, rrefs];
    if (rrefs === null) return [dependency, []];
    throw damaged(path, `what it names for ${dependency} are no realizations`);
  });
  return new Map(entries);
}

/** When a realization was built, as far as it says so; else when its folder changed last. */
export function oldTimes(folder: string): { readonly started: Date; readonly stopped: Date } {
  const stopped = readTime(join(folder, "__buildstop__.txt")) ?? statSync(folder).mtime;
  return { started: readTime(join(folder, "__buildstart__.txt")) ?? stopped, stopped };
}

function storeFolder(path: string): string {
  const inner = join(path, VERSION_FOLDER);
  const folder = isFolder(inner) ? inner : path;
  const isStore = isFolder(folder) && (folder === inner || basename(folder) === VERSION_FOLDER);
  if (isStore) return folder;
  throw new LightnixError(
    "not-a-pylightnix-store",
    `Cannot import the Pylightnix store "${path}": there is no folder ${VERSION_FOLDER} in it. Give the folder that Pylightnix calls its root`,
    { data: { path } },
  );
}

function isFolder(path: string): boolean {
  return ifThere(() => statSync(path))?.isDirectory() === true;
}

function readConfig(dref: DRef, path: string): JsonObject {
  const text = readFileSync(path, "utf8");
  if (hash("sha256", text, "hex").slice(0, 32) !== parseDRef(dref).hash)
    throw damaged(path, "its hash is another one");
  const json = reading(path, () => parsePythonJson(text));
  if (isJsonObject(json)) return json;
  throw damaged(path, "it is no config");
}

function readTime(path: string): Date | undefined {
  try {
    return parsePylightnixTime(readFileSync(path, "utf8"));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw damaged(path, "it is not JSON", error);
  }
}

function damaged(path: string, reason: string, cause?: unknown): LightnixError {
  return new LightnixError(
    "damaged",
    `Cannot read "${path}": ${reason}, so the Pylightnix store is damaged here`,
    {
      data: { path },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
