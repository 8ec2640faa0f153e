import { inspect, types } from "node:util";

const maxNested = 60;
const maxText = 2000;

/** A value as text, as it stands in a cell of a table: short, in one line when it is an object. No getter is run. */
export function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return cut(value, maxText);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value === null) return "null";
  const isObject = typeof value === "object" || typeof value === "function";
  return isObject ? nestedText(value) : (value as number | boolean | bigint | symbol).toString();
}

function nestedText(value: object): string {
  const text = inspect(value, {
    depth: 1,
    maxArrayLength: 6,
    maxStringLength: maxNested,
    breakLength: Infinity,
    compact: true,
  });
  return cut(text.replaceAll(/\s+/gu, " "), maxNested);
}

/** The first characters of a text, and a mark when there are more. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = Array.from(text.slice(0, length * 2));
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

/** A number of a grid, with the digits that tell: those that a number of 32 bits has, or eight. */
export function numberText(value: number | bigint, isSingle: boolean): string {
  if (typeof value === "bigint" || Number.isInteger(value) || Math.abs(value) >= 1e6) return String(value);
  return String(Number(value.toPrecision(isSingle ? 7 : 8)));
}
