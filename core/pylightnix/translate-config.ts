import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { isRefPath } from "../path.ts";
import { isDRef, type DRef } from "../ref.ts";

// The first is today's; the other two were told apart by older versions: what was claimed was not checked.
const SELF_TAGS: ReadonlySet<unknown> = new Set(["__self__", "__promise__", "__claim__"]);

// A text, or what Python's JSON has and a JavaScript number would not keep: whole numbers of any length, and the infinities.
const TEXTS_AND_NUMBERS =
  /"(?:[^"\\]|\\.)*"|-?\d+(?![\d.eE])|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN/g;

/**
 * Reads JSON that Python wrote. Numbers that a JavaScript number does not hold exactly, or JSON not at all, become texts, so that
 * nothing of them is lost.
 *
 * @throws {SyntaxError}
 */
export function parsePythonJson(text: string): Json {
  const exact = text.replaceAll(TEXTS_AND_NUMBERS, (token) => (isKept(token) ? token : `"${token}"`));
  return JSON.parse(exact, (_, value: Json) => (Object.is(value, -0) ? 0 : value)) as Json;
}

function isKept(token: string): boolean {
  if (token.startsWith('"')) return true;
  const value = Number(token);
  return /^-?\d+$/.test(token) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/**
 * The config of a Pylightnix derivation as Lightnix has it: derivations by their new addresses, the tags of self paths by ours, and
 * each folder of a path as a segment of its own.
 */
export function translateConfig(config: JsonObject, newAddress: (old: DRef) => DRef): JsonObject {
  const translate = (value: Json): Json => {
    if (typeof value === "string") return isDRef(value) ? newAddress(value) : value;
    if (isJsonObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, translate(inner)]));
    }
    return Array.isArray(value) ? translateArray(value, translate) : value;
  };
  return translate(config) as JsonObject;
}

function translateArray(value: readonly Json[], translate: (value: Json) => Json): Json {
  if (SELF_TAGS.has(value[0]) && value.every((part) => typeof part === "string")) {
    const segments = value.slice(1).flatMap(segmentsOf);
    // Lightnix has no path of the realization as a whole.
    return segments.length === 0 ? "__self__" : ["__self__", ...segments];
  }
  if (!isRefPath(value)) return value.map(translate);
  const [dref, ...path] = value;
  const segments = path.flatMap(segmentsOf);
  return segments.length === 0 ? translate(dref) : [translate(dref), ...segments];
}

function segmentsOf(part: string): string[] {
  return part.split("/").filter((segment) => segment !== "" && segment !== ".");
}
