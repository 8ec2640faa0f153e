import { isStage } from "../../core/config.ts";
import { outcomes } from "../../core/index.ts";
import type { Outcomes } from "../../core/index.ts";
import { lensPlace } from "../../core/lens/lens.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isDRef, isRRef } from "../../core/ref.ts";
import { MagicError } from "../errors.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { sortMetric } from "../views/outcome-rows.ts";
import type { SortMetric } from "../views/outcome-rows.ts";
import { outcomesView } from "../views/outcomes.ts";

/** `%outcomes expression`: the table of all realizations of a stage. */
export const outcomesMagic: Magic = defineMagic({
  name: "outcomes",
  kind: "line",
  summary: "every realization of a stage with its metrics, and which ones count",
  help: `
One row for each realization: the scalars of its JSON artifacts, when it was made, how long that took, its
size. "chosen" marks what the stage's matcher takes. The best by the matcher's metric comes first.

%outcomes classifier
%outcomes classifier --by loss --top 5
%outcomes classifier --by time:max     (:min or :max says which end is the better one)`,
  args: {
    expression: { type: "expression", summary: "a stage, a derivation, a realization or a lens" },
    by: { type: "text", placeholder: "metric", summary: "the metric to sort by" },
    top: { type: "number", placeholder: "N", min: 1, summary: "show the first N only" },
  },
  run: async ({ args, host, session }) => {
    const value = await args.expression.value();
    const table = isOutcomes(value)
      ? value
      : await outcomes(asTarget(value, args.expression.text), { store: session.store });
    const by = args.by === undefined ? undefined : metricNamed(table, args.by);
    host.display(
      outcomesView(table, {
        now: new Date(),
        ...(by && { by }),
        ...(args.top !== undefined && { top: args.top }),
      }),
    );
  },
});

type Target = Parameters<typeof outcomes>[0];

function asTarget(value: unknown, text: string): Target {
  const place = lensPlace(value);
  if (place !== undefined) return place.dref;
  const isClosure =
    typeof value === "object" && value !== null && "kind" in value && value.kind === "closure";
  if (isStage(value) || isDRef(value) || isRRef(value) || isClosure) return value as Target;
  throw new MagicError(
    "no-stage",
    `Cannot show the outcomes of "${text}": it is no stage, derivation or realization`,
    { expression: text },
  );
}

function isOutcomes(value: unknown): value is Outcomes {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "outcomes";
}

function metricNamed(table: Outcomes, by: string): SortMetric {
  const metric = sortMetric(table, by);
  if (metric !== undefined) return metric;
  const known =
    table.columns.length === 0 ? "there are no metrics" : `its metrics are ${table.columns.join(", ")}`;
  throw new MagicError(
    "unknown-metric",
    `Cannot sort the outcomes of "${table.name}" by "${by}": ${known}.${didYouMean(by, table.columns)}`,
    { metric: by, columns: table.columns },
  );
}
