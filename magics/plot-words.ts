import { metricColumn } from "../core/outcomes/table.ts";
import type { Outcomes } from "../core/index.ts";
import type { View } from "./views/bundle.ts";
import { bestOf, columnNamed } from "./views/outcome-rows.ts";
import { plotView } from "./views/plot.ts";
import { unknownColumn } from "./where.ts";

/**
 * The plot that `--plot x y colour` asks for; with one word, that column by itself: a series over its steps, a number over the time
 * when it was made.
 *
 * @throws MagicError `unknown-metric`
 */
export function plotOf(words: readonly string[] | undefined, outcomes: Outcomes): View | undefined {
  if (words === undefined || outcomes.rows.length === 0) return undefined;
  const [first = "", second, third] = words.map((word) => {
    const column = columnNamed(outcomes, word);
    if (column === undefined) throw unknownColumn("plot", outcomes, word);
    return column;
  });
  const y = second ?? first;
  const isLine = outcomes.rows.some(({ metrics }) => Object.hasOwn(metrics, y) && Array.isArray(metrics[y]));
  const x = second === undefined ? (isLine ? undefined : "started") : first;
  const own = metricColumn(outcomes);
  const metric =
    own === undefined || outcomes.metric === undefined
      ? undefined
      : { name: own, order: outcomes.metric.order };
  return plotView(outcomes, { x, y, colour: third, best: bestOf(outcomes, metric) });
}
