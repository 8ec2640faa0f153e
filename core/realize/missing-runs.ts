import type { Matcher } from "../stage/matcher.ts";
import type { Demand } from "./demand.ts";

/** How far a derivation is on the way to as many outcomes as are wanted of it. */
export interface Tally {
  /** How many outcomes one run of its realizer makes. */
  readonly outs: number;
  /** How many the runs made that are over, those that were there already included. */
  readonly made: number;
  /** How many outcomes there are. */
  readonly existing: number;
  /** Whether the last run that ended brought something that was not there before. */
  readonly fresh: boolean;
}

/**
 * How many runs of a realizer are missing in any case: all that are on their way make as many new outcomes as they can. So many can
 * be made at once. None when another run is not called for, or is of no use, as the last one made nothing new.
 */
export function missingRuns({ fresh, atLeast }: Demand, { wants = 0 }: Matcher, tally: Tally): number {
  const toMake = Math.max(fresh, 1) - tally.made;
  const toHave = tally.fresh ? Math.max(atLeast, wants) - tally.existing : 0;
  return Math.ceil(Math.max(toMake, toHave, 0) / tally.outs);
}
