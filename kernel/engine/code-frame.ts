import type { Position } from "./lines.ts";
import { splitLines } from "./lines.ts";
import type { Paint } from "./paint.ts";

/** How a {@link codeFrame} is drawn. */
export interface CodeFrameOptions {
  readonly paint: Paint;
  /** How many lines are shown before and after. */
  readonly context: number;
  /** How many UTF-16 units are marked; without it, only the line is. */
  readonly length?: number;
}

// A line that a notebook wraps would have its mark below something else, and minified code has lines that nobody reads.
const maxWidth = 100;
/** What of a long line is shown in front of the mark. */
const lead = 50;
const farRight = 75;

/** The line at a position with its neighbours, numbered and marked. Nothing when the text has no such line. */
export function codeFrame(
  source: string,
  at: Position,
  { paint, context, length }: CodeFrameOptions,
): string[] {
  const lines = splitLines(source);
  if (lines[at.line - 1] === undefined) return [];
  const first = Math.max(1, at.line - context);
  const last = Math.min(lines.length, at.line + context);
  const width = String(last).length;
  const shown: string[] = [];
  for (let line = first; line <= last; line++) {
    const text = lines[line - 1] ?? "";
    const isMarked = line === at.line;
    const from = isMarked ? startOf(text, at.column) : 0;
    const number = String(line).padStart(width);
    const code = `${from > 0 ? "..." : ""}${text.slice(from, from + maxWidth)}${text.length > from + maxWidth ? "..." : ""}`;
    shown.push(`${isMarked ? paint.mark(`> ${number} |`) : paint.faint(`  ${number} |`)} ${code}`.trimEnd());
    if (isMarked) {
      const column = at.column - from + (from > 0 ? 3 : 0);
      shown.push(marker(code, { at: { ...at, column }, width, length, paint }));
    }
  }
  return shown;
}

/** From where a line is shown so that its mark can be seen. */
function startOf(text: string, column: number): number {
  const isFar = text.length > maxWidth && column > farRight;
  return isFar ? Math.max(0, Math.min(column - 1 - lead, text.length - maxWidth)) : 0;
}

interface Marker {
  readonly at: Position;
  readonly width: number;
  readonly length: number | undefined;
  readonly paint: Paint;
}

function marker(text: string, { at, width, length = 1, paint }: Marker): string {
  // Tabs stay tabs, so that the mark stands below what it means.
  const indent = text.slice(0, at.column - 1).replaceAll(/[^\t]/gu, " ");
  const room = Math.max(1, text.length - at.column + 1);
  return `${paint.faint(`  ${" ".repeat(width)} |`)} ${indent}${paint.mark("^".repeat(Math.max(1, Math.min(length, room))))}`;
}
