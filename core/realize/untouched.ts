import { lstatSync, readdirSync } from "node:fs";
import { contextEntries, type Context } from "../context.ts";
import { errorCode } from "../errors.ts";
import { BuildFault } from "../executors/build-fault.ts";
import { parseRRef, type DRef, type RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import { Breath } from "../store/breath.ts";
import type { Store } from "../store/store.ts";

/** The time of the file system that a folder lies on, which is not always that of the machine: when the folder was made. */
export function fileTime(folder: string): number {
  return lstatSync(folder).mtimeMs;
}

// Looking at a realization takes a twentieth of the time at most, however many stages work on it.
const PAUSE_FOR_EACH_MS = 20;
const NAMES_SHOWN = 5;

/** A run of a realizer. */
interface Ran {
  readonly derivation: Pick<Derivation, "dref" | "name">;
  /** When it began, by the clock of the file system. */
  readonly since: number;
}

/** A realization that realizers work on. */
interface Worked {
  readonly rref: RRef;
  /** The runs that are over and after which it was not looked at yet. */
  runs: Ran[];
  /** Before this moment it is not looked at again, by `performance.now()`. */
  notBefore: number;
  isLookedAt: boolean;
}

/**
 * Sees to it that the realizations that realizers work on stay what they are. They are read-only, but the superuser may write all
 * the same. What is looked at are times and permissions of files and folders, after each run; where that takes long, because there are
 * many, after some runs together, and at the end.
 */
export class Untouched {
  readonly #store: Store;
  readonly #worked: Map<RRef, Worked> = new Map();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Takes note that a run is over that began at `since`, and looks at what it worked on, or leaves that for later.
   *
   * @throws {BuildFault} `wrote-outside`
   */
  async after(derivation: Ran["derivation"], context: Context, since: number): Promise<void> {
    for (const rref of contextEntries(context).flatMap(([, rrefs]) => rrefs)) {
      const worked = this.#workedOf(rref);
      worked.runs.push({ derivation, since });
      // Who is in the midst of looking began before this run was over.
      if (!worked.isLookedAt && performance.now() >= worked.notBefore) await this.#look(worked);
    }
  }

  /** Looks at all that was left for later; returns what is wrong, by the last derivation that may have done it. */
  async atEnd(): Promise<ReadonlyMap<DRef, BuildFault>> {
    const faults = new Map<DRef, BuildFault>();
    for (const worked of this.#worked.values()) {
      const last = worked.runs.at(-1);
      if (last === undefined) continue;
      try {
        await this.#look(worked);
      } catch (error) {
        if (!(error instanceof BuildFault)) throw error;
        faults.set(last.derivation.dref, error);
      }
    }
    return faults;
  }

  #workedOf(rref: RRef): Worked {
    const known = this.#worked.get(rref);
    if (known !== undefined) return known;
    const worked: Worked = { rref, runs: [], notBefore: 0, isLookedAt: false };
    this.#worked.set(rref, worked);
    return worked;
  }

  async #look(worked: Worked): Promise<void> {
    const { rref, runs } = worked;
    worked.runs = [];
    worked.isLookedAt = true;
    try {
      const { touched, tookMs } = await lookIn(this.#store.path(rref), earliest(runs));
      worked.notBefore = performance.now() + PAUSE_FOR_EACH_MS * tookMs;
      if (touched !== undefined) throw wroteOutside(touched, rref, runs);
    } finally {
      worked.isLookedAt = false;
    }
  }
}

function earliest(runs: readonly Ran[]): number {
  return runs.reduce((first, { since }) => Math.min(first, since), Number.POSITIVE_INFINITY);
}

interface Looked {
  /** What was changed since then. */
  readonly touched: string | undefined;
  /** How long looking took, turns of others not counted. */
  readonly tookMs: number;
}

async function lookIn(top: string, since: number): Promise<Looked> {
  const breath = new Breath();
  const folders = [top];
  let tookMs = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const begun = performance.now();
    const touched = touchedIn(folder, folders, since);
    tookMs += performance.now() - begun;
    if (touched !== undefined) return { touched, tookMs };
    await breath.take();
  }
  return { touched: undefined, tookMs };
}

/** What has changed in a folder; the folders in it are added to those that are looked at next. */
function touchedIn(folder: string, folders: string[], since: number): string | undefined {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      // What a link leads to is somewhere else in the same realization.
      else if (!entry.isSymbolicLink() && isTouched(path, since)) return path;
    }
    // The folder comes last: that a file has changed says more than that something was made, replaced or removed.
    return isTouched(folder, since) ? folder : undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return folder;
    throw error;
  }
}

function isTouched(path: string, since: number): boolean {
  const { mtimeMs, ctimeMs, mode } = lstatSync(path);
  // A hard link to a file, which is no harm, changes its ctime as well.
  return mtimeMs > since || (ctimeMs > since && (mode & 0o222) !== 0);
}

function wroteOutside(path: string, rref: RRef, runs: readonly Ran[]): BuildFault {
  const [who, when] = suspects(runs);
  return new BuildFault(
    "wrote-outside",
    `${who} wrote outside of its folder: "${path}", which belongs to a realization of "${parseRRef(rref).name}" that it was to read, was ` +
      `changed while ${when} ran. \`verify\` says whether ${rref} is damaged, and \`repair\` puts that right`,
  );
}

/** Who wrote, and what it did it by. */
function suspects(runs: readonly Ran[]): readonly [who: string, when: string] {
  const names = [...new Set(runs.map(({ derivation }) => `"${derivation.name}"`))];
  if (runs.length < 2) return ["it", "it"];
  const more = names.length - NAMES_SHOWN;
  const listed = names.slice(0, NAMES_SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return [`one of the last ${runs.length} runs (${listed})`, "they"];
}
