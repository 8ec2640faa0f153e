import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { contextText, type Context } from "../context.ts";
import { LightnixError } from "../errors.ts";
import { drefOf, isRRef, type DRef, type RRef } from "../ref.ts";
import { interleave, type ReplayEntry } from "../replay.ts";
import { copyWritable } from "../stage/scratch.ts";
import { nothingDisplayed, parseDisplays } from "../store/displays.ts";
import { ifThere } from "../store/if-there.ts";
import { noteKept, readKept, type KeptBuild } from "../store/kept-build.ts";
import {
  CONTEXT_FILE,
  DISPLAY_FILE,
  FAILURE_FILE,
  KEPT_FILE,
  LOG_FILE,
  RECORD_FILE,
  TREE_FILE,
  isArtifactName,
} from "../store/layout.ts";
import type { Store } from "../store/store.ts";

// A process may have died in the midst of publishing, when most of them are there already.
const ownFiles = [CONTEXT_FILE, DISPLAY_FILE, FAILURE_FILE, KEPT_FILE, LOG_FILE, RECORD_FILE, TREE_FILE];

/** What a build left that did not end well: its error, one of the folders that were kept of it, or its failed outcome. */
export type LeftBehind = Error | RRef | string;

/** What there is to go on with. */
export interface Found {
  readonly dref: DRef;
  readonly context: Context;
  /** The folders that were kept, by the index of the output; empty for a failed outcome. */
  readonly folders: readonly (string | undefined)[];
  /** Notes of the kept build; none for a failed outcome. */
  readonly kept?: KeptBuild;
  readonly rref?: RRef;
}

/**
 * Finds out what a build left.
 *
 * @throws {LightnixError} `not-kept`, `unknown-realization`
 */
export function findLeft(store: Store, from: LeftBehind): Found {
  if (typeof from !== "string") return findLeft(store, placeIn(from));
  if (isRRef(from)) {
    if (store.has(from) && store.failure(from) === undefined)
      throw notKept(from, "it is a realization that did not fail");
    return { dref: drefOf(from), context: store.context(from), folders: [], rref: from };
  }
  const folder = resolve(from);
  const kept = readKept(folder);
  if (kept === undefined)
    throw notKept(
      from,
      "it is no folder in which a store kept what a build had made that failed or was cancelled",
    );
  const folders: string[] = [];
  for (const other of store.failedFolders(kept.dref)) {
    const one = readKept(other);
    if (one?.run === kept.run) folders[one.index] = other;
  }
  folders[kept.index] = folder;
  return { dref: kept.dref, context: kept.context, folders, kept };
}

function placeIn(error: Error & { data?: unknown }): string {
  const { keptAt, recorded, kept } = (error.data ?? {}) as Record<string, unknown>;
  const place = [keptAt, (recorded as unknown[] | undefined)?.[0], (kept as unknown[] | undefined)?.[0]].find(
    (one): one is string => typeof one === "string",
  );
  if (place !== undefined) return place;
  throw notKept(error.message.split("\n", 1)[0] ?? "", "nothing was kept of that build");
}

function notKept(from: string, reason: string): LightnixError {
  return new LightnixError("not-kept", `Cannot take over "${from}": ${reason}`, { data: { from } });
}

/**
 * Checks that what was left was made from what a build is to work on now.
 *
 * @throws {LightnixError} `other-context`
 */
export function checkSameContext({ dref, context }: Found, now: Context): void {
  if (contextText(context) === contextText(now)) return;
  throw new LightnixError(
    "other-context",
    `Cannot take over what was left of ${dref}: it was made from other realizations of its dependencies than those that count now`,
    { data: { dref, context, now } },
  );
}

/** Output folders that hold what another build left. */
export interface Adopted {
  /** What that build showed. */
  readonly shown: readonly ReplayEntry[];
  /** Puts it back to where it was. */
  giveBack(): void;
}

/**
 * Moves what a build left into the empty output folders of another, or copies it there from a failed outcome.
 *
 * @throws {LightnixError} `not-kept` when it is not there any more
 */
export async function adopt(store: Store, found: Found, outs: readonly string[]): Promise<Adopted> {
  const { rref, folders } = found;
  if (rref !== undefined) return await adoptOutcome(store, rref, outs);
  const moved = folders.flatMap((from, index) => {
    const to = outs[index];
    return from === undefined || to === undefined ? [] : [moveOf(from, to)];
  });
  const here: Move[] = [];
  const giveBack = (): void => here.splice(0).forEach(moveBack);
  try {
    for (const move of moved) {
      rmdirSync(move.to);
      renameSync(move.from, move.to);
      here.push(move);
      makeWritable(move.to);
      for (const name of ownFiles) rmSync(join(move.to, name), { force: true });
    }
  } catch (error) {
    // What is in an output folder goes with the build; hours of somebody's work are not to.
    giveBack();
    throw error;
  }
  return { shown: shownBy(moved[0]?.own ?? new Map()), giveBack };
}

function moveBack({ from, to, own, kept }: Move): void {
  for (const [name, text] of own) writeFileSync(join(to, name), text);
  noteKept(to, kept);
  renameSync(to, from);
}

async function adoptOutcome(store: Store, rref: RRef, [out = ""]: readonly string[]): Promise<Adopted> {
  const folder = store.path(rref);
  for (const name of readdirSync(folder))
    if (isArtifactName(name) && name !== FAILURE_FILE)
      await copyWritable(join(folder, name), join(out, name));
  return { shown: interleave(store.log(rref), store.displays(rref)), giveBack: () => undefined };
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly kept: KeptBuild;
  /** The files that the store put there, as they are no artifacts. */
  readonly own: ReadonlyMap<string, string>;
}

// Everything is looked at before anything is moved.
function moveOf(from: string, to: string): Move {
  const kept = readKept(from);
  if (kept === undefined) throw notKept(from, "it is not there any more");
  const own = new Map<string, string>();
  for (const name of [LOG_FILE, DISPLAY_FILE]) {
    const text = ifThere(() => readFileSync(join(from, name), "utf8"));
    if (text !== undefined) own.set(name, text);
  }
  return { from, to, kept, own };
}

function shownBy(own: ReadonlyMap<string, string>): ReplayEntry[] {
  const displayed = parseDisplays(own.get(DISPLAY_FILE) ?? "") ?? nothingDisplayed;
  return interleave(own.get(LOG_FILE) ?? "", displayed);
}

/** A build may have failed while it was being published, and is read-only then. */
function makeWritable(path: string): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  chmodSync(path, stats.mode | (stats.isDirectory() ? 0o700 : 0o200));
  if (stats.isDirectory()) for (const name of readdirSync(path)) makeWritable(join(path, name));
}
