import type { Matcher, StoreOption, Sweep } from "../core/index.ts";
import type { CellHost } from "./host.ts";
import type { Session } from "./session.ts";

/** A sweep as cells see it: it picks from the session's store, and the session knows the matchers of its points. */
export function ownSweep<C>(made: Sweep<C>, session: Session, host: CellHost): Sweep<C> {
  for (const { stage } of made.points) session.provenance.note(stage, { host, isGathered: false });
  const own = (options?: StoreOption): StoreOption => ({ store: session.store, ...options });
  return Object.freeze({
    ...made,
    pick: (matcher: Matcher, options?: StoreOption) => made.pick(matcher, own(options)),
    pickMany: (matcher: Matcher, options?: StoreOption) => made.pickMany(matcher, own(options)),
  });
}
