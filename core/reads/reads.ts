import { pythonReads } from "./python-watch.ts";
import { isWithin, isOutside, workingFolder, type Surroundings } from "./surroundings.ts";

/** How something was read. */
export type HowRead =
  /** As a file; a folder when a program was told of one, or it was copied. */
  | "content"
  /** As the list of what is in it. */
  | "list";

// Of a data set that is read file by file, nobody wants to know all.
const MOST = 1_000;
const MOST_ASKED = 10_000;

/** What a run of a realizer reads, and writes, in places of which nothing is among its inputs. */
export class Reads {
  readonly surroundings: Surroundings;
  readonly #read: Map<string, HowRead> = new Map();
  readonly #written: Set<string> = new Set();
  readonly #counted: string[] = [];
  readonly #logs: string[] = [];
  /** What was asked for already, as it was spelled: many open the same files again and again. */
  readonly #asked: Set<string> = new Set();
  #askedIn = "";

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  /** Whether there is nothing new about a path, as it is spelled, being read. */
  isKnown(spelled: string, how: HowRead): boolean {
    if (this.#read.size >= MOST) return true;
    // In another folder the same spelling is another file.
    const folder = workingFolder();
    if (folder !== this.#askedIn) this.#asked.clear();
    this.#askedIn = folder;
    const key = how === "content" ? spelled : `${spelled}/`;
    if (this.#asked.has(key)) return true;
    if (this.#asked.size < MOST_ASKED) this.#asked.add(key);
    return false;
  }

  /** Takes note that the file or folder at an absolute path was read, or that this was tried. */
  read(path: string, how: HowRead = "content"): void {
    if (this.#read.get(path) === "content" || this.#read.size >= MOST) return;
    if (isOutside(path, this.surroundings)) this.#read.set(path, how);
  }

  /** Takes note that the file at an absolute path was written: it is the run's own then. */
  wrote(path: string): void {
    if (this.#written.size < MOST && isOutside(path, this.surroundings)) this.#written.add(path);
  }

  /** Whatever Python programs tell in this file counts as read, too. */
  alsoFrom(pythonLog: string): void {
    this.#logs.push(pythonLog);
  }

  /** Takes note that what is read at an absolute path, or below it, counts already. */
  counts(path: string): void {
    this.#counted.push(path);
  }

  /** All that was read and is neither its own nor counts already, sorted. A folder that was listed is told only where a file in it was read. */
  outside(): [path: string, how: HowRead][] {
    for (const path of this.#logs.flatMap(pythonReads)) this.read(path);
    const read = [...this.#read].filter(
      ([path]) => !this.#written.has(path) && !this.#counted.some((one) => isWithin(path, one)),
    );
    const files = read.filter(([, how]) => how === "content").map(([path]) => path);
    return read
      .filter(([path, how]) => how === "content" || files.some((file) => parentOf(file) === path))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.search(/[/\\][^/\\]*$/u), 1));
}
