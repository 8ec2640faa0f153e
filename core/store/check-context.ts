import { configDependencies, type JsonObject } from "../config.ts";
import { contextEntries, makeContext, type Context } from "../context.ts";
import { LightnixError } from "../errors.ts";
import type { DRef, RRef } from "../ref.ts";

/** What there is in a store, as far as a context is concerned. */
export interface Known {
  config(dref: DRef): JsonObject;
  has(rref: RRef): boolean;
}

/**
 * Returns a context, put in order, if an outcome of `dref` may have it: one that names realizations of all its direct
 * dependencies and of nothing else, all of them in the store.
 *
 * @throws {LightnixError} `invalid-context`, `unknown-derivation`
 */
export function checkContext(known: Known, dref: DRef, given: Context): Context {
  const context = makeContext(contextEntries(given));
  const problem = problemOf(known, dref, context);
  if (problem === undefined) return context;
  throw new LightnixError("invalid-context", `Cannot commit an outcome of "${dref}": ${problem}`, {
    data: { dref },
  });
}

function problemOf(known: Known, dref: DRef, context: Context): string | undefined {
  const entries = contextEntries(context);
  const have = entries.map(([dependency]) => dependency).join(", ");
  const want = configDependencies(known.config(dref)).join(", ");
  if (have !== want) return `its context is of ${have || "nothing"}, but it depends on ${want || "nothing"}`;
  const absent = entries.flatMap(([, rrefs]) => rrefs).find((rref) => !known.has(rref));
  return absent === undefined ? undefined : `its context names ${absent}, which the store does not have`;
}
