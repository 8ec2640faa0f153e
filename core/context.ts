import { canonicalJson } from "./canonical.ts";
import { LightnixError } from "./errors.ts";
import { drefOf, isDRef, isRRef, type DRef, type RRef } from "./ref.ts";

/**
 * Which realizations of its direct dependencies a realization was made from.
 *
 * Every list is sorted, without repetitions and never empty. Because the hash of each named realization covers that
 * realization's own context, a context pins down the whole closure although it names only what is next to it.
 */
export type Context = { readonly [dref: DRef]: readonly RRef[] };

/** The context of a realization that depends on nothing. */
export const emptyContext: Context = Object.freeze({});

/**
 * Makes a context out of pairs, sorted and checked.
 *
 * @throws {LightnixError} `invalid-context`
 */
export function makeContext(entries: Iterable<readonly [DRef, readonly RRef[]]>): Context {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const context: Record<string, readonly RRef[]> = {};
  for (const [dref, rrefs] of sorted) {
    if (!isDRef(dref)) throw invalidContext(`${JSON.stringify(dref)} is not a derivation`);
    if (Object.hasOwn(context, dref)) throw invalidContext(`it names ${dref} twice`);
    context[dref] = Object.freeze(checkChoice(dref, rrefs));
  }
  return Object.freeze(context) as Context;
}

/** The pairs of a context, in its order. */
export function contextEntries(context: Context): [DRef, readonly RRef[]][] {
  return Object.entries<readonly RRef[]>(context) as [DRef, readonly RRef[]][];
}

/** The one text of a context, as it is stored and hashed. */
export function contextText(context: Context): string {
  return canonicalJson(context);
}

/**
 * Reads the text that `contextText` wrote.
 *
 * @throws {LightnixError} `invalid-context`
 */
export function parseContext(text: string): Context {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalidContext("it is not JSON", error);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw invalidContext("it is not an object");
  return makeContext(Object.entries(json) as [DRef, readonly RRef[]][]);
}

function checkChoice(dref: DRef, rrefs: unknown): RRef[] {
  if (!Array.isArray(rrefs) || rrefs.length === 0) throw invalidContext(`it names no realization of ${dref}`);
  for (const rref of rrefs) {
    if (!isRRef(rref) || drefOf(rref) !== dref) {
      throw invalidContext(`${JSON.stringify(rref)} is not a realization of ${dref}`);
    }
  }
  return [...new Set(rrefs as RRef[])].sort();
}

function invalidContext(reason: string, cause?: unknown): LightnixError {
  return new LightnixError(
    "invalid-context",
    `Cannot read a context: ${reason}`,
    cause === undefined ? {} : { cause },
  );
}
