import { didYouMean } from "../core/nearest.ts";
import { lastOf } from "../core/outcomes/groups.ts";
import { cellOf } from "../core/outcomes/outcome.ts";
import type { Outcome, OutcomeCell, Outcomes } from "../core/index.ts";
import { MagicError } from "./errors.ts";
import { columnNamed } from "./views/outcome-rows.ts";

type Comparison = (row: Outcome) => boolean;

const operators: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": isSame,
  "==": isSame,
  "!=": (a, b) => !isSame(a, b),
};

/**
 * Reads a condition on rows: `accuracy>0.9`, `lr=0.1 and state!=failed`. A row that lacks the column does not fulfil it; of a series,
 * the last number counts.
 *
 * @throws MagicError `wrong-argument`, `unknown-metric`
 */
export function readWhere(text: string, outcomes: Outcomes): (row: Outcome) => boolean {
  const comparisons = text.split(/\s+and\s+|\s*&&?\s*/u).map((part) => readComparison(part.trim(), outcomes));
  return (row) => comparisons.every((holds) => holds(row));
}

function readComparison(text: string, outcomes: Outcomes): Comparison {
  const [, name = "", sign = "", wanted = ""] = /^(.+?)\s*(<=|>=|!=|==|<|>|=)\s*(.+)$/su.exec(text) ?? [];
  const compare = operators[sign];
  if (compare === undefined) {
    throw new MagicError(
      "wrong-argument",
      `Cannot choose outcomes by "${text}": it is no comparison such as "accuracy>0.9" or "lr=0.1 and state=realized"`,
      { where: text },
    );
  }
  const column = columnNamed(outcomes, name);
  if (column === undefined) throw unknownColumn("choose", outcomes, name);
  const value = scalar(wanted.replace(/^(["'])(.*)\1$/su, "$2"));
  return (row) => {
    const cell = comparable(cellOf(row, column));
    return cell !== undefined && typeof cell === typeof value && compare(cell, value);
  };
}

// NaN is itself here, so that what diverged can be asked for.
function isSame(a: number | string, b: number | string): boolean {
  return a === b || Object.is(a, b);
}

function scalar(text: string): number | string {
  if (text.trim() === "NaN") return Number.NaN;
  return text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
}

function comparable(cell: OutcomeCell): number | string | undefined {
  if (cell instanceof Date) return cell.toISOString();
  const value = lastOf(cell);
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" || typeof value === "string" ? value : undefined;
}

/** The error for a column that a table does not have. */
export function unknownColumn(verb: string, table: Outcomes, column: string): MagicError {
  const known = [...table.columns, ...table.fields];
  const listed =
    table.columns.length === 0 ? "there are no metrics" : `its metrics are ${table.columns.join(", ")}`;
  const fields = table.fields.length === 0 ? "" : ` and its fields ${table.fields.join(", ")}`;
  return new MagicError(
    "unknown-metric",
    `Cannot ${verb} the outcomes of "${table.name}" by "${column}": ${listed}${fields}.${didYouMean(column, known)}`,
    { metric: column, columns: table.columns, fields: table.fields },
  );
}
