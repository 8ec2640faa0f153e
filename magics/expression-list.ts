import type { ArgumentSpec } from "./argument-specs.ts";
import type { Span } from "./arguments.ts";
import { scan, scanStart } from "./scan.ts";
import type { Magic } from "./registry.ts";

/** Whether a magic takes two expressions in the place of one. */
export function takesPair(magic: Magic | undefined): boolean {
  return Object.values<ArgumentSpec>(magic?.args ?? {}).some(
    (spec) => spec.type === "expression" && spec.pair === true,
  );
}

/**
 * The expressions of a list, `model older` or `model, older`: what blanks and commas outside of brackets, strings and templates
 * separate. Comments count as blanks.
 *
 * @example
 * expressionList("grid.stages[0] pick(a, b)"); // two spans
 */
export function expressionList(text: string): Span[] {
  const spans: Span[] = [];
  let start: number | undefined;
  scan(text, scanStart, (offset, place, depth) => {
    const isBetween =
      depth === 0 && (place === "comment" || (place === "code" && /[\s,]/u.test(text.charAt(offset))));
    if (!isBetween) start ??= offset;
    else if (start !== undefined) {
      spans.push({ start, end: offset });
      start = undefined;
    }
  });
  if (start !== undefined) spans.push({ start, end: text.length });
  return spans;
}

/** Whether an expression is an address, which stands for itself: as code it would be a label. */
export function isAddressText(text: string): boolean {
  return /^[dr]ref:[\w-]+$/u.test(text);
}
