import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import type { Paint, Style } from "./paint.ts";

/** A part of a line, and its look. */
export interface Part {
  readonly text: string;
  readonly style?: Style;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
// A line that somebody printed may be a megabyte long.
const mostCharacters = 4_000;

/** One line, painted, in no more than so many columns; what is too much is cut, with an ellipsis. */
export function fitLine(parts: readonly Part[], columns: number, paint: Paint): string {
  let left = columns;
  let line = "";
  for (const { text, style = "plain" } of parts) {
    const shown = plainText(text);
    const width = stringWidth(shown);
    line += paint(style, width <= left ? shown : cut(shown, left));
    left -= width;
    if (left < 0) break;
  }
  return line;
}

/** A text in at least so many columns. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** How many columns a text takes on a terminal. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** A text without anything that would move the cursor; of what was overwritten in its line, what stands there last. */
export function plainText(text: string): string {
  const stripped = stripVTControlCharacters(text.slice(0, mostCharacters)).replace(/\r+$/u, "");
  const last = stripped.slice(stripped.lastIndexOf("\r") + 1);
  // Also those that change the direction of what follows.
  return last.replaceAll("\t", "  ").replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "");
}

function cut(text: string, columns: number): string {
  if (columns <= 0) return "";
  let [shown, width] = ["", 0];
  for (const { segment } of graphemes.segment(text)) {
    const wide = stringWidth(segment);
    if (width + wide > columns - 1) break;
    shown += segment;
    width += wide;
  }
  return `${shown}…`;
}
