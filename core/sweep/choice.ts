import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { isSelfPath, type SelfPath } from "../path.ts";
import { drefOf, isRRef, type DRef, type RRef } from "../ref.ts";
import { builtIn } from "../stages/built-in.ts";
import type { Store } from "../store/store.ts";

declare const chosen: unique symbol;

/** The promise of an artifact that names a realization of a stage with this config. */
export type ChoicePath<C = unknown> = SelfPath & { readonly [chosen]: C };

/** The artifact in which a winner is named. */
export const CHOICE_FILE = "choice.json";

/** Raised when winners come out differently. */
export const WINNER_VERSION = 1;

const MARK = builtIn("winner", WINNER_VERSION).version;

/** Whether a value in the config of a derivation is the promise to name a winner. */
export function isChoice(config: Json, value: Json): boolean {
  return (
    isSelfPath(value) && value[1] === CHOICE_FILE && isJsonObject(config) && config["__version__"] === MARK
  );
}

/**
 * Reads which realization won.
 *
 * @throws {LightnixError} `damaged` when the artifact does not name one of those that were compared; `unknown-realization`
 */
export function readChoice(store: Store, rref: RRef): { readonly dref: DRef; readonly rref: RRef } {
  const path = join(store.path(rref), CHOICE_FILE);
  const named = nameIn(path);
  const isKnown = named !== undefined && store.context(rref)[drefOf(named)]?.includes(named) === true;
  if (isKnown) return { dref: drefOf(named), rref: named };
  throw new LightnixError(
    "damaged",
    `Cannot read "${path}": it names none of the realizations that were compared, so the store is damaged here`,
    { data: { ref: rref, path } },
  );
}

function nameIn(path: string): RRef | undefined {
  try {
    const json = JSON.parse(readFileSync(path, "utf8")) as Json;
    const rref = isJsonObject(json) ? json["rref"] : undefined;
    return isRRef(rref) ? rref : undefined;
  } catch {
    return undefined;
  }
}
