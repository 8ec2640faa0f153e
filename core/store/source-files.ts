import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { errorCode } from "../errors.ts";
import { isHash } from "../ref.ts";
import { syntaxDigest } from "../stage/source.ts";
import { syncAll, writeReadOnly } from "./durable.ts";
import { ifThere } from "./if-there.ts";
import type { StorePaths } from "./layout.ts";

// More is a file of data that somebody imports; nobody reads the differences of such.
const MAX_CHARACTERS = 1024 * 1024;

/** A text that is to be kept. */
export interface NewSourceFile {
  readonly digest: string;
  readonly text: string;
  /** An unused path in this process's folder. */
  readonly fresh: string;
}

/** Whether a text is to be written: it is not kept yet, and not too long to be. */
export function wantsSourceFile(paths: StorePaths, digest: string, text: string): boolean {
  return text.length <= MAX_CHARACTERS && !existsSync(sourcePath(paths, digest));
}

/** Writes texts of code to their fresh places, in which nobody looks for them. Returns those places. */
export function writeSourceFiles(files: readonly NewSourceFile[]): string[] {
  for (const { fresh, text } of files) writeReadOnly(fresh, text);
  return files.map(({ fresh }) => fresh);
}

/** Makes texts that were written available under their digests. The same text may come from several processes at once. */
export async function publishSourceFiles(
  paths: StorePaths,
  files: readonly NewSourceFile[],
  durable: boolean,
): Promise<void> {
  if (files.length === 0) return;
  mkdirSync(paths.sources, { recursive: true });
  for (const { fresh, digest } of files) renameSync(fresh, sourcePath(paths, digest));
  if (durable) await syncAll([paths.sources]);
}

/** A text of code by its digest; undefined when it is not kept, or is not what it was any more. */
export function readSourceFile(paths: StorePaths, digest: string): string | undefined {
  const text = isHash(digest) ? ifThere(() => readFileSync(sourcePath(paths, digest), "utf8")) : undefined;
  return text !== undefined && isSourceText(digest, text) ? text : undefined;
}

/** Whether a text is the one that a digest stands for. */
export function isSourceText(digest: string, text: string): boolean {
  try {
    return syntaxDigest(text, "a piece of code") === digest;
  } catch (error) {
    if (errorCode(error) === "unreadable-source") return false;
    throw error;
  }
}

/** Where a text of code is kept. */
export function sourcePath(paths: StorePaths, digest: string): string {
  return `${paths.sources}/${digest}`;
}
