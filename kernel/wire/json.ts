import { WireError } from "./errors.ts";

/** A JSON object whose fields have not been looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

// JSON.stringify writes a lone surrogate as \udXXX; Python reads it, and then cannot encode it as UTF-8 again, so one bad
// character would break the client's connection. The look-behind leaves alone what a user wrote as a backslash and "ud800".
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/**
 * Writes a value as the JSON text of one frame; lone surrogates become U+FFFD.
 *
 * @throws WireError `not-json` for cycles, bigints and whatever else JSON has no words for
 */
export function writeJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new WireError("not-json", `Cannot write a value as JSON: ${messageOf(cause)}`, { cause });
  }
  if (text === undefined) throw new WireError("not-json", `Cannot write a ${typeof value} as JSON`);
  return text.includes("\\ud") ? text.replace(LONE_SURROGATE, "$1\\ufffd") : text;
}

/** Reads a frame that must hold one JSON object; `undefined` when it holds anything else. */
export function readJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(textOf(bytes));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with fields: no array, no null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Bytes read as UTF-8, without a copy of the bytes. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** What a thrown value says; anything can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
