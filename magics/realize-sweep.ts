import { outcomes } from "../core/index.ts";
import type { DRef, Outcomes, RealizeOptions, RRef, Sweep } from "../core/index.ts";
import { describeStage } from "../core/stage/describe.ts";
import { isStage } from "../core/config.ts";
import type { Json } from "../core/config.ts";
import type { CellHost } from "./host.ts";
import type { RealizationProgress } from "./realization-progress.ts";
import type { Session } from "./session.ts";
import { staleness } from "./staleness.ts";
import type { View } from "./views/bundle.ts";
import { counted, shorten } from "./views/format.ts";
import { cellText } from "./views/outcome-rows.ts";
import { outcomesView } from "./views/outcomes.ts";
import { doneBadge, progressView } from "./views/progress.ts";
import { watch } from "./watch.ts";

/** How a sweep is realized in a notebook. */
export interface RealizeSweepOptions {
  readonly host: CellHost;
  readonly session: Session;
  readonly options: RealizeOptions;
  /** What the cell calls the sweep, which tells it from others of the same stage. */
  readonly label?: string | undefined;
  /** Makes a plot of the table. */
  readonly plot?: (table: Outcomes) => View | undefined;
}

/**
 * Realizes a sweep with one live view of all points, then shows the table of its outcomes. When points fail, the view with their
 * errors stays, the table of the others is shown below it, and the error is thrown. Gives what every point came to.
 */
export async function realizeSweep(sweep: Sweep, given: RealizeSweepOptions): Promise<readonly RRef[]> {
  const { host, session, options, plot, label } = given;
  const labels = new Map<DRef, string>(
    sweep.points.map(({ stage, values }) => [describeStage(stage).dref, pointText(values)]),
  );
  const [first] = sweep.stages;
  const notes = [
    ...(first === undefined ? [] : staleness(first, host, session)),
    ...(sweep.merged === 0 ? [] : [`${counted(sweep.merged, "point")} left out: the same as another one`]),
  ];
  try {
    const { state, show } = await watch(sweep, options, { host, notes, labels, label });
    if (options.dryRun === true) show(progressView(state, Date.now(), "planned"));
    else {
      const table = await outcomes(sweep, { store: session.store });
      const badge = doneBadge(state, Date.now());
      const made = new Set(madeIn(state));
      const drawn = plot?.(table);
      show(
        outcomesView(table, {
          now: new Date(),
          kind: "sweep",
          label,
          badge,
          notes,
          ...(made.size < table.rows.length && { made }),
          ...(drawn && { plot: drawn }),
        }),
      );
    }
    return state.done?.rrefs === undefined ? [] : state.done.outcomes.flatMap(({ rrefs }) => rrefs);
  } catch (error) {
    const table = await outcomes(sweep, { store: session.store });
    if (table.rows.length > 0) {
      const drawn = plotOrNothing(plot, table);
      host.display(
        outcomesView(table, { now: new Date(), kind: "sweep", label, ...(drawn && { plot: drawn }) }),
      );
    }
    throw error;
  }
}

/** What the cell calls a sweep: the expression that was typed, unless that is the name of its stages alone. */
export function sweepLabel(text: string, { name }: { readonly name: string }): string | undefined {
  const line = text.trim().replaceAll(/\s+/gu, " ");
  return line === name ? undefined : shorten(line, 40);
}

// A word that is no column is worth less than the error of the points.
function plotOrNothing(plot: RealizeSweepOptions["plot"], table: Outcomes): View | undefined {
  try {
    return plot?.(table);
  } catch {
    return undefined;
  }
}

/** What a point is called: `lr 0.1 · depth 2`. */
function pointText(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([field, value]) => `${field} ${valueText(value)}`)
    .join(" · ");
}

function valueText(value: unknown): string {
  return isStage(value) ? value.name : cellText(value as Json);
}

// Of all points, while the target of the progress is only the last of them.
function madeIn({ labels, stages }: RealizationProgress): RRef[] {
  return [...(labels?.keys() ?? [])].flatMap((dref) => {
    const stage = stages.get(dref);
    return (stage?.built ?? []).filter((rref) => !(stage?.merged ?? []).includes(rref));
  });
}
