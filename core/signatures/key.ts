import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify as isSignedBy,
  type KeyObject,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { errorCode, LightnixError } from "../errors.ts";
import { isName } from "../ref.ts";

/** A pair of keys as texts, each `name:base64`. */
export interface KeyPair {
  /** Whoever has it can sign. */
  readonly secretKey: string;
  /** Whoever trusts it accepts what was signed with the other. */
  readonly publicKey: string;
}

/** A key that signs. */
export interface SecretKey {
  readonly name: string;
  readonly key: KeyObject;
}

/** A key that signatures are checked with. */
export interface PublicKey {
  readonly name: string;
  readonly key: KeyObject;
}

const KEY_BYTES = 32;

/**
 * Makes a pair of keys for signing realizations (Ed25519, RFC 8032). The texts have the form of Nix's: of the secret key, 32 bytes of seed
 * and the public key.
 *
 * @throws {LightnixError} `invalid-key` for a name that is none
 */
export function generateKey(name: string): KeyPair {
  checkKeyName(name);
  const { privateKey } = generateKeyPairSync("ed25519");
  const { d = "", x = "" } = privateKey.export({ format: "jwk" });
  const [seed, open] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  return {
    secretKey: `${name}:${Buffer.concat([seed, open]).toString("base64")}`,
    publicKey: `${name}:${open.toString("base64")}`,
  };
}

/**
 * The public key that belongs to a secret one.
 *
 * @throws {LightnixError} `invalid-key`
 */
export function publicKeyOf(secretKey: string): string {
  const { name, key } = parseSecretKey(secretKey);
  const { x = "" } = createPublicKey(key).export({ format: "jwk" });
  return `${name}:${Buffer.from(x, "base64url").toString("base64")}`;
}

/** Reads a secret key. @throws {LightnixError} `invalid-key`, with nothing of the key in its message */
export function parseSecretKey(text: string): SecretKey {
  const { name, bytes } = parseKey(text, "secret", 2 * KEY_BYTES);
  const [seed, open] = [bytes.subarray(0, KEY_BYTES), bytes.subarray(KEY_BYTES)];
  const key = createPrivateKey({
    format: "jwk",
    key: { kty: "OKP", crv: "Ed25519", d: seed.toString("base64url"), x: open.toString("base64url") },
  });
  if (createPublicKey(key).export({ format: "jwk" }).x === open.toString("base64url")) return { name, key };
  throw invalidKey(`the secret key "${name}"`, "its two halves do not belong together");
}

/**
 * Reads the text of a secret key from its file, checked.
 *
 * @throws {LightnixError} `invalid-key`; `no-key` when there is no such file
 */
export function readSecretKey(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    parseSecretKey(text);
    return text;
  } catch (error) {
    if (errorCode(error) === "invalid-key") throw error;
    const why = errorCode(error) === "ENOENT" ? "there is no such file" : (error as Error).message;
    throw new LightnixError("no-key", `Cannot read the secret key "${file}": ${why}`, {
      data: { file },
      cause: error,
    });
  }
}

/** Reads a public key. @throws {LightnixError} `invalid-key` */
export function parsePublicKey(text: string): PublicKey {
  const { name, bytes } = parseKey(text, "public", KEY_BYTES);
  const x = bytes.toString("base64url");
  return { name, key: createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } }) };
}

/** The signature of a text, in base64. */
export function signText(text: string, { key }: SecretKey): string {
  return sign(null, Buffer.from(text), key).toString("base64");
}

/** Whether a signature of a text was made with the secret key that belongs to a public one. */
export function isSignatureOf(signature: string, text: string, { key }: PublicKey): boolean {
  return isSignedBy(null, Buffer.from(text), key, Buffer.from(signature, "base64"));
}

function parseKey(
  text: string,
  kind: "secret" | "public",
  length: number,
): { readonly name: string; readonly bytes: Buffer } {
  const [, name = "", base64 = ""] = /^([^:]*):([A-Za-z0-9+/]+=*)$/u.exec(text.trim()) ?? [];
  // What may be a secret is not repeated.
  const what = kind === "public" ? `the public key "${text.trim()}"` : "a secret key";
  if (!isName(name)) throw invalidKey(what, "it is not of the form name:base64");
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length === length && bytes.toString("base64") === base64) return { name, bytes };
  const advice =
    kind === "public" && bytes.length === 2 * KEY_BYTES
      ? ". It is a secret key: keep it to yourself, and take what `lightnix key public` says of it"
      : "";
  throw invalidKey(
    kind === "public" ? `the public key "${name}"` : `the secret key "${name}"`,
    `it does not hold ${length} bytes${advice}`,
  );
}

function checkKeyName(name: string): void {
  if (!isName(name))
    throw invalidKey(
      `a key of the name "${String(name)}"`,
      "a name has 1 to 100 of the characters A-Z a-z 0-9 _ . + -",
      "make",
    );
}

function invalidKey(what: string, why: string, verb = "use"): LightnixError {
  return new LightnixError("invalid-key", `Cannot ${verb} ${what}: ${why}`);
}
