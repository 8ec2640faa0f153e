import { isStage } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { isDRef, parseDRef, type DRef } from "../ref.ts";
import type { Closure } from "../stage/closure.ts";
import { describeStage } from "../stage/describe.ts";
import type { Stage } from "../stage/stage.ts";

/** A derivation of a closure: by its name, its address, or as a stage. */
export type PausePlace = string | DRef | Stage;

/**
 * The derivations of a closure that are meant. Several may have one name.
 *
 * @throws {LightnixError} `not-in-closure`; {TypeError} for an empty list. `doing` is what is to be done there, for its message
 */
export function derivationsAt(
  closure: Pick<Closure, "derivations" | "dref">,
  at: PausePlace | readonly PausePlace[],
  doing: string,
): readonly DRef[] {
  const places = typeof at === "object" && !isStage(at) ? at : [at];
  if (places.length === 0) throw new TypeError(`Cannot ${doing} nothing: the list is empty`);
  return places.flatMap((place) => derivationsOf(closure, place, doing));
}

function derivationsOf(
  { derivations, dref: target }: Pick<Closure, "derivations" | "dref">,
  place: PausePlace,
  doing: string,
): readonly DRef[] {
  const wanted = isStage(place) ? describeStage(place).dref : place;
  const found = derivations.filter(({ dref, name }) => (isDRef(wanted) ? dref : name) === wanted);
  if (found.length > 0) return found.map(({ dref }) => dref);
  const name = isDRef(wanted) ? parseDRef(wanted).name : wanted;
  const address = isDRef(wanted) ? ` (${wanted})` : "";
  const names = new Set(derivations.map((one) => one.name));
  const advice = names.has(name)
    ? `. What it depends on is another derivation of that name, of other code or another config`
    : didYouMean(name, names).replace(/^ /u, ". ");
  const top = parseDRef(target).name;
  const reason =
    name === top ? "it is not what is realized" : `"${top}" does not depend on it as things stand`;
  throw new LightnixError("not-in-closure", `Cannot ${doing} "${name}"${address}: ${reason}${advice}`, {
    data: { place: wanted, target },
  });
}
