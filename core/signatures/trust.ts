import { readFileSync } from "node:fs";
import { LightnixError } from "../errors.ts";
import type { DRef, RRef } from "../ref.ts";
import { ifThere } from "../store/if-there.ts";
import type { Store } from "../store/store.ts";
import { parsePublicKey, type PublicKey } from "./key.ts";
import { isSignedWith, type Signed } from "./ledger.ts";
import type { DerivationStatement, RealizationStatement } from "./statement.ts";

/** The file in a store that names the keys it trusts, one a line. */
export const TRUSTED_KEYS_FILE = "trusted-keys";

/** Whose signatures count in a store. */
export interface Trust {
  /** None: then everything is accepted that comes to its address, signed or not. */
  readonly keys: readonly PublicKey[];
}

/**
 * The keys that a store trusts: those of its file `trusted-keys`, one a line, which goes for whoever uses the store; and those of
 * `LIGHTNIX_TRUSTED_KEYS`, with blanks between, for machines that are set up by their environment.
 *
 * @throws {LightnixError} `invalid-key`
 */
export function trustOf(store: Pick<Store, "root">): Trust {
  const lines = (ifThere(() => readFileSync(`${store.root}/${TRUSTED_KEYS_FILE}`, "utf8")) ?? "")
    .split("\n")
    .map((line) => line.replace(/#.*$/u, "").trim());
  const words = (process.env["LIGHTNIX_TRUSTED_KEYS"] ?? "").split(/\s+/u);
  return { keys: [...lines, ...words].filter((text) => text !== "").map(parsePublicKey) };
}

type About<R extends DRef | RRef> = Signed & {
  readonly statement: R extends RRef ? RealizationStatement : DerivationStatement;
};

/**
 * What trusted keys have signed of a derivation or realization; of a store that trusts no keys, whatever was signed of it.
 *
 * @throws {LightnixError} `unsigned` when there is no signature, `unknown-key` when there is none of a trusted key, `bad-signature` when
 *   there are and none of them is right; all only where keys are trusted. `from` is where it comes from
 */
export function vouched<R extends DRef | RRef>(
  { keys }: Trust,
  ref: R,
  { signed, from }: { readonly signed: readonly Signed[]; readonly from: string },
): About<R>[] {
  const about = signed.filter(({ statement }) => statement.ref === ref);
  const found = (all: readonly Signed[]): About<R>[] => [...all] as About<R>[];
  if (keys.length === 0) return found(about);
  const known = about.filter(({ key }) => keys.some(({ name }) => name === key));
  const good = known.filter((one) => isVouched({ keys }, one));
  if (good.length > 0) return found(good);
  if (about.length === 0)
    throw refused(
      "unsigned",
      ref,
      from,
      "nobody has signed it, and only what a trusted key has signed is taken",
    );
  const names = [...new Set((known.length > 0 ? known : about).map(({ key }) => key))].join(", ");
  if (known.length === 0)
    throw refused(
      "unknown-key",
      ref,
      from,
      `it is signed with ${names}, and no such key is trusted. Who trusts it puts the public key into "${TRUSTED_KEYS_FILE}" in the store's folder, or into LIGHTNIX_TRUSTED_KEYS`,
    );
  throw refused(
    "bad-signature",
    ref,
    from,
    `the signature of ${names} is not that of what is there: something was changed, or it was made with another key of that name`,
  );
}

/** Whether a signature counts: it is that of a trusted key, or no keys are trusted. */
export function isVouched({ keys }: Trust, one: Signed): boolean {
  return keys.length === 0 || keys.some((key) => key.name === one.key && isSignedWith(one, key));
}

/** The error about something that is not what a trusted key has signed. */
export function notAsSigned(ref: DRef | RRef, from: string, what: string): LightnixError {
  return refused("bad-signature", ref, from, `${what} is not what was signed`);
}

function refused(code: string, ref: DRef | RRef, from: string, why: string): LightnixError {
  return new LightnixError(code, `Cannot take ${ref} from "${from}": ${why}`, { data: { ref, from } });
}
