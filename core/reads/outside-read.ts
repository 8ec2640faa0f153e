import { hash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync, type Stats } from "node:fs";
import { isJsonObject, type Json } from "../config.ts";
import type { HowRead, Reads } from "./reads.ts";
import { isOutside, isWithin, type Surroundings } from "./surroundings.ts";

/** Something that a realizer read and that is not among its inputs, as it was then. */
export type OutsideRead = OutsideFile | OutsideFolder;

/** A file. */
export interface OutsideFile {
  readonly kind: "file";
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Of its content; not of what is large. */
  readonly sha256?: string;
}

/** A folder. */
export interface OutsideFolder {
  readonly kind: "folder";
  /** Absolute. */
  readonly path: string;
  /** Whether all of it counts, or only which names are in it. */
  readonly how: HowRead;
  /** Over the names, or over paths, sizes and times. */
  readonly sha256: string;
}

const HASHED_FILE = 16 * 2 ** 20;
const HASHED_TOGETHER = 2 * HASHED_FILE;
const WALKED = 1_000;
/** No more are kept of a run: each is looked at whenever the result is reused. */
export const MOST_KEPT = 256;

/**
 * What of all that a run read is there, is not its own, and was there before it began: `since`, by the clock of the file system.
 * What cannot be looked at is passed over.
 */
export function outsideReads(reads: Reads, since: number): OutsideRead[] {
  const found: OutsideRead[] = [];
  let room = HASHED_TOGETHER;
  for (const [path, how] of reads.outside()) {
    if (found.length === MOST_KEPT) break;
    const stats = statsOf(path);
    if (stats === undefined || stats.ctimeMs > since || !isReallyOutside(path, reads.surroundings)) continue;
    if (stats.isFile()) {
      const isHashed = stats.size <= Math.min(room, HASHED_FILE);
      if (isHashed) room -= stats.size;
      found.push(outsideFile(path, stats, isHashed));
    }
    // The folder of all that is being worked on changes with anything.
    if (stats.isDirectory() && !isWithin(reads.surroundings.project, path))
      found.push({ kind: "folder", path, how, sha256: folderDigest(path, how) });
  }
  return found;
}

function outsideFile(path: string, { size: sizeBytes, mtimeMs }: Stats, isHashed: boolean): OutsideFile {
  const sha256 = isHashed ? fileDigest(path) : undefined;
  return { kind: "file", path, sizeBytes, mtimeMs, ...(sha256 !== undefined && { sha256 }) };
}

/** A link may lead into the store, or to where programs and packages are. */
function isReallyOutside(path: string, surroundings: Surroundings): boolean {
  try {
    return isOutside(realpathSync.native(path), surroundings);
  } catch {
    return false;
  }
}

/** Whether it is there and is not any more what it was. That it has gone changes nothing: nobody could make the result anew. */
export function hasChanged(read: OutsideRead): boolean {
  const stats = statsOf(read.path);
  if (stats === undefined) return false;
  if (read.kind === "folder")
    return !stats.isDirectory() || folderDigest(read.path, read.how) !== read.sha256;
  if (stats.size === read.sizeBytes && stats.mtimeMs === read.mtimeMs) return false;
  // A version control system writes files anew that are what they were.
  return stats.size !== read.sizeBytes || read.sha256 === undefined || fileDigest(read.path) !== read.sha256;
}

/** Reads one from JSON; undefined when it is none. */
export function readOutsideRead(json: Json | undefined): OutsideRead | undefined {
  if (!isJsonObject(json)) return undefined;
  const { kind, path, how, sha256, sizeBytes, mtimeMs } = json;
  if (typeof path !== "string") return undefined;
  if (kind === "folder" && typeof sha256 === "string" && (how === "list" || how === "content"))
    return { kind, path, how, sha256 };
  if (kind !== "file" || typeof sizeBytes !== "number" || typeof mtimeMs !== "number") return undefined;
  return { kind, path, sizeBytes, mtimeMs, ...(typeof sha256 === "string" && { sha256 }) };
}

function statsOf(path: string, look: (path: string) => Stats = statSync): Stats | undefined {
  try {
    return look(path);
  } catch {
    return undefined;
  }
}

function fileDigest(path: string): string | undefined {
  try {
    return hash("sha256", readFileSync(path), "hex");
  } catch {
    return undefined;
  }
}

function folderDigest(folder: string, how: HowRead): string {
  return hash("sha256", (how === "list" ? namesOf(folder) : linesOf(folder)).join("\0"), "hex");
}

function namesOf(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

/** What is in a folder, as far as it is not too much. */
function linesOf(folder: string): string[] {
  const lines: string[] = [];
  const folders = [folder];
  for (let at = folders.shift(); at !== undefined && lines.length < WALKED; at = folders.shift()) {
    for (const name of namesOf(at)) {
      const path = `${at}/${name}`;
      const stats = statsOf(path, lstatSync);
      if (stats?.isDirectory() === true) folders.push(path);
      else if (stats !== undefined) lines.push(`${path} ${stats.size} ${stats.mtimeMs}`);
    }
  }
  return lines;
}
