import { types } from "node:util";

/** Whether a value is an object like `{ a: 1 }`, no instance of a class and no proxy. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype;
}

/** Whether a value is written in a word: no object, unless it is a date. */
export function isScalar(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function") || types.isDate(value);
}

/**
 * Whether a test holds at every place of an array from one on, empty ones included: an array may have four thousand million of
 * those, which its own methods would pass over one by one.
 */
export function holdsAtAll(values: readonly unknown[], test: (value: unknown) => boolean, from = 0): boolean {
  for (let at = from; at < values.length; at++) if (!test(values[at])) return false;
  return true;
}
