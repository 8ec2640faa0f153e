import { existsSync, readdirSync, readFileSync } from "node:fs";
import { derivationRefOfText } from "../canonical.ts";
import type { Json, JsonObject } from "../config.ts";
import { parseContext, type Context } from "../context.ts";
import { errorCode, LightnixError } from "../errors.ts";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import {
  BUNDLE_FILE,
  CONFIG_FILE,
  CONTEXT_FILE,
  derivationFolder,
  derivationFolderName,
  derivationOfFolder,
  DISPLAY_FILE,
  FAILURE_FILE,
  isArtifactName,
  isRealizationName,
  LOG_FILE,
  realizationFolder,
  RECORD_FILE,
  type StorePaths,
} from "./layout.ts";
import { nothingDisplayed, parseDisplays, type Displayed } from "./displays.ts";
import { parseFailure, type Failure } from "./failure.ts";
import type { BuildRecord } from "./record.ts";

/** Whether the store has a derivation, whole. */
export function hasDerivation(paths: StorePaths, dref: DRef): boolean {
  return existsSync(`${derivationFolder(paths, dref)}/${CONFIG_FILE}`);
}

/** Whether the store has a realization, whole. */
export function hasRealization(paths: StorePaths, rref: RRef): boolean {
  return existsSync(`${realizationFolder(paths, rref)}/${CONTEXT_FILE}`);
}

/** All derivations, sorted. What is half or foreign is passed over. */
export function readDerivations(paths: StorePaths): DRef[] {
  const drefs: DRef[] = [];
  for (const name of namesIn(paths.objects)) {
    const dref = derivationOfFolder(name);
    if (dref !== undefined && hasDerivation(paths, dref)) drefs.push(dref);
  }
  return drefs.sort();
}

/** The derivations that have one of these names, among them such as are half there. It looks at names alone, and is quick. */
export function readDerivationsNamed(paths: StorePaths, names: ReadonlySet<string>): Map<string, DRef[]> {
  const found = new Map<string, DRef[]>();
  for (const folder of namesIn(paths.objects)) {
    const name = folder.slice(folder.indexOf("-") + 1);
    const dref = names.has(name) ? derivationOfFolder(folder) : undefined;
    if (dref === undefined) continue;
    const namesakes = found.get(name);
    if (namesakes === undefined) found.set(name, [dref]);
    else namesakes.push(dref);
  }
  return found;
}

/** All realizations of a derivation, sorted. What is half or foreign is passed over. */
export function readRealizations<C>(paths: StorePaths, dref: DRef<C>): RRef<C>[] {
  return readRealizationNames(paths, dref).filter((rref) => hasRealization(paths, rref));
}

/** The same, with what is half or foreign among them. */
export function readRealizationNames<C>(paths: StorePaths, dref: DRef<C>): RRef<C>[] {
  const hashes = namesIn(derivationFolder(paths, dref)).filter(isRealizationName);
  const rest = derivationFolderName(dref);
  return hashes.sort().map((hash) => `rref:${hash}-${rest}` as RRef<C>);
}

/** The text of a realization's context as it is; undefined where there is none. */
export function readContextText(paths: StorePaths, rref: RRef): string | undefined {
  return readText(`${realizationFolder(paths, rref)}/${CONTEXT_FILE}`);
}

/**
 * Reads a config, and checks that it is the one that its address was made from.
 *
 * @throws {LightnixError} `unknown-derivation`, `damaged`
 */
export function readConfig(paths: StorePaths, dref: DRef): JsonObject {
  const path = `${derivationFolder(paths, dref)}/${CONFIG_FILE}`;
  const text = readText(path);
  if (text === undefined) {
    throw new LightnixError(
      "unknown-derivation",
      `Cannot find the derivation "${dref}": the store "${paths.root}" does not have it`,
      {
        data: { dref, root: paths.root },
      },
    );
  }
  if (derivationRefOfText(parseDRef(dref).name, text) !== dref)
    throw damaged(dref, path, "its hash is another one");
  return frozen(JSON.parse(text) as JsonObject);
}

/** Whether the store has the bundle of a derivation. */
export function hasBundle(paths: StorePaths, dref: DRef): boolean {
  return existsSync(`${derivationFolder(paths, dref)}/${BUNDLE_FILE}`);
}

