import { contextText } from "../context.ts";
import { LightnixError } from "../errors.ts";
import { drefOf, parseRRef, type RRef } from "../ref.ts";
import type { Store } from "../store/store.ts";
import type { Hold } from "./holding.ts";
import { missingArtifacts } from "./promises.ts";

/**
 * Checks that a held build has made what it promised, and that nothing is still working on it.
 *
 * @throws {LightnixError} `missing-artifact`; what a command throws that it still runs
 */
export async function checkReady({ task: { derivation, outs }, finish }: Hold): Promise<void> {
  await finish();
  const missing = await missingArtifacts(derivation, outs);
  if (missing.length === 0) return;
  const { name, dref } = derivation;
  throw new LightnixError(
    "missing-artifact",
    `Cannot resume "${name}": its config promises artifacts that are not there yet: ${missing.join(", ")}. It is still held, and its output folder is ${outs[0]}`,
    { data: { dref, missing, outs } },
  );
}

/**
 * Which held builds go on with which realizations in the place of what they make.
 *
 * @throws {LightnixError} `foreign-realization`, `other-context`, `failed-realization`, `unknown-realization`; {TypeError} for no realizations
 */
export function takenInstead(
  store: Store,
  holds: readonly Hold[],
  rrefs: readonly RRef[],
): ReadonlyMap<Hold, readonly RRef[]> {
  if (rrefs.length === 0) throw new TypeError("Cannot resume with no realizations: `rrefs` is an empty list");
  const taken = new Map<Hold, RRef[]>();
  for (const rref of new Set(rrefs)) {
    const hold = holds.find(({ task }) => task.derivation.dref === drefOf(rref));
    if (hold === undefined) throw foreign(rref, holds);
    checkTaken(store, rref, hold);
    taken.set(hold, [...(taken.get(hold) ?? []), rref]);
  }
  return taken;
}

function checkTaken(store: Store, rref: RRef, { task: { derivation, context } }: Hold): void {
  if (contextText(store.context(rref)) !== contextText(context))
    throw refused("other-context", derivation.name, {
      rref,
      reason: "it was made from other realizations of its dependencies than this build",
    });
  if (store.failure(rref) !== undefined)
    throw refused("failed-realization", derivation.name, { rref, reason: "it is one that failed" });
}

function foreign(rref: RRef, holds: readonly Hold[]): LightnixError {
  const names = holds.map(({ task }) => task.derivation.name).join(", ");
  const reason = `it is a realization of another derivation ("${parseRRef(rref).name}")`;
  return refused("foreign-realization", names, { rref, reason });
}

function refused(
  code: string,
  name: string,
  { rref, reason }: { readonly rref: RRef; readonly reason: string },
): LightnixError {
  return new LightnixError(code, `Cannot resume "${name}" with ${rref}: ${reason}`, { data: { rref } });
}
