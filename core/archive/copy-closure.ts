import { rmSync } from "node:fs";
import { addToLedger } from "../signatures/ledger.ts";
import type { RealizationStatement } from "../signatures/statement.ts";
import { parseDRef, type DRef, type RRef } from "../ref.ts";
import { copyWritable } from "../stage/scratch.ts";
import { WRITTEN_FILES } from "../store/layout.ts";
import { wholeBundle } from "../stage/load-bundle.ts";
import type { Lock } from "../store/lock.ts";
import type { Store } from "../store/store.ts";
import { follower, type MoveOptions } from "./moving.ts";
import { acceptable, asAccepted } from "./accepted.ts";
import { storedClosure } from "./stored-closure.ts";
import type { Brought } from "./unpack-closure.ts";

/** How to copy a closure. */
export interface CopyClosureOptions extends MoveOptions {
  /** Signs what is copied, as `signClosure` does; the signatures are kept in the store that it is copied to. */
  readonly secretKey?: string | undefined;
}

/**
 * Copies derivations and realizations, with all that they depend on, from one store to another: build records, logs and code too. A
 * realization brings what it was made from; a derivation brings all its realizations.
 *
 * Only what is missing is copied. Each object is checked against its address before it appears in the other store, whole and
 * after those that it depends on. Signatures go along. Where the other store trusts keys (its file `trusted-keys`, or
 * `LIGHTNIX_TRUSTED_KEYS`), nothing is copied unless one of them has signed all that is missing there.
 *
 * @throws {LightnixError} `wrong-hash` when an object in `from` is damaged; `unknown-derivation`, `unknown-realization`,
 *   `damaged`, `store-full`, `store-unwritable`; `unsigned`, `unknown-key`, `bad-signature`, `invalid-key`; the reason of `signal`
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
  options: CopyClosureOptions = {},
): Promise<Brought> {
  options.signal?.throwIfAborted();
  const closure = storedClosure(from, typeof refs === "string" ? [refs] : refs);
  const all = closure.flatMap(({ dref, rrefs }) => [dref, ...rrefs]);
  const holds = [await holdIfWritable(from, all), await to.hold(closure.map(({ dref }) => dref))];
  try {
    const added: (DRef | RRef)[] = [];
    const withheld: RRef[] = [];
    const passed = follower(all.length, options);
    const accepted = await acceptable({ from, to }, closure, options.secretKey);
    await to.keepSources(new Map(accepted.flatMap(({ sources }) => [...sources])));
    for (const { dref, rrefs, statements, signed } of accepted) {
      if (!to.hasDerivation(dref)) added.push(dref);
      await to.putDerivation(parseDRef(dref).name, from.config(dref));
      if (from.bundle(dref) !== undefined && to.bundle(dref) === undefined)
        await to.putBundle(dref, wholeBundle(from, dref));
      passed(dref);
      for (const rref of rrefs) {
        const copied = await copyRealization(from, to, { dref, rref, statement: statements.get(rref) });
        if (copied !== undefined) added.push(rref);
        if (copied?.withheld === true) withheld.push(rref);
        passed(rref);
      }
      // What is signed is there.
      addToLedger(to, dref, signed);
    }
    return { refs: all, added, ...(withheld.length > 0 && { withheld }) };
  } finally {
    for (const hold of holds) hold?.release();
  }
}

/** One may copy out of a store that one must not write to. */
function holdIfWritable(store: Store, refs: readonly (DRef | RRef)[]): Promise<Lock | undefined> {
  return store.hold(refs).catch(() => undefined);
}

interface Copied {
  readonly dref: DRef;
  readonly rref: RRef;
  readonly statement: RealizationStatement | undefined;
}

/** Copies a realization; undefined when it was there. */
async function copyRealization(
  from: Store,
  to: Store,
  { dref, rref, statement }: Copied,
): Promise<{ readonly withheld: boolean } | undefined> {
  if (to.has(rref)) return undefined;
  const folder = await to.tempFolder("copy");
  try {
    await copyWritable(from.path(rref), folder);
    // The store writes these by itself.
    for (const name of WRITTEN_FILES) rmSync(`${folder}/${name}`, { force: true });
    const { context, record, withheld } = asAccepted(from, rref, { folder, statement });
    const { merged } = await to.commit(dref, folder, { context, record, expect: rref });
    return merged ? undefined : { withheld };
  } finally {
    await to.discard(folder);
  }
}
