import { types } from "node:util";
import { tableHtml, tableText } from "../table.ts";
import type { Table } from "../table.ts";
import { firstRows } from "../shown-rows.ts";
import { numbersTable } from "../grid.ts";
import { hasMethods } from "./shower.ts";
import type { Shower, Shown } from "./shower.ts";

/** Data frames and columns: Arquero, Polars, Apache Arrow, Danfo. */
export const frameShowers: readonly Shower[] = [
  showArquero,
  showPolars,
  showArrowTable,
  showArrowVector,
  showDanfo,
];

// Of a frame that does not say how many rows it has.
const rowsUnknown = 20;

interface ArqueroTable {
  columnNames(): string[];
  numRows(): number;
  objects(options: { limit: number }): Record<string, unknown>[];
}

function showArquero(value: object): Shown {
  if (!hasMethods(value, "columnNames", "numRows", "objects", "toArrowIPC")) return undefined;
  const frame = value as unknown as ArqueroTable;
  const columns = frame.columnNames();
  const total = frame.numRows();
  return showRecords(frame.objects({ limit: firstRows(total) }), { columns, total });
}

function showPolars(value: object): Shown {
  if (!("schema" in value) || !("toRecords" in value) || !hasMethods(value, "head")) return undefined;
  const height = "height" in value && typeof value.height === "number" ? value.height : undefined;
  const first = value.head(height === undefined ? rowsUnknown : firstRows(height)) as {
    toRecords(): Record<string, unknown>[];
  };
  const records = first.toRecords();
  const columns = Object.keys(value.schema as object);
  const total = height ?? records.length;
  return showRecords(records, { columns, total });
}

interface ArrowVector {
  readonly type: unknown;
  readonly length: number;
  get(index: number): unknown;
}

interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: unknown }[] };
  readonly numRows: number;
  getChildAt(index: number): ArrowVector | null;
}

function showArrowTable(value: object): Shown {
  if (!("schema" in value) || !("numRows" in value) || !hasMethods(value, "getChildAt")) return undefined;
  const table = value as unknown as ArrowTable;
  const columns = table.schema.fields.map(({ name }) => name);
  const vectors = columns.map((_, index) => table.getChildAt(index));
  const rows = Array.from({ length: firstRows(table.numRows) }, (_, row) =>
    vectors.map((vector) => arrowValue(vector, row)),
  );
  return showTable({ columns, rows, total: table.numRows });
}

function showArrowVector(value: object): Shown {
  if (!("type" in value) || !("numChildren" in value) || !hasMethods(value, "get", "isValid"))
    return undefined;
  const vector = value as unknown as ArrowVector;
  const first = Array.from({ length: Math.min(200, vector.length) }, (_, row) => arrowValue(vector, row));
  const caption = `Vector<${String(vector.type)}>(${vector.length})`;
  const table = numbersTable(first, { caption, total: vector.length });
  return table === undefined ? { "text/plain": caption } : showTable(table);
}

// Moments are numbers of milliseconds there.
function arrowValue(vector: ArrowVector | null, row: number): unknown {
  const value = vector?.get(row);
  const isMoment = typeof value === "number" && /^(?:Timestamp|Date)/u.test(String(vector?.type));
  if (isMoment) return new Date(value);
  const isNested = typeof value === "object" && value !== null && hasMethods(value, "toJSON");
  return isNested && !types.isDate(value) ? value.toJSON() : value;
}

// Written after its documentation: rows in `values`, and of a series plain values.
function showDanfo(value: object): Shown {
  if (!hasMethods(value, "head", "iloc") || !("columns" in value) || !("index" in value)) return undefined;
  const { columns, index, values } = value as Record<string, unknown>;
  if (!Array.isArray(columns) || !Array.isArray(index) || !Array.isArray(values)) return undefined;
  return showTable({
    columns: columns.map(String),
    rows: values
      .slice(0, firstRows(values.length))
      .map((row: unknown) => (Array.isArray(row) ? (row as unknown[]) : [row])),
    labels: index.slice(0, firstRows(values.length)).map(String),
    total: values.length,
  });
}

function showRecords(
  records: readonly Record<string, unknown>[],
  { columns, total }: Pick<Table, "columns" | "total">,
): Shown {
  return showTable({ columns, rows: records.map((record) => columns.map((name) => record[name])), total });
}

function showTable(table: Table): Shown {
  return { "text/html": tableHtml(table), "text/plain": tableText(table) };
}
