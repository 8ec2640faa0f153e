import { inspect, types } from "node:util";
import { matrixTable, numbersTable } from "../grid.ts";
import { firstRows } from "../shown-rows.ts";
import { tableHtml, tableText } from "../table.ts";
import { hasMethods, heldValue } from "./shower.ts";
import type { Shower, Shown } from "./shower.ts";

/** Arrays of any rank, and what is made of them: TensorFlow.js, ndarray, stdlib, math.js. */
export const tensorShowers: readonly Shower[] = [showTensor, showTensors, showNdarray, showMath];

/** An array of any rank: its first values by their indices. */
interface Values {
  readonly shape: readonly number[];
  /** What it is called: `Tensor float32 [2, 3]`. */
  readonly title: string;
  at(indices: readonly number[]): unknown;
}

interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly isDisposed?: boolean;
  dataSync(): ArrayLike<unknown>;
}

// The values of more would have to be brought here from where they are computed.
const maxSize = 10_000_000;

function isTensor(value: unknown): value is Tensor {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  return hasMethods(value, "dataSync") && "dtype" in value && "shape" in value && Array.isArray(value.shape);
}

function showTensor(value: object): Shown {
  if (!isTensor(value)) return undefined;
  const title = `${value.constructor.name} ${value.dtype} [${value.shape.join(", ")}]`;
  if (value.isDisposed === true) return { "text/plain": `${title}, disposed` };
  if (value.size > maxSize || value.dtype === "complex64") return { "text/plain": title };
  const data = value.dataSync();
  const strides = stridesOf(value.shape);
  const isTruth = value.dtype === "bool";
  const at = (indices: readonly number[]): unknown => {
    const found = data[indices.reduce((sum, index, axis) => sum + index * (strides[axis] ?? 1), 0)];
    return isTruth ? found === 1 : found;
  };
  return showValues({ shape: value.shape, title, at }, value.dtype === "float32");
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
}

// The weights of a model.
function showTensors(value: object): Shown {
  if (!Array.isArray(value) || value.length === 0 || value.length > 200 || !value.every(isTensor))
    return undefined;
  const table = {
    columns: ["name", "dtype", "shape", "size"],
    rows: value.map((one: Tensor) => [
      "name" in one ? one.name : "",
      one.dtype,
      `[${one.shape.join(", ")}]`,
      one.size,
    ]),
    total: value.length,
  };
  return { "text/html": tableHtml(table), "text/plain": tableText(table) };
}

/** What has a notation of its own. */
interface Written {
  toString(): string;
}

interface Ndarray {
  readonly shape: readonly number[];
  readonly dtype: unknown;
  get(...indices: readonly number[]): unknown;
}

function showNdarray(value: object): Shown {
  const isOne = "shape" in value && "dtype" in value && ("stride" in value || "strides" in value);
  if (!isOne || !hasMethods(value, "get")) return undefined;
  const array = value as unknown as Ndarray;
  const shape = Array.from(array.shape);
  const dtype = String(array.dtype);
  const title = `ndarray ${dtype} [${shape.join(", ")}]`;
  return showValues({ shape, title, at: (indices) => array.get(...indices) }, dtype === "float32");
}

// Values of math.js know their type, and say by "isMatrix", "isUnit" and so on that they are one.
function showMath(value: object): Shown {
  const type = heldValue(value, "type");
  if (typeof type !== "string") return undefined;
  if (heldValue(value, "isMatrix") === true && hasMethods(value, "size", "get")) {
    const shape = value.size() as number[];
    return showValues(
      { shape, title: `${type} [${shape.join(", ")}]`, at: (at) => value.get([...at]) },
      false,
    );
  }
  const isOne =
    ["Unit", "Complex", "Fraction", "BigNumber"].includes(type) && heldValue(value, `is${type}`) === true;
  return isOne ? { "text/plain": (value as Written).toString() } : undefined;
}

const maxRank1 = 200;
const maxColumns = 30;

function showValues({ shape, title, at }: Values, isSingle: boolean): Shown {
  const [rows = 0, columns = 0] = shape;
  if (shape.some((length) => length === 0)) return { "text/plain": `${title}, empty` };
  if (shape.length === 0) return { "text/plain": `${title}: ${inspect(at([]))}` };
  if (shape.length > 2) return { "text/plain": `${title}\n${nestedText(shape, at)}` };
  const typed = (values: unknown[]): unknown[] | Float32Array =>
    isSingle && values.every((one) => typeof one === "number") ? Float32Array.from(values) : values;
  const table =
    shape.length === 1
      ? numbersTable(typed(Array.from({ length: Math.min(rows, maxRank1) }, (_, row) => at([row]))), {
          caption: title,
          total: rows,
        })
      : matrixTable(
          Array.from({ length: firstRows(rows) }, (_, row) =>
            typed(Array.from({ length: Math.min(columns, maxColumns) }, (__, column) => at([row, column]))),
          ),
          title,
        );
  if (table === undefined) return { "text/plain": `${title}\n${nestedText(shape, at)}` };
  const whole = shape.length === 1 ? table : { ...table, total: rows, totalColumns: columns };
  return { "text/html": tableHtml(whole), "text/plain": tableText(whole) };
}

const maxInner = 6;

/** The values in brackets, of each axis the first ones. */
function nestedText(shape: readonly number[], at: Values["at"], indices: readonly number[] = []): string {
  const axis = indices.length;
  const length = shape[axis];
  if (length === undefined) {
    const value = at(indices);
    return typeof value === "number" ? String(Number(value.toPrecision(7))) : inspect(value, { depth: 0 });
  }
  const parts = Array.from({ length: Math.min(length, maxInner) }, (_, index) =>
    nestedText(shape, at, [...indices, index]),
  );
  if (length > maxInner) parts.push("…");
  const isLast = axis === shape.length - 1;
  const between = isLast
    ? ", "
    : `,${"\n".repeat(Math.min(2, shape.length - 1 - axis))}${" ".repeat(axis + 1)}`;
  return `[${parts.join(between)}]`;
}
