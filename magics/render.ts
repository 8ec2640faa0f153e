import { isDeepStrictEqual } from "node:util";
import { isStage, isStagePath } from "../core/config.ts";
import { lensPlace } from "../core/lens/lens.ts";
import { outcomes } from "../core/index.ts";
import type { Compared, Explanation, OutcomeGroups, Outcomes, RRef, Stage, Sweep } from "../core/index.ts";
import { drefOf, isDRef, isRRef, parseDRef } from "../core/ref.ts";
import { isSweep } from "../core/sweep/swept.ts";
import { comparisonFacts } from "./facts/comparison.ts";
import { explanationFacts } from "./facts/explanation.ts";
import { readLens } from "./facts/lens.ts";
import { readRealization } from "./facts/realization.ts";
import { readDerivation, readStage } from "./facts/stage.ts";
import type { CellHost, MimeBundle } from "./host.ts";
import type { Session } from "./session.ts";
import { staleness } from "./staleness.ts";
import { comparisonView } from "./views/comparison.ts";
import { explanationView } from "./views/explanation.ts";
import { counted } from "./views/format.ts";
import { lensView } from "./views/lens.ts";
import { outcomeGroupsView } from "./views/outcome-groups.ts";
import { outcomesView } from "./views/outcomes.ts";
import { realizationView } from "./views/realization.ts";
import { realizationDetails, realizationsView } from "./views/realizations.ts";
import { stageView } from "./views/stage.ts";

/**
 * The view of a cell's result when it is one of core's objects: a stage, a reference that the store knows, references
 * in an array, a lens, an outcome table, an explanation, a comparison. With a `host`, that of a stage says what of it is older than the session. Nothing for anything else, and nothing when what it speaks of cannot be read.
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

/** Whether a value is of a kind that {@link renderValue} has views of. */
export function hasView(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isRRef(value) || isDRef(value);
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => isRRef(one));
  return (
    lensPlace(value) !== undefined ||
    isStagePath(value) ||
    isStage(value) ||
    isSweep(value) ||
    ("kind" in value && typeof value.kind === "string" && tables.has(value.kind))
  );
}

const tables: ReadonlySet<string> = new Set(["outcomes", "outcome-groups", "explanation", "compared"]);

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
  if (isGroups(value)) return outcomeGroupsView(value);
  if (isExplanation(value)) return explanationView(explanationFacts(value, store), { now });
  if (isCompared(value)) {
    const { before, after } = value;
    return comparisonView(comparisonFacts(value, store, [before.name, after.name]), { now });
  }
  if (isSweep(value)) return await renderSweep(value as Sweep, session, now);
  if (isKnownRRefs(value, store)) {
    const realizations = value.map((rref) => readRealization(rref, store));
    const table = await tableOf(value, session);
    if (table === undefined) return realizationsView(realizations, { now });
    return outcomesView(table, { now, kind: "realizations", below: realizationDetails(realizations, now) });
  }
  return undefined;
}

function isKnownRRefs(value: object, store: Session["store"]): value is RRef[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => isRRef(one) && store.has(one));
}

/** Realizations of one name and of several derivations as a table; nothing for others. */
async function tableOf(
  rrefs: readonly RRef[],
  { store, provenance }: Session,
): Promise<Outcomes | undefined> {
  const drefs = [...new Set(rrefs.map(drefOf))];
  const names = new Set(drefs.map((dref) => parseDRef(dref).name));
  if (drefs.length < 2 || names.size > 1) return undefined;
  // Only stages of this session have matchers; what is in the store alone has none.
  const [metric, ...others] = drefs.map((dref) => provenance.matcherOf(dref)?.metric);
  const isShared = others.every((other) => isDeepStrictEqual(other, metric));
  const table = await outcomes(drefs, { store, metric: isShared ? metric : undefined });
  return table.filter(({ rref }) => rrefs.includes(rref));
}

async function renderSweep(sweep: Sweep, { store }: Session, now: Date): Promise<MimeBundle> {
  const table = await outcomes(sweep, { store });
  const merged = sweep.merged === 0 ? "" : ` · ${sweep.merged} left out: the same as another one`;
  const steps = `${counted(sweep.points.length, "point")} over ${sweep.fields.join(" × ")}${merged}`;
  return outcomesView(table, { now, kind: "sweep", steps });
}

function isGroups(value: object): value is OutcomeGroups {
  return "kind" in value && value.kind === "outcome-groups";
}

function isOutcomes(value: object): value is Outcomes {
  return "kind" in value && value.kind === "outcomes";
}

function isExplanation(value: object): value is Explanation {
  return "kind" in value && value.kind === "explanation";
}

function isCompared(value: object): value is Compared {
  return "kind" in value && value.kind === "compared";
}
