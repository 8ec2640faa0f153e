import { createHmac, getHashes, timingSafeEqual } from "node:crypto";
import { WireError } from "./errors.ts";

/** Signs the four JSON frames of a message and checks the signatures of others. */
export interface Signer {
  /** False when the key is empty: then signatures are empty and none is asked for. */
  readonly signs: boolean;
  /** The signature as lower-case hex digits, empty without a key. */
  sign(parts: readonly (Uint8Array | string)[]): string;
  /** Whether a signature belongs to these parts; takes as long for a near miss as for a far one. */
  verify(signature: Uint8Array, parts: readonly Uint8Array[]): boolean;
}

/**
 * Makes the signer of a connection.
 *
 * Source: "The Wire Protocol" in jupyter_client's docs/messaging.rst.
 *
 * @param scheme `hmac-` and the name of a hash
 * @throws WireError `unknown-signature-scheme`
 */
export function createSigner(key: string, scheme: string = "hmac-sha256"): Signer {
  if (key === "") return { signs: false, sign: () => "", verify: () => true };
  const hash = hashOf(scheme);
  const sign = (parts: readonly (Uint8Array | string)[]): string => {
    const hmac = createHmac(hash, key);
    // One call into OpenSSL takes half as long as four.
    if (parts.every((part) => typeof part === "string")) hmac.update(parts.join(""));
    else for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  };
  return {
    signs: true,
    sign,
    verify(signature, parts) {
      const expected = Buffer.from(sign(parts), "latin1");
      // A digest's length is no secret; timingSafeEqual throws when lengths differ.
      return signature.byteLength === expected.byteLength && timingSafeEqual(signature, expected);
    },
  };
}

function hashOf(scheme: string): string {
  const hash = /^hmac-(.+)$/.exec(scheme)?.[1]?.toLowerCase();
  if (hash !== undefined && getHashes().some((known) => known.toLowerCase() === hash)) return hash;
  throw new WireError(
    "unknown-signature-scheme",
    `Cannot sign with scheme "${scheme}": it must be "hmac-" and a hash that this Node.js knows, as in "hmac-sha256"`,
  );
}
