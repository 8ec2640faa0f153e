import { inspect, types } from "node:util";
import { cellText } from "./cell-text.ts";
import { matrixTable, numbersTable, rounded } from "./grid.ts";
import { holdsAtAll, isPlainObject, isScalar } from "./plain.ts";
import { firstRows, shownRows } from "./shown-rows.ts";
import type { Table } from "./table.ts";

const maxColumns = 50;

/** An array of objects, a Map, an array of arrays or a typed array as a table; nothing for any other value. No getter is run. */
export function tableOf(value: unknown): Table | undefined {
  if (types.isTypedArray(value)) return Buffer.isBuffer(value) ? undefined : numbersTable(value);
  if (types.isMap(value)) return mapTable(value);
  if (!Array.isArray(value) || types.isProxy(value) || value.length === 0) return undefined;
  return matrixTable(value) ?? recordsTable(value);
}

function recordsTable(values: readonly unknown[]): Table | undefined {
  if (!holdsAtAll(values, isRecordLike)) return undefined;
  const { indices, marks } = shownRows(values.length);
  return tableOfRecords(
    indices.map((index) => recordOf(values[index])),
    { total: values.length, ...marks },
  );
}

/** The table of some records; nothing when one is missing, or when no column is of plain values. */
function tableOfRecords(
  records: readonly (ReadonlyMap<string, unknown> | undefined)[],
  more: Pick<Table, "total" | "labels" | "gapAfter">,
): Table | undefined {
  const found = new Set<string>();
  for (const record of records) {
    if (record === undefined) return undefined;
    for (const name of record.keys()) found.add(name);
  }
  const isTelling = [...found].some((name) => records.every((record) => isScalar(record?.get(name))));
  if (!isTelling) return undefined;
  const columns = [...found].slice(0, maxColumns);
  return {
    ...more,
    columns,
    rows: records.map((record) => columns.map((name) => rounded(record?.get(name), false))),
    totalColumns: found.size,
  };
}

function mapTable(map: ReadonlyMap<unknown, unknown>): Table | undefined {
  const entries: [unknown, unknown][] = [];
  const shown = firstRows(map.size);
  for (const entry of map) if (entries.push(entry) === shown) break;
  if (entries.length === 0 || !entries.every(([key]) => isScalar(key))) return undefined;
  const more = { total: map.size, labels: entries.map(([key]) => cellText(key)) };
  if (entries.every(([, value]) => isScalar(value)))
    return { ...more, columns: ["value"], rows: entries.map(([, value]) => [rounded(value, false)]) };
  return tableOfRecords(
    entries.map(([, value]) => recordOf(value)),
    more,
  );
}

function recordOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (!isRecordLike(value)) return undefined;
  const record = new Map<string, unknown>();
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (descriptor.enumerable !== true) continue;
    if (descriptor.get !== undefined || typeof descriptor.value === "function") return undefined;
    record.set(name, descriptor.value);
  }
  // What is not plain and has no fields of its own is something by other means.
  return record.size === 0 && !isPlainObject(value) ? undefined : record;
}

// Instances of classes are records, too, unless they say themselves how they are written.
function isRecordLike(value: unknown): value is object {
  if (isPlainObject(value)) return true;
  if (typeof value !== "object" || value === null || types.isProxy(value) || Array.isArray(value))
    return false;
  return !types.isNativeError(value) && !ArrayBuffer.isView(value) && !(inspect.custom in value);
}
