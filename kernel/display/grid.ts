import { types } from "node:util";
import { numberText } from "./cell-text.ts";
import { shownRows } from "./shown-rows.ts";
import { holdsAtAll } from "./plain.ts";
import type { Table } from "./table.ts";

const numbersInRow = 10;
const maxRowsOfNumbers = 20;
const maxColumns = 30;

/** Numbers in rows of ten; of an empty array nothing. */
export function numbersTable(
  array: NodeJS.TypedArray | readonly unknown[],
  about: { caption?: string; total?: number } = {},
): Table | undefined {
  if (array.length === 0) return undefined;
  const isSingle = types.isFloat32Array(array);
  const numbers = Array.from<unknown>(array.slice(0, maxRowsOfNumbers * numbersInRow) as ArrayLike<unknown>);
  const width = Math.min(numbersInRow, numbers.length);
  const rows = [];
  for (let start = 0; start < numbers.length; start += numbersInRow) {
    const row = numbers.slice(start, start + numbersInRow);
    rows.push(Array.from({ length: width }, (_, index) => rounded(row[index], isSingle)));
  }
  return {
    columns: Array.from({ length: width }, (_, index) => String(index)),
    rows,
    total: about.total ?? array.length,
    step: numbersInRow,
    caption: about.caption ?? `${nameOf(array)}(${array.length})`,
  };
}

/** An array of rows of plain values, as a matrix; nothing for any other array. */
export function matrixTable(values: readonly unknown[], caption?: string): Table | undefined {
  if (!holdsAtAll(values, isRow)) return undefined;
  const all = values as readonly (NodeJS.TypedArray | readonly unknown[])[];
  const width = Math.max(...all.slice(0, 10_000).map(({ length }) => length));
  if (width === 0 || !Number.isFinite(width)) return undefined;
  const shown = Math.min(width, maxColumns);
  const { indices, marks } = shownRows(values.length);
  return {
    ...marks,
    columns: Array.from({ length: shown }, (_, index) => String(index)),
    rows: indices.map((index) => {
      const row = all[index] ?? [];
      const isSingle = types.isFloat32Array(row);
      return Array.from({ length: shown }, (_, column) => rounded(row[column], isSingle));
    }),
    total: values.length,
    totalColumns: width,
    ...(caption !== undefined && { caption }),
  };
}

function isRow(value: unknown): boolean {
  if (types.isTypedArray(value)) return !Buffer.isBuffer(value);
  if (!Array.isArray(value) || types.isProxy(value)) return false;
  return value
    .slice(0, maxColumns)
    .every((one) => one === null || (typeof one !== "object" && typeof one !== "function"));
}

/** A value of a table, of numbers the digits that tell. */
export function rounded(value: unknown, isSingle: boolean): unknown {
  return typeof value === "number" ? Number(numberText(value, isSingle)) : value;
}

function nameOf(array: NodeJS.TypedArray | readonly unknown[]): string {
  return types.isTypedArray(array) ? array[Symbol.toStringTag] : "Array";
}
