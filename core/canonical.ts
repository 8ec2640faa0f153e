import { hash } from "node:crypto";
import stringify from "fast-json-stable-stringify";
import type { Json, JsonObject } from "./config.ts";
import { checkName, makeDRef, type DRef } from "./ref.ts";

/** The one text of a JSON value: fields sorted by UTF-16 code units, no spaces. Equal values have equal texts. */
export function canonicalJson(value: Json): string {
  return stringify(value);
}

/**
 * The address of the derivation with this name and config: 32 hex digits of a SHA-256 over the name and the canonical config.
 *
 * @throws {LightnixError} `invalid-name`
 */
export function derivationRef<C extends JsonObject>(name: string, config: C): DRef<C> {
  return derivationRefOfText(name, canonicalJson(config)) as DRef<C>;
}

/**
 * The same for a config of which the canonical text is at hand.
 *
 * @throws {LightnixError} `invalid-name`
 */
export function derivationRefOfText(name: string, canonicalText: string): DRef {
  // A name holds no NUL, so no two pairs of name and text run together into the same bytes.
  const digest = hash("sha256", `lightnix derivation 1\0${checkName(name)}\0${canonicalText}`, "hex");
  return makeDRef({ hash: digest.slice(0, 32), name });
}
