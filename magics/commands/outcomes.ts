import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";

const specs = {
  expression: {
    type: "expression",
    summary: "a stage, a sweep, a derivation, a realization, a lens, or an array of them",
  },
  all: { type: "switch", summary: "every variant of its name that the store has" },
  by: { type: "text", placeholder: "metric", summary: "the column to sort by" },
  top: { type: "number", placeholder: "N", min: 1, summary: "show the first N only" },
  group: { type: "words", placeholder: "field,...", summary: "one row for what agrees in these columns" },
  where: { type: "text", placeholder: '"accuracy>0.9"', summary: "only the rows for which this holds" },
  plot: { type: "words", placeholder: "x y [colour]", max: 3, summary: "plots one column over another" },
  metrics: { type: "words", placeholder: "file,...", summary: "read metrics from these artifacts only" },
  csv: { type: "text", placeholder: "file", summary: "write the table to this file" },
} as const;

/** The arguments of `%outcomes`. */
export type OutcomesArguments = typeof specs;

/** `%outcomes expression`: the table of all realizations of a stage. */
export const outcomesMagic: Magic = defineMagic({
  name: "outcomes",
  kind: "line",
  summary: "every realization of a stage with its metrics, and which ones count",
  help: `
One row for each realization: the metrics in its JSON artifacts (arrays of numbers, and files with one JSON object
a line, as curves), when it was made, how long that took, its size. "chosen" marks what the stage's matcher takes.
The best by the matcher's metric comes first, what diverged (NaN, Infinity) last.

%outcomes classifier
%outcomes classifier --by loss --top 5
%outcomes classifier --by took:max     (:min or :max says which end is the better one)
%outcomes classifier --all             every variant of that name in the store, and what they differ in
%outcomes grid --where "accuracy>0.9 and lr<0.1" --plot lr accuracy
%outcomes grid --where loss=NaN        what diverged
%outcomes grid --plot history.loss     series as lines
%outcomes grid --group lr,depth        repeated runs together: mean and standard deviation
%outcomes grid --csv outcomes.csv      writes the table to a file, relative to the notebook`,
  args: specs,
  run: async (context) => {
    const { outcomesEffect } = await import("../effects/index.ts");
    await outcomesEffect(context);
  },
});
