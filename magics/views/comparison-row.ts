import type { Series } from "../../core/outcomes/read-metrics.ts";
import { sparkText } from "./series.ts";

/** A line of a comparison: what it is about, and what that is on either side. */
export interface ComparisonRow {
  readonly label: string;
  readonly before?: string;
  readonly after?: string;
  /** Whether both are the same, so that one of them says it. */
  readonly isSame: boolean;
  readonly note?: string;
  /** Whether the note is good news. */
  readonly tone?: "good" | "bad";
  /** What is drawn before the texts. */
  readonly series?: { readonly before?: Series; readonly after?: Series };
}

/** Lines under a title. */
export interface ComparisonSection {
  readonly title: string;
  readonly rows: readonly ComparisonRow[];
  /** A last line, on what has no line of its own. */
  readonly rest?: string;
}

/** The text of a row's cell; a series with its blocks. */
export function cellTextOf(row: ComparisonRow, side: "before" | "after"): string {
  const series = row.series?.[side];
  return `${series === undefined ? "" : `${sparkText(series)} `}${row[side] ?? "–"}`;
}
