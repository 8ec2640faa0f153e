import { isStage, isStagePath } from "../core/config.ts";
import { lensPlace } from "../core/lens/lens.ts";
import type { Outcomes, RRef, Stage } from "../core/index.ts";
import { isDRef, isRRef } from "../core/ref.ts";
import { readLens } from "./facts/lens.ts";
import { readRealization } from "./facts/realization.ts";
import { readDerivation, readStage } from "./facts/stage.ts";
import { readSweep } from "./facts/sweep.ts";
import type { CellHost, MimeBundle } from "./host.ts";
import type { Session } from "./session.ts";
import { staleness } from "./staleness.ts";
import { lensView } from "./views/lens.ts";
import { outcomesView } from "./views/outcomes.ts";
import { realizationView } from "./views/realization.ts";
import { realizationsView } from "./views/realizations.ts";
import { stageView } from "./views/stage.ts";
import { sweepView } from "./views/sweep.ts";

/**
 * The view of a cell's result when it is one of core's objects: a stage, a reference that the store knows, references
 * in an array, a lens, an outcome table. With a `host`, that of a stage says what of it is older than the session. Nothing for anything else, and nothing when what it speaks of cannot be read.
 */
export async function renderValue(
  value: unknown,
  session: Session,
  host?: CellHost,
): Promise<MimeBundle | undefined> {
  try {
    return await render(value, session, host);
  } catch {
    // A result that has no view is still a result: the kernel shows it as any other value.
    return undefined;
  }
}

async function render(value: unknown, session: Session, host?: CellHost): Promise<MimeBundle | undefined> {
  const { store } = session;
  const now = new Date();
  if (typeof value !== "object" || value === null) {
    if (isRRef(value) && store.has(value)) return realizationView(readRealization(value, store), { now });
    if (isDRef(value) && store.hasDerivation(value)) return stageView(readDerivation(value, store));
    return undefined;
  }
  if (lensPlace(value) !== undefined || isStagePath(value))
    return lensView(await readLens({ value, text: "" }, store), now);
  if (isStage(value)) {
    const notes = host === undefined ? [] : staleness(value as Stage, host, session);
    return stageView(await readStage(value as Stage, store), notes);
  }
  if (isOutcomes(value)) return outcomesView(value, { now });
  if (isKnownRRefs(value, store)) {
    const sweep = await readSweep(value, session);
    if (sweep !== undefined) return sweepView(sweep, now);
    return realizationsView(
      value.map((rref) => readRealization(rref, store)),
      { now },
    );
  }
  return undefined;
}

function isKnownRRefs(value: object, store: Session["store"]): value is RRef[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => isRRef(one) && store.has(one));
}

function isOutcomes(value: object): value is Outcomes {
  return "kind" in value && value.kind === "outcomes";
}
