import { canonicalJson } from "../../canonical.ts";
import type { JsonObject } from "../../config.ts";
import { errorCode } from "../../errors.ts";
import { drefOf, isRRef, type DRef, type RRef } from "../../ref.ts";
import { readLedger, type Signed } from "../../signatures/ledger.ts";
import {
  isSameOutcome,
  stateDerivation,
  stateRealization,
  type RealizationStatement,
} from "../../signatures/statement.ts";
import { vouched, type Trust } from "../../signatures/trust.ts";
import type { Store } from "../store.ts";
import type { Finding } from "./finding.ts";

/** Checks whether a trusted key has signed what is there of a derivation or realization, as far as it can be read. */
export async function checkSignature(store: Store, trust: Trust, ref: DRef | RRef): Promise<Finding[]> {
  const finding = (problem: Problem): Finding[] => [
    { problem, ref, path: store.path(ref), message: `${ref}: ${words[problem]}` },
  ];
  const signed = readLedger(store, isRRef(ref) ? drefOf(ref) : ref);
  try {
    return (await isAsSigned(store, ref, { trust, signed })) ? [] : finding("bad-signature");
  } catch (error) {
    const code = errorCode(error);
    if (code !== undefined && Object.hasOwn(words, code)) return finding(code as Problem);
    // It cannot be read, and that is told by another finding.
    if (code === "damaged" || code === "unknown-realization" || code === "unknown-derivation") return [];
    throw error;
  }
}

type Problem = "unsigned" | "unknown-key" | "bad-signature";

const words: Readonly<Record<Problem, string>> = {
  unsigned: "nobody has signed it",
  "unknown-key": "no key that is trusted has signed it",
  "bad-signature": "what is there is not what was signed",
};

async function isAsSigned(
  store: Store,
  ref: DRef | RRef,
  { trust, signed }: { readonly trust: Trust; readonly signed: readonly Signed[] },
): Promise<boolean> {
  const known = { signed, from: store.root };
  if (isRRef(ref)) {
    const all = vouched(trust, ref, known);
    const own = await stateRealization(store, ref);
    return all.some(({ statement }) => isSigned(own, statement));
  }
  const all = vouched(trust, ref, known);
  const { config, bundle } = stateDerivation(store, ref);
  return all.some(
    ({ statement }) => statement.config === config && (bundle === null || statement.bundle === bundle),
  );
}

/** A log or displays that are not there any more were left out when it was fetched. */
function isSigned(own: RealizationStatement, signed: RealizationStatement): boolean {
  const record = (one: RealizationStatement): string => canonicalJson(one.record as JsonObject);
  return (
    isSameOutcome(own, signed) &&
    record(own) === record(signed) &&
    (own.log === null || own.log === signed.log) &&
    (own.displays === null || own.displays === signed.displays)
  );
}
