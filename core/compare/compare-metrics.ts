import { isDeepStrictEqual } from "node:util";
import { finiteOf } from "../outcomes/groups.ts";
import type { Outcome } from "../outcomes/outcome.ts";
import type { OutcomeValue } from "../outcomes/read-metrics.ts";
import type { ComparedMetric } from "./compared.ts";

/** The metrics of two outcomes, in the order of the columns of their table. */
export function compareMetrics(
  columns: readonly string[],
  before: Outcome | undefined,
  after: Outcome | undefined,
): ComparedMetric[] {
  return columns.flatMap((name): ComparedMetric[] => {
    const [old, now] = [valueOf(before, name), valueOf(after, name)];
    if (old === undefined && now === undefined) return [];
    const [from, to] = [finiteOf(old), finiteOf(now)];
    return [
      {
        name,
        ...(old !== undefined && { before: old }),
        ...(now !== undefined && { after: now }),
        ...(from !== undefined && to !== undefined && { difference: to - from }),
        isSame: isDeepStrictEqual(old, now),
      },
    ];
  });
}

function valueOf(row: Outcome | undefined, name: string): OutcomeValue | undefined {
  return row !== undefined && Object.hasOwn(row.metrics, name) ? row.metrics[name] : undefined;
}
