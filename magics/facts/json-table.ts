import type { Json, JsonObject } from "../../core/config.ts";

/** JSON that is rows and columns, as text: its beginning, and what all of it is. */
export interface JsonTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How many rows there are. */
  readonly total: number;
  /** All of it in a few words. */
  readonly about: string;
  readonly isCut: boolean;
}

/** How much of a table is shown. */
export interface JsonTableLimits {
  readonly rows: number;
  readonly columns: number;
  readonly cellLength: number;
}

type Scalar = string | number | boolean | null;

/** An array of flat objects, or of rows that are equally long, as a table; nothing for other JSON. */
export function jsonTable(value: Json, limits: JsonTableLimits): JsonTable | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined;
  return matrixTable(value, limits) ?? recordsTable(value, limits);
}

function matrixTable(values: readonly Json[], limits: JsonTableLimits): JsonTable | undefined {
  if (!values.every(isRow)) return undefined;
  const width = values[0]?.length ?? 0;
  if (width < 2 || values.some(({ length }) => length !== width)) return undefined;
  const columns = Array.from({ length: Math.min(width, limits.columns) }, (_, column) => String(column));
  return {
    columns,
    rows: values
      .slice(0, limits.rows)
      .map((row) => columns.map((_, column) => cellText(row[column], limits.cellLength))),
    total: values.length,
    about: `${values.length} rows of ${width} values`,
    isCut: values.length > limits.rows || width > limits.columns,
  };
}

function recordsTable(values: readonly Json[], limits: JsonTableLimits): JsonTable | undefined {
  if (!values.every(isRecord)) return undefined;
  const names = [...new Set(values.flatMap((record) => Object.keys(record)))];
  if (names.length === 0) return undefined;
  const columns = names.slice(0, limits.columns);
  return {
    columns,
    rows: values
      .slice(0, limits.rows)
      .map((record) => columns.map((name) => cellText(record[name], limits.cellLength))),
    total: values.length,
    about: `${values.length} rows of ${names.join(", ")}`,
    isCut: values.length > limits.rows || names.length > limits.columns,
  };
}

function isRow(value: Json): value is Scalar[] {
  return Array.isArray(value) && value.every(isScalar);
}

function isRecord(value: Json): value is Record<string, Scalar> & JsonObject {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every(isScalar);
}

function isScalar(value: Json): value is Scalar {
  return typeof value !== "object" || value === null;
}

const digits = 6;

function cellText(value: Scalar | undefined, length: number): string {
  if (value === undefined) return "";
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(digits)));
  return String(value).slice(0, length);
}