/** The text of a derivation's bundle as it is; undefined where there is none. */
export function readBundle(paths: StorePaths, dref: DRef): string | undefined {
  return readText(`${derivationFolder(paths, dref)}/${BUNDLE_FILE}`);
}

/**
 * Reads which realizations a realization was made from.
 *
 * @throws {LightnixError} `unknown-realization`, `damaged`
 */
export function readContext(paths: StorePaths, rref: RRef): Context {
  const path = `${realizationFolder(paths, rref)}/${CONTEXT_FILE}`;
  const text = readContextText(paths, rref);
  if (text === undefined) throw unknownRealization(paths, rref);
  try {
    return parseContext(text);
  } catch (error) {
    throw damaged(rref, path, "it is no context", error);
  }
}

/**
 * Reads when, where and by what a realization was made.
 *
 * @throws {LightnixError} `unknown-realization`, `damaged`
 */
export function readRecord(paths: StorePaths, rref: RRef): BuildRecord {
  const path = `${realizationFolder(paths, rref)}/${RECORD_FILE}`;
  const text = readText(path);
  if (text === undefined && !hasRealization(paths, rref)) throw unknownRealization(paths, rref);
  try {
    return frozen(JSON.parse(text ?? "") as BuildRecord);
  } catch (error) {
    throw damaged(rref, path, text === undefined ? "it is missing" : "it is not JSON", error);
  }
}

/**
 * Reads why a realization is one that failed; undefined when it is not, or not there.
 *
 * @throws {LightnixError} `damaged`
 */
export function readFailure(paths: StorePaths, rref: RRef): Failure | undefined {
  const path = `${realizationFolder(paths, rref)}/${FAILURE_FILE}`;
  const text = existsSync(path) ? readText(path) : undefined;
  if (text === undefined) return undefined;
  const failure = parseFailure(text);
  if (failure === undefined) throw damaged(rref, path, "it does not say why the run failed");
  return Object.freeze(failure);
}

/**
 * Reads what the realizer printed; empty when it printed nothing.
 *
 * @throws {LightnixError} `unknown-realization`
 */
export function readLog(paths: StorePaths, rref: RRef): string {
  const text = readText(`${realizationFolder(paths, rref)}/${LOG_FILE}`);
  if (text === undefined && !hasRealization(paths, rref)) throw unknownRealization(paths, rref);
  return text ?? "";
}

/**
 * Reads what the realizer displayed.
 *
 * @throws {LightnixError} `unknown-realization`, `damaged`
 */
export function readDisplays(paths: StorePaths, rref: RRef): Displayed {
  const path = `${realizationFolder(paths, rref)}/${DISPLAY_FILE}`;
  const text = readText(path);
  if (text === undefined && !hasRealization(paths, rref)) throw unknownRealization(paths, rref);
  if (text === undefined) return nothingDisplayed;
  const displayed = parseDisplays(text);
  if (displayed === undefined) throw damaged(rref, path, "it does not say what was displayed");
  return displayed;
}

/**
 * The names of a realization's top-level artifacts, sorted.
 *
 * @throws {LightnixError} `unknown-realization`
 */
export function readArtifacts(paths: StorePaths, rref: RRef): string[] {
  if (!hasRealization(paths, rref)) throw unknownRealization(paths, rref);
  return namesIn(realizationFolder(paths, rref)).filter(isArtifactName).sort();
}

/** Freezes a JSON value through and through, as it is handed to more than one. */
export function frozen<T extends Json | BuildRecord>(json: T): T {
  if (typeof json === "object" && json !== null) {
    for (const value of Object.values<Json | undefined>(json)) if (value !== undefined) frozen(value);
    Object.freeze(json);
  }
  return json;
}

function readText(path: string): string | undefined {
  return unlessMissing(() => readFileSync(path, "utf8"));
}

function namesIn(folder: string): string[] {
  return unlessMissing(() => readdirSync(folder)) ?? [];
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

function unknownRealization(paths: StorePaths, rref: RRef): LightnixError {
  return new LightnixError(
    "unknown-realization",
    `Cannot find the realization "${rref}": the store "${paths.root}" does not have it`,
    {
      data: { rref, root: paths.root },
    },
  );
}

function damaged(ref: DRef | RRef, path: string, reason: string, cause?: unknown): LightnixError {
  return new LightnixError("damaged", `Cannot read "${path}": ${reason}, so the store is damaged here`, {
    data: { ref, path },
    ...(cause === undefined ? {} : { cause }),
  });
}
