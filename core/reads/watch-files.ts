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
  return inTurn.getStore() ?? alone;
}

type Args = readonly unknown[];
type Note = (reads: Reads, args: Args) => void;

const read =
  (how: HowRead): Note =>
  (reads, [path]) =>
    noteRead(reads, path, how);

const open: Note = (reads, [path, flags]) => {
  if (isWritten(flags)) noteWritten(reads, path);
  else noteRead(reads, path, "content");
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
    if (reads !== undefined) noteSafely(note, reads, args);
    return Reflect.apply(original, this, args);
  };
  functions[name] = Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original));
}

/** Whatever is wrong with the arguments is for Node to say. */
function noteSafely(note: Note, reads: Reads, args: Args): void {
  try {
    note(reads, args);
  } catch {
    // It will be refused, or is no path.
  }
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

/** The absolute path that is meant; undefined for what is open already. */
function placeOf(path: unknown): string | undefined {
  if (typeof path === "string") return resolve(path);
  if (path instanceof URL) return fileURLToPath(path);
  return path instanceof Uint8Array ? resolve(Buffer.from(path).toString()) : undefined;
}

const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;

/** Whether a file is opened to be made or written. What is opened for both, and is written, shows it by its times. */
function isWritten(flags: unknown): boolean {
  if (typeof flags === "number") return (flags & (O_WRONLY | O_CREAT | O_TRUNC | O_APPEND)) !== 0;
  return typeof flags === "string" && /[aw]/u.test(flags);
}
