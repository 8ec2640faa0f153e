import { randomBytes } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { errorCode, LightnixError } from "../errors.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import type { MoveOptions } from "./moving.ts";
import { storedClosure } from "./stored-closure.ts";

/** What was packed. */
export interface Packed {
  /** The archive, absolute. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Everything in it, dependencies first. */
  readonly refs: readonly (DRef | RRef)[];
}

/**
 * Packs derivations and realizations, with all that they depend on, into one `.tar.zst` file: configs, contexts, artifacts,
 * build records, logs and code. A realization brings what it was made from; a derivation brings all its realizations.
 *
 * The file is written piece by piece, and appears under its name when it is whole. The same closure gives the same bytes:
 * order, times, owners, modes and compression are fixed.
 *
 * @throws {LightnixError} `unknown-derivation`, `unknown-realization`, `damaged`; `not-packed` when the file system refuses; the reason of `signal`
 *
 * @example
 * ```ts
 * await packClosure(store, [await realize(classifier)], "classifier.tar.zst");
 * ```
 */
export async function packClosure(
  store: Store,
  refs: DRef | RRef | readonly (DRef | RRef)[],
  file: string,
  options: MoveOptions = {},
): Promise<Packed> {
  options.signal?.throwIfAborted();
  const closure = storedClosure(store, typeof refs === "string" ? [refs] : refs);
  // Tar and Zstandard are loaded when somebody packs, and not by everybody who imports core.
  const { writeArchive } = await import("./write-archive.ts");
  const path = resolve(file);
  const unfinished = `${path}.${randomBytes(6).toString("hex")}.part`;
  try {
    const sizeBytes = await writeArchive(store, closure, { ...options, file: unfinished });
    renameSync(unfinished, path);
    return { file: path, sizeBytes, refs: closure.flatMap(({ dref, rrefs }) => [dref, ...rrefs]) };
  } catch (error) {
    throw isOfSystem(error) ? notPacked(path, error) : error;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Whether an error is the operating system's. */
function isOfSystem(error: unknown): error is Error {
  return /^E[A-Z0-9]+$/.test(errorCode(error) ?? "");
}

function notPacked(file: string, cause: Error): LightnixError {
  return new LightnixError(
    "not-packed",
    `Cannot pack into "${file}": the file system refuses (${cause.message})`,
    {
      cause,
      data: { file },
    },
  );
}
