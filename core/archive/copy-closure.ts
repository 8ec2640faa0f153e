import { rmSync } from "node:fs";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import { copyWritable } from "../stage/scratch.ts";
import { WRITTEN_FILES } from "../store/layout.ts";
import { wholeBundle } from "../stage/load-bundle.ts";
import type { Lock } from "../store/lock.ts";
import type { Store } from "../store/store.ts";
import { follower, type MoveOptions } from "./moving.ts";
import { sourcesOf, storedClosure } from "./stored-closure.ts";
import type { Brought } from "./unpack-closure.ts";

/**
 * Copies derivations and realizations, with all that they depend on, from one store to another: build records, logs and code too. A
 * realization brings what it was made from; a derivation brings all its realizations.
 *
 * Only what is missing is copied. Each object is checked against its address before it appears in the other store, whole and
 * after those that it depends on.
 *
 * @throws {LightnixError} `wrong-hash` when an object in `from` is damaged; `unknown-derivation`, `unknown-realization`,
 *   `damaged`, `store-full`, `store-unwritable`; the reason of `signal`
 *
 * @example
 * ```ts
 * await copyClosure(store, openStore({ root: "/mnt/shared" }), await realize(classifier));
 * ```
 */
export async function copyClosure(
  from: Store,
  to: Store,
  refs: DRef | RRef | readonly (DRef | RRef)[],
  options: MoveOptions = {},
): Promise<Brought> {
  options.signal?.throwIfAborted();
  const closure = storedClosure(from, typeof refs === "string" ? [refs] : refs);
  const all = closure.flatMap(({ dref, rrefs }) => [dref, ...rrefs]);
  const holds = [await holdIfWritable(from, all), await to.hold(closure.map(({ dref }) => dref))];
  try {
    const added: (DRef | RRef)[] = [];
    const passed = follower(all.length, options);
    await to.keepSources(sourcesOf(from, closure));
    for (const { dref, rrefs } of closure) {
      if (!to.hasDerivation(dref)) added.push(dref);
      await to.putDerivation(parseDRef(dref).name, from.config(dref));
      if (from.bundle(dref) !== undefined && to.bundle(dref) === undefined)
        await to.putBundle(dref, wholeBundle(from, dref));
      passed(dref);
      for (const rref of rrefs) {
        if (await copyRealization(from, to, { dref, rref })) added.push(rref);
        passed(rref);
      }
    }
    return { refs: all, added };
  } finally {
    for (const hold of holds) hold?.release();
  }
}

/** One may copy out of a store that one must not write to. */
function holdIfWritable(store: Store, refs: readonly (DRef | RRef)[]): Promise<Lock | undefined> {
  return store.hold(refs).catch(() => undefined);
}

/** Copies a realization, unless it is there. Says whether it was not. */
async function copyRealization(
  from: Store,
  to: Store,
  { dref, rref }: { readonly dref: DRef; readonly rref: RRef },
): Promise<boolean> {
  if (to.has(rref)) return false;
  const folder = await to.tempFolder("copy");
  try {
    await copyWritable(from.path(rref), folder);
    // The store writes these by itself.
    for (const name of WRITTEN_FILES) rmSync(`${folder}/${name}`, { force: true });
    const outcome = { context: from.context(rref), record: from.buildRecord(rref), expect: rref };
    return !(await to.commit(dref, folder, outcome)).merged;
  } finally {
    await to.discard(folder);
  }
}
