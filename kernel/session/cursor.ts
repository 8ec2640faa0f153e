/* oxlint-disable typescript/no-unsafe-type-assertion -- this is the one file that mints positions */

declare const codePoints: unique symbol;
declare const utf16: unique symbol;

/** A position in a text counted in Unicode code points, as cursors are on the wire (messaging 5.2). */
export type CodePoints = number & { readonly [codePoints]: true };

/** A position in a text counted in UTF-16 units, as JavaScript counts. */
export type Utf16 = number & { readonly [utf16]: true };

/** Takes a number off the wire as a position in `text`; what lies outside is moved to the nearest end. */
export function wireCursor(text: string, position: number): CodePoints {
  // There are never more code points than units, so this bound is enough here; toUtf16 finds the exact end.
  return clamp(position, text.length) as CodePoints;
}

/** Takes a JavaScript index as a position in `text`; what lies outside is moved to the nearest end. */
export function utf16Cursor(text: string, index: number): Utf16 {
  return clamp(index, text.length) as Utf16;
}

/** The same position, counted in UTF-16 units. */
export function toUtf16(text: string, position: CodePoints): Utf16 {
  let index = 0;
  for (let passed = 0; passed < position && index < text.length; passed += 1) index += unitsAt(text, index);
  return index as Utf16;
}

/** The same position, counted in code points; inside a surrogate pair it counts as before the pair. */
export function toCodePoints(text: string, position: Utf16): CodePoints {
  let passed = 0;
  for (
    let index = unitsAt(text, 0);
    index <= position && passed < text.length;
    index += unitsAt(text, index)
  ) {
    passed += 1;
  }
  return passed as CodePoints;
}

function unitsAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}

function clamp(position: number, length: number): number {
  return Number.isFinite(position) ? Math.min(Math.max(Math.trunc(position), 0), length) : length;
}
