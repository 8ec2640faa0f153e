import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import type { UnpackLimits } from "../stages/extract/limits.ts";
import { ifThere } from "../store/if-there.ts";
import type { Store } from "../store/store.ts";
import { follower, type MoveOptions } from "./moving.ts";
import { refusedArchive } from "./archive-error.ts";
import { checkedSources, checkExtracted, type CheckedDerivation } from "./check-extracted.ts";

/** What came of bringing derivations and realizations into a store. */
export interface Brought {
  /** All that was meant, dependencies first. */
  readonly refs: readonly (DRef | RRef)[];
  /** Those of them that the store did not have before. */
  readonly added: readonly (DRef | RRef)[];
  /** Those of them of which log or displays were left out, as they are not what a trusted key has signed. */
  readonly withheld?: readonly RRef[];
}

/** How to unpack an archive. */
export interface UnpackClosureOptions extends MoveOptions {
  /** How much it may come to, so that no archive fills the disk: see `UnpackLimits`. */
  readonly limits?: UnpackLimits | undefined;
}

/**
 * Brings everything that an archive made by `packClosure` holds into a store.
 *
 * The whole archive is extracted into a folder of its own and checked first: all hashes, all dependencies, all paths and
 * links. Only then do its objects appear in the store, each whole, dependencies first. What the store has already stays as it is.
 *
 * An archive brings code, which is run when a stage of it is realized, and outcomes, which count as one's own: it is for archives of
 * people whose code one would run.
 *
 * @throws {LightnixError} `not-an-archive` when the file is none or is damaged; `unsafe-archive` when something in it would
 *   leave its folder, is there twice or is no file, folder or link; `archive-too-large`; `wrong-hash`; `missing-dependency`;
 *   `store-full`, `store-unwritable`; the reason of `signal`. After each of the first five the store is what it was.
 *
 * @example
 * ```ts
 * const { refs } = await unpackClosure(store, "classifier.tar.zst");
 * ```
 */
export async function unpackClosure(
  store: Store,
  file: string,
  options: UnpackClosureOptions = {},
): Promise<Brought> {
  options.signal?.throwIfAborted();
  // Tar and Zstandard are loaded when somebody unpacks, and not by everybody who imports core.
  const { extractArchive } = await import("./extract-archive.ts");
  const archive = resolve(file);
  if (ifThere(() => statSync(archive))?.isFile() !== true)
    throw refusedArchive("not-an-archive", archive, "there is no such file");
  const folder = await store.tempFolder("unpack");
  try {
    const extracted = await extractArchive(archive, folder, options);
    const hold = await store.hold([...extracted.configs.keys()]);
    try {
      const derivations = await checkExtracted(store, extracted);
      await store.keepSources(checkedSources(extracted));
      return await publish(store, derivations, options);
    } finally {
      hold.release();
    }
  } finally {
    await store.discard(folder);
  }
}

async function publish(
  store: Store,
  derivations: readonly CheckedDerivation[],
  options: MoveOptions,
): Promise<Brought> {
  const total = derivations.reduce((sum, { realizations }) => sum + 1 + realizations.length, 0);
  const passed = follower(total, options);
  const refs: (DRef | RRef)[] = [];
  const added: (DRef | RRef)[] = [];
  for (const { dref, config, bundle, realizations } of derivations) {
    refs.push(dref);
    if (!store.hasDerivation(dref)) added.push(dref);
    await store.putDerivation(parseDRef(dref).name, config);
    if (bundle !== undefined && store.bundle(dref) === undefined) await store.putBundle(dref, bundle);
    passed(dref);
    for (const { rref, folder, context, record } of realizations) {
      refs.push(rref);
      const isThere =
        store.has(rref) || (await store.commit(dref, folder, { context, record, expect: rref })).merged;
      if (!isThere) added.push(rref);
      passed(rref);
    }
  }
  return { refs, added };
}
