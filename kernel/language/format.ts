import { LineIndex } from "./cursor.ts";
import type { Diagnostic } from "./diagnose.ts";

/** How {@link formatDiagnostics} writes. */
export interface FormatOptions {
  /** The text that the diagnostics are about. */
  readonly code: string;
  /** What the text is called, for example `[3]`. */
  readonly name?: string;
  /** Whether to colour by ANSI sequences; false by default. */
  readonly color?: boolean;
}

type Paint = (style: keyof typeof styles, text: string) => string;

const styles = { error: "31", warning: "33", place: "36", code: "2", gutter: "7" } as const;

/**
 * Diagnostics as text, as the compiler prints them: place, code, message, the line and a squiggle below it. Columns
 * are counted from 1.
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: FormatOptions): string {
  const index = new LineIndex(options.code);
  const paint: Paint = (style, text) =>
    options.color === true && text !== "" ? `\u001B[${styles[style]}m${text}\u001B[0m` : text;
  const frame = { index, paint, name: options.name ?? "cell" };
  const told = diagnostics.slice(0, mostTold).map((one) => format(one, frame));
  const more = diagnostics.length - told.length;
  return [...told, ...(more > 0 ? [`... and ${more} more`] : [])].join("\n\n");
}

// Whoever has that many mends the first ones first.
const mostTold = 20;

interface Frame {
  readonly index: LineIndex;
  readonly paint: Paint;
  readonly name: string;
}

function format(diagnostic: Diagnostic, { index, paint, name }: Frame): string {
  const { line, column, severity, code, message } = diagnostic;
  const place = paint("place", `${name}:${line + 1}:${column + 1}`);
  const head = `${place} - ${paint(severity, severity)} ${paint("code", `TS${code}:`)} ${message}`;
  const number = String(line + 1);
  const { text, start } = stretchAround(index.line(line), column);
  const squiggle = squiggleBelow(text, { ...diagnostic, column: column - start });
  return [
    head,
    "",
    `${paint("gutter", number)} ${text}`,
    `${paint("gutter", " ".repeat(number.length))} ${squiggle.indent}${paint(severity, squiggle.mark)}`,
  ].join("\n");
}

// Of a line that is longer than anybody reads, what is around the mark.
function stretchAround(line: string, column: number): { text: string; start: number } {
  if (line.length <= longestLine) return { text: line, start: 0 };
  const begin = Math.max(0, Math.min(column - longestLine / 2, line.length - longestLine));
  const end = begin + longestLine;
  const [before, after] = [begin > 0 ? "..." : "", end < line.length ? "..." : ""];
  return { text: before + line.slice(begin, end) + after, start: begin - before.length };
}

// A line that a notebook wraps would have its mark below something else.
const longestLine = 100;

// Tabs are kept, and characters that are two columns wide get two, so that the mark stands below what it marks.
function squiggleBelow(text: string, { column, length }: Diagnostic): { indent: string; mark: string } {
  const indent = text.slice(0, column).replaceAll(/[^\t]/gu, (character) => " ".repeat(columns(character)));
  const marked = text.slice(column, column + length);
  const width = Array.from(marked, columns).reduce((sum, one) => sum + one, 0);
  return { indent, mark: "~".repeat(Math.max(width, 1)) };
}

const wide =
  /[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;

function columns(character: string): number {
  if (/\p{Mark}|\u200D|\uFE0F/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
