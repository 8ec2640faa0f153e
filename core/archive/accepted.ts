import { readFileSync, rmSync } from "node:fs";
import { canonicalJson } from "../canonical.ts";
import type { Context } from "../context.ts";
import { realizationHash } from "../hash.ts";
import { parseRRef, type DRef, type RRef } from "../ref.ts";
import { parseSecretKey } from "../signatures/key.ts";
import { readLedger, type Signed } from "../signatures/ledger.ts";
import { signaturesOf } from "../signatures/sign.ts";
import { digestOf, type DerivationStatement, type RealizationStatement } from "../signatures/statement.ts";
import { notAsSigned, trustOf, vouched } from "../signatures/trust.ts";
import { ifThere } from "../store/if-there.ts";
import { DISPLAY_FILE, LOG_FILE } from "../store/layout.ts";
import type { BuildRecord } from "../store/record.ts";
import type { Store } from "../store/store.ts";
import { sourcesOf, type StoredDerivation } from "./stored-closure.ts";

/** What a store takes over of a derivation of another one, and of its realizations. */
export interface Accepted extends StoredDerivation {
  /** The signatures that go along. */
  readonly signed: readonly Signed[];
  /** The texts of code that go along, by their digests. */
  readonly sources: ReadonlyMap<string, string>;
  /** What trusted keys have signed of the realizations; nothing where no keys are trusted, or where a realization is there already. */
  readonly statements: ReadonlyMap<RRef, RealizationStatement>;
}

/**
 * Finds out what one store takes over from another, before anything of it is: where it trusts keys, only what one of them has signed.
 *
 * @throws {LightnixError} `unsigned`, `unknown-key`, `bad-signature`, `invalid-key`
 */
export async function acceptable(
  { from, to }: { readonly from: Store; readonly to: Store },
  closure: readonly StoredDerivation[],
  secretKey: string | undefined,
): Promise<Accepted[]> {
  const trust = trustOf(to);
  const key = secretKey === undefined ? undefined : parseSecretKey(secretKey);
  const accepted: Accepted[] = [];
  for (const one of closure) {
    const { dref, rrefs } = one;
    const own = key === undefined ? [] : await signaturesOf(from, one, key);
    const meant = new Set<DRef | RRef>([dref, ...rrefs]);
    const signed = [...readLedger(from, dref), ...own].filter(({ statement }) => meant.has(statement.ref));
    const sources = sourcesOf(from, [one]);
    const statements = new Map<RRef, RealizationStatement>();
    if (trust.keys.length > 0) {
      if (isWanted(from, to, dref)) {
        const about = vouched(trust, dref, { signed, from: from.root }).map(({ statement }) => statement);
        checkDerivation(from, about);
        for (const [digest, text] of sources)
          if (!about.some((statement) => statement.sources[digest] === digestOf(text)))
            sources.delete(digest);
      }
      for (const rref of rrefs)
        if (!to.has(rref))
          statements.set(rref, statementOf(from, rref, vouched(trust, rref, { signed, from: from.root })));
    }
    accepted.push({ ...one, signed, sources, statements });
  }
  return accepted;
}

/** Whether anything of the derivation itself is to be taken over. */
function isWanted(from: Store, to: Store, dref: DRef): boolean {
  return !to.hasDerivation(dref) || (from.hasBundle(dref) && !to.hasBundle(dref));
}

function checkDerivation(from: Store, about: readonly DerivationStatement[]): void {
  const [{ ref }] = about as readonly [DerivationStatement];
  const config = digestOf(canonicalJson(from.config(ref)));
  const bundle = from.bundle(ref);
  if (!about.some((statement) => statement.config === config))
    throw notAsSigned(ref, from.root, "its config");
  if (bundle !== undefined && !about.some((statement) => statement.bundle === digestOf(bundle)))
    throw notAsSigned(ref, from.root, "its code");
}

/** Of several that were signed, that of the record which is there. */
function statementOf(
  from: Store,
  rref: RRef,
  all: readonly (Signed & { readonly statement: RealizationStatement })[],
): RealizationStatement {
  const statements = all.map(({ statement }) => statement);
  const right = statements.filter(
    ({ context, tree }) => realizationHash(context, tree) === parseRRef(rref).hash,
  );
  const [first] = right;
  if (first === undefined) throw notAsSigned(rref, from.root, "what its artifacts come to");
  const log = shownDigest(from.path(rref), LOG_FILE);
  return right.find((one) => one.log === log) ?? first;
}

/** What a realization is published with: where keys are trusted, as it was signed. Leaves out of its folder what was not. */
export function asAccepted(
  from: Store,
  rref: RRef,
  { folder, statement }: { readonly folder: string; readonly statement: RealizationStatement | undefined },
): { readonly context: Context; readonly record: BuildRecord; readonly withheld: boolean } {
  if (statement === undefined)
    return { context: from.context(rref), record: from.buildRecord(rref), withheld: false };
  let withheld = false;
  for (const [name, digest] of [
    [LOG_FILE, statement.log],
    [DISPLAY_FILE, statement.displays],
  ] as const) {
    if (shownDigest(folder, name) === digest) continue;
    rmSync(`${folder}/${name}`, { force: true });
    withheld = true;
  }
  return { context: statement.context, record: statement.record, withheld };
}

function shownDigest(folder: string, name: string): string | null {
  const bytes = ifThere(() => readFileSync(`${folder}/${name}`));
  return bytes === undefined ? null : digestOf(bytes);
}
