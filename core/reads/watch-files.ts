import { AsyncLocalStorage } from "node:async_hooks";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { HowRead, Reads } from "./reads.ts";

/*
 * The functions of node:fs through which files are opened, once in a process. Outside of a realizer they do what they did. What native code
 * opens is not seen.
 */

let alone: Reads | undefined;
const inTurn: AsyncLocalStorage<Reads | undefined> = new AsyncLocalStorage();

/** How to watch a run. */
export interface WatchOptions {
  /** Whether nothing else goes on in this process: then nobody need tell who it was. */
  readonly isAlone?: boolean;
}

/** Runs something, and has what it reads and writes meanwhile noted, also in its asynchronous parts. */
export async function watchFiles<T>(
  reads: Reads,
  run: () => Promise<T>,
  { isAlone = false }: WatchOptions = {},
): Promise<T> {
  wrapOnce();
  if (!isAlone) return await inTurn.run(reads, run);
  alone = reads;
  try {
    return await run();
  } finally {
    alone = undefined;
  }
}

/** What is noted for the code that runs just now, if it is a realizer. */
export function readsNow(): Reads | undefined {
  return alone ?? inTurn.getStore();
}

type Args = readonly unknown[];
type Note = (reads: Reads, args: Args) => void;

const read =
  (how: HowRead): Note =>
  (reads, [path]) =>
    noteRead(reads, path, how);

const open: Note = (reads, [path, flags]) => {
  if (!isOnlyWritten(flags)) noteRead(reads, path, "content");
  if (isWritten(flags)) noteWritten(reads, path);
};

const write: Note = (reads, [path]) => noteWritten(reads, path);

const copy: Note = (reads, [from, to]) => {
  noteRead(reads, from, "content");
  noteWritten(reads, to);
};

const move: Note = (reads, [, to]) => noteWritten(reads, to);

/** By the names that they have as functions with a callback; with `Sync`, and among the promises, they are the same. */
const notes: Readonly<Record<string, Note>> = {
  open,
  readFile: read("content"),
  openAsBlob: read("content"),
  readdir: read("list"),
  opendir: read("list"),
  copyFile: copy,
  cp: copy,
  writeFile: write,
  appendFile: write,
  rename: move,
};

let isWrapped = false;

function wrapOnce(): void {
  if (isWrapped) return;
  isWrapped = true;
  for (const [name, note] of Object.entries(notes)) {
    wrap(fs, name, note);
    wrap(fs, `${name}Sync`, note);
    wrap(fs.promises, name, note);
  }
  // For `import { readFileSync } from "node:fs"`.
  syncBuiltinESMExports();
}

function wrap(holder: object, name: string, note: Note): void {
  const functions = holder as Record<string, unknown>;
  const original = functions[name];
  if (typeof original !== "function") return;
  const watched = function (this: unknown, ...args: unknown[]): unknown {
    const reads = readsNow();
    if (reads !== undefined) note(reads, args);
    return Reflect.apply(original, this, args);
  };
  functions[name] = Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original));
}

function noteRead(reads: Reads, path: unknown, how: HowRead): void {
  if (typeof path === "string" && reads.isKnown(path, how)) return;
  const place = placeOf(path);
  if (place !== undefined) reads.read(place, how);
}

function noteWritten(reads: Reads, path: unknown): void {
  const place = placeOf(path);
  if (place !== undefined) reads.wrote(place);
}

/** The absolute path that is meant; undefined for what is open already, and for what Node will refuse. */
function placeOf(path: unknown): string | undefined {
  if (typeof path === "string") return resolve(path);
  try {
    if (path instanceof URL) return fileURLToPath(path);
    return path instanceof Uint8Array ? resolve(Buffer.from(path).toString()) : undefined;
  } catch {
    return undefined;
  }
}

const { O_RDONLY, O_WRONLY, O_RDWR } = fs.constants;

function isOnlyWritten(flags: unknown): boolean {
  if (typeof flags === "number") return (flags & (O_RDONLY | O_WRONLY | O_RDWR)) === O_WRONLY;
  return typeof flags === "string" && /^(?:a|w|as|sa|ax|xa|wx|xw)$/u.test(flags);
}

function isWritten(flags: unknown): boolean {
  if (typeof flags === "number") return (flags & (O_WRONLY | O_RDWR)) !== 0;
  return typeof flags === "string" && /[aw+]/u.test(flags);
}
