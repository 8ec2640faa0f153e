import { shortHash } from "../../core/ref.ts";
import { isStage } from "../../core/config.ts";
import { outcomes } from "../../core/index.ts";
import type { Outcomes, RealizeOptions, ReplayEntry, RRef, Sweep } from "../../core/index.ts";
import { isSweep } from "../../core/sweep/swept.ts";
import { readRealization, readRealizationRecord } from "../facts/realization.ts";
import { readShown } from "../facts/replay.ts";
import type { CellHost, MimeBundle } from "../host.ts";
import { newOutcomes } from "../realization-progress.ts";
import type { RealizationProgress } from "../realization-progress.ts";
import type { Session } from "../session.ts";
import { staleness } from "../staleness.ts";
import { asTarget } from "../target.ts";
import type { Target } from "../target.ts";
import { realizeSweep, sweepLabel } from "../realize-sweep.ts";
import { runOptions } from "../run-options.ts";
import { jsonText } from "../views/config.ts";
import { metricColumn } from "../../core/outcomes/table.ts";
import { outcomesView } from "../views/outcomes.ts";
import { doneBadge, progressView, stepsText } from "../views/progress.ts";
import { realizationsView, shownDetails } from "../views/realizations.ts";
import { printedText } from "../views/replay.ts";
import { watch } from "../watch.ts";
import type { RealizeArguments } from "../commands/realize.ts";
import type { MagicContext } from "../registry.ts";

/** What `%realize` does. */
export async function realizeEffect({ args, host, session }: MagicContext<RealizeArguments>): Promise<void> {
  const value = await args.expression.value();
  const options: RealizeOptions = {
    ...runOptions(session, host),
    force: args.force,
    dryRun: args.dryRun,
    keepGoing: args.keepGoing || isSweep(value),
    count: args.new,
    atLeast: args.outcomes,
    jobs: args.jobs,
    restricted: args.restricted,
    substituters: args.substituters?.split(/\s+/u).filter((place) => place !== ""),
  };
  if (isSweep(value)) {
    const label = sweepLabel(args.expression.text, value);
    const rrefs = await realizeSweep(value as Sweep, { host, session, options, label });
    if (args.as !== undefined && !args.dryRun) host.define(args.as, rrefs);
    return;
  }
  const target = await asTarget(value, args.expression.text, {
    store: session.store,
    host,
    doing: "realize",
    isNo: "stage, closure, sweep or derivation",
  });
  const notes = isStage(target) ? staleness(target, host, session) : [];
  const { state, show } = await watch(target, options, { host, notes });
  if (args.dryRun) show(progressView(state, Date.now(), "planned"));
  else {
    const asked = args.outcomes ?? args.new ?? 0;
    const isAnew = args.force || args.new !== undefined;
    const result = { target, state, session, asked, isAnew, replays: !args.noReplay };
    show(await resultView(result));
    if (result.replays) showAgain(result, host);
  }
  if (args.as !== undefined && !args.dryRun) host.define(args.as, boundValue(state));
}

const maxRows = 30;

interface Result {
  readonly target: Target;
  readonly state: RealizationProgress;
  readonly session: Session;
  /** How many outcomes were asked for. */
  readonly asked: number;
  /** Whether a new outcome was asked for although there may have been one. */
  readonly isAnew: boolean;
  /** Whether what reused stages showed is shown again. */
  readonly replays: boolean;
}

// Who asks for several outcomes wants to see them side by side, whether they were made now or before.
async function resultView(result: Result): Promise<MimeBundle> {
  const { target, state, asked, isAnew } = result;
  const { store } = result.session;
  const now = new Date();
  const badge = doneBadge(state, now.getTime());
  const steps = stepsText(state);
  const { notes } = state;
  const made = newOutcomes(state);
  if (made.length > 1 || asked > 1) {
    const table = await outcomes(target, { store });
    const rows = table.rows.slice(0, maxRows).map(({ rref }) => readRealizationRecord(rref, store));
    const below = shownDetails(rows, now, shownOf(rows, result));
    return outcomesView(table, { now, badge, steps, notes, top: maxRows, made: new Set(made), below });
  }
  const realizations = (state.done?.rrefs ?? []).map((rref) => readRealization(rref, store));
  const [anew] = isAnew ? made : [];
  const news = anew === undefined ? "" : newsText(await outcomes(target, { store }), anew);
  const what = [steps, news].filter((part) => part !== "").join(" · ");
  const shown = shownOf(realizations, result);
  const printed = printedText(shown.get(realizations[0]?.rref as RRef) ?? []);
  return realizationsView(realizations, { now, badge, steps: what, notes, shown, printed });
}

// What was built now has shown its displays already, and what it printed is gone with the live view.
function shownOf(
  all: readonly { readonly rref: RRef }[],
  { replays, session }: Result,
): ReadonlyMap<RRef, readonly ReplayEntry[]> {
  return new Map(replays ? all.map(({ rref }) => [rref, readShown(rref, session.store).entries]) : []);
}

/** Shows what the realizer of a reused target displayed, so that a notebook that is run again looks as it did. */
function showAgain({ state, session, asked }: Result, host: CellHost): void {
  const [rref, ...others] = state.done?.rrefs ?? [];
  const isReused = state.target !== undefined && state.stages.get(state.target)?.state === "reused";
  if (rref === undefined || others.length > 0 || asked > 1 || !isReused) return;
  const { entries, problem } = readShown(rref, session.store);
  for (const entry of entries)
    if (entry.kind === "display") host.display({ ...entry.bundle }, entry.metadata);
  if (problem !== undefined) host.print(`${problem}\n`, "stderr");
}

// The card shows what the matcher takes, which may be an older outcome.
function newsText(table: Outcomes, rref: RRef): string {
  const row = table.rows.find((one) => one.rref === rref);
  const metric = metricColumn(table);
  const value = row !== undefined && metric !== undefined ? row.metrics[metric] : undefined;
  const measured = value === undefined ? "" : `, ${metric} ${jsonText(value)}`;
  return `new outcome ${shortHash(rref)}${measured}, ${row?.chosen === true ? "chosen" : "not chosen"}`;
}

function boundValue({ done }: RealizationProgress): unknown {
  const rrefs = done?.rrefs ?? [];
  return rrefs.length === 1 ? rrefs[0] : rrefs;
}
