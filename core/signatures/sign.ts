import { storedClosure, type StoredDerivation } from "../archive/stored-closure.ts";
import type { DRef, RRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import { parseSecretKey, type SecretKey } from "./key.ts";
import { addToLedger, signStatement, type Signed } from "./ledger.ts";
import { stateDerivation, stateRealization } from "./statement.ts";

/**
 * Signs derivations and realizations of a store, with all that they depend on; of a derivation, all its realizations. The signatures are
 * kept in the store, go along with copies, and let others fetch them from it where its folder is served.
 *
 * Returns what was signed.
 *
 * @throws {LightnixError} `invalid-key`, `unknown-derivation`, `unknown-realization`, `damaged`, `store-full`, `store-unwritable`
 *
 * @example
 * ```ts
 * const { secretKey, publicKey } = generateKey("lab-1");
 * await signClosure(store, await realize(classifier), secretKey);
 * ```
 */
export async function signClosure(
  store: Store,
  refs: DRef | RRef | readonly (DRef | RRef)[],
  secretKey: string,
): Promise<(DRef | RRef)[]> {
  const key = parseSecretKey(secretKey);
  const signed: (DRef | RRef)[] = [];
  for (const one of storedClosure(store, typeof refs === "string" ? [refs] : refs)) {
    addToLedger(store, one.dref, await signaturesOf(store, one, key));
    signed.push(one.dref, ...one.rrefs);
  }
  return signed;
}

/** Signs what a store has of a derivation and of some of its realizations. */
export async function signaturesOf(
  store: Store,
  { dref, rrefs }: StoredDerivation,
  key: SecretKey,
): Promise<Signed[]> {
  const signed = [signStatement(stateDerivation(store, dref), key)];
  for (const rref of rrefs) signed.push(signStatement(await stateRealization(store, rref), key));
  return signed;
}
