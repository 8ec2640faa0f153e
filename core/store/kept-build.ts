import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Context } from "../context.ts";
import { isDRef, parseDRef, type DRef } from "../ref.ts";
import { nothingDisplayed, parseDisplays, type Displayed } from "./displays.ts";
import { ifThere, namesIn } from "./if-there.ts";
import { DISPLAY_FILE, KEPT_FILE, LOG_FILE, type StorePaths } from "./layout.ts";

/** How a build ended of which the output was kept, although it was not published. */
export type KeptBecause = "failed" | "cancelled" | "abandoned";

/** What is known of a build of which the output was kept. */
export interface KeptBuild {
  readonly dref: DRef;
  /** Which realizations of the direct dependencies it worked on. */
  readonly context: Context;
  /** When it began, as an ISO date. */
  readonly started: string;
  readonly because: KeptBecause;
  /** What went wrong, where it failed. */
  readonly reason?: string;
  /** Tells the outputs of one run from those of all others. */
  readonly run: string;
  /** Which of the outputs of that run it is. */
  readonly index: number;
}

/** A new name for the run of a build. */
export function newRun(): string {
  return randomBytes(8).toString("hex");
}

/** A new place for an output that is to be kept. Its name comes after those of all that were kept before, whatever the clock says. */
export function keptPath(paths: StorePaths, dref: DRef): string {
  const lastMs = timeIn(keptFolders(paths, dref).at(-1) ?? "");
  const when = new Date(Math.max(Date.now(), lastMs + 1)).toISOString().replaceAll(/[:.Z]/g, "");
  return `${paths.tmp}/${keptPrefix(dref)}${when}-${randomBytes(3).toString("hex")}`;
}

function keptPrefix(dref: DRef): string {
  const { hash, name } = parseDRef(dref);
  return `failed-${name}-${hash.slice(0, 8)}-`;
}

const TIME = /-(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)(\d{3})-[\da-f]{6}$/;

/** The time in the name of a place; 0 where there is none. */
function timeIn(place: string): number {
  const [, hour, minute, second, ms] = TIME.exec(place) ?? [];
  return hour === undefined ? 0 : Date.parse(`${hour}:${minute}:${second}.${ms}Z`) || 0;
}

/** Notes in an output folder what it is the output of. */
export function noteKept(folder: string, kept: KeptBuild): void {
  writeFileSync(`${folder}/${KEPT_FILE}`, JSON.stringify(kept));
}

/** What a folder is the output of, if it was kept. */
export function readKept(folder: string): KeptBuild | undefined {
  const text = ifThere(() => readFileSync(`${folder}/${KEPT_FILE}`, "utf8"));
  try {
    const kept = JSON.parse(text ?? "") as KeptBuild;
    const isGood = isDRef(kept.dref) && typeof kept.run === "string" && Number.isInteger(kept.index);
    return isGood && typeof kept.context === "object" ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** The folders in which outputs of builds of a derivation were kept, the oldest first. */
export function keptFolders({ tmp }: StorePaths, dref: DRef): string[] {
  const prefix = keptPrefix(dref);
  // Their names have the time in them.
  return namesIn(tmp)
    .filter((one) => one.startsWith(prefix))
    .sort()
    .map((one) => `${tmp}/${one}`);
}

/** What a run showed of which nothing was published. */
export interface LostLog {
  /** The folder with what it had made. */
  readonly folder: string;
  readonly because: KeptBecause;
  /** What went wrong, where it failed and that was noted. */
  readonly reason?: string;
  readonly started: Date;
  /** What it printed. */
  readonly log: string;
  readonly displays: Displayed;
}

/** What the last run of a derivation showed of which the output was kept, if there is one. */
export function readLastLost(paths: StorePaths, dref: DRef): LostLog | undefined {
  const folder = keptFolders(paths, dref).at(-1);
  if (folder === undefined) return undefined;
  const kept = readKept(folder);
  const text = (name: string): string => ifThere(() => readFileSync(`${folder}/${name}`, "utf8")) ?? "";
  return {
    folder,
    because: kept?.because ?? "failed",
    ...(typeof kept?.reason === "string" && { reason: kept.reason }),
    started: new Date(kept?.started ?? Number.NaN),
    log: text(LOG_FILE),
    displays: parseDisplays(text(DISPLAY_FILE)) ?? nothingDisplayed,
  };
}

/** A build that a person holds. It is written down, so that it is not lost with the process. */
export interface HeldMark extends Omit<KeptBuild, "because" | "reason" | "index"> {
  /** The names of its output folders in the folder of its process. */
  readonly outs: readonly string[];
}

const HELD = /^held-/;

/** Where in the folder of a process is said that a person holds a build of the derivation with this folder name. */
export function heldPath(folder: string, derivation: string): string {
  return `${folder}/held-${derivation}`;
}

/** Keeps the outputs of the builds that were held in the folder of a process that is gone or about to go. */
export function keepHeld(paths: StorePaths, folder: string): void {
  for (const name of namesIn(folder).filter((one) => HELD.test(one))) {
    const text = ifThere(() => readFileSync(`${folder}/${name}`, "utf8"));
    const mark = text === undefined ? undefined : parseMark(text);
    if (mark !== undefined) keepMarked(paths, folder, mark);
  }
}

/** Keeps the outputs of one of them. */
export function keepMarked(paths: StorePaths, folder: string, { outs, ...mark }: HeldMark): void {
  for (const [index, out] of outs.entries()) {
    // Somebody else who clears away after the process may have been quicker.
    ifThere(() => {
      noteKept(`${folder}/${out}`, { ...mark, because: "abandoned", index });
      renameSync(`${folder}/${out}`, keptPath(paths, mark.dref));
    });
  }
}

function parseMark(text: string): HeldMark | undefined {
  try {
    const mark = JSON.parse(text) as HeldMark;
    // The names become parts of paths.
    const isGood =
      isDRef(mark.dref) && mark.outs.every((out) => /^[\w.+-]+$/.test(out) && !out.startsWith("."));
    return isGood ? mark : undefined;
  } catch {
    return undefined;
  }
}
