import { codeLines, type CodeLine } from "./code-lines.ts";
import { shortestEdit, type Replacement } from "./shortest-edit.ts";

/** A line of a {@link TextDiff}. A `gap` stands for unchanged lines that are left out. */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added" | "gap";
  readonly text: string;
}

/** Which lines of a text were replaced by which, with some lines around them. */
export type TextDiff = readonly DiffLine[];

const CONTEXT_LINES = 2;

/**
 * How one piece of code differs from another, in lines. Comments, layout, types, quotes and semicolons do not count, as they do not
 * count for identity; unless nothing else differs, which is for the caller to know.
 */
export function diffCode(before: string, after: string): TextDiff {
  const [a, b] = [codeLines(before), codeLines(after)];
  const all = shortestEdit(a.map(keyOf), b.map(keyOf));
  const told = all.map((one) => withoutLayout(a, b, one)).filter((one) => !isEmpty(one));
  return diffLines(a, b, told.length > 0 ? told : all);
}

/** How one text differs from another, line by line as they stand. */
export function diffText(before: string, after: string): TextDiff {
  const [a, b] = [before, after].map((text) =>
    text
      .replace(/\n$/u, "")
      .split("\n")
      .map((line): CodeLine => ({ text: line, tokens: [line] })),
  ) as [CodeLine[], CodeLine[]];
  return diffLines(a, b, shortestEdit(a.map(keyOf), b.map(keyOf)));
}

function keyOf({ tokens }: CodeLine): string {
  return tokens.join("\0");
}

/** Without the lines at its ends that say the same and are only broken at other places; empty when that is all of it. */
function withoutLayout(
  a: readonly CodeLine[],
  b: readonly CodeLine[],
  { before, after }: Replacement,
): Replacement {
  const [old, now] = [a.slice(...before), b.slice(...after)];
  const [start, startNow] = sameStart(old, now);
  const [end, endNow] = sameStart(old.slice(start).toReversed(), now.slice(startNow).toReversed(), (list) =>
    list.toReversed(),
  );
  return {
    before: [before[0] + start, before[1] - end],
    after: [after[0] + startNow, after[1] - endNow],
  };
}

type InOrder = (tokens: readonly string[]) => readonly string[];

/** How many lines at the start of both say the same altogether. */
function sameStart(
  a: readonly CodeLine[],
  b: readonly CodeLine[],
  inOrder: InOrder = (tokens) => tokens,
): readonly [a: number, b: number] {
  const [ends, endsNow] = [lineEnds(a), lineEnds(b)];
  const [old, now] = [a, b].map((lines) => lines.flatMap(({ tokens }) => inOrder(tokens)));
  let same = 0;
  while (old?.[same] !== undefined && old[same] === now?.[same]) same++;
  for (let count = same; count > 0; count--) {
    const [line, lineNow] = [ends.get(count), endsNow.get(count)];
    if (line !== undefined && lineNow !== undefined) return [line, lineNow];
  }
  return [0, 0];
}

/** How many lines there are to where so many tokens end. */
function lineEnds(lines: readonly CodeLine[]): Map<number, number> {
  let count = 0;
  return new Map(lines.map(({ tokens }, index) => [(count += tokens.length), index + 1]));
}

function isEmpty({ before, after }: Replacement): boolean {
  return before[0] === before[1] && after[0] === after[1];
}

function diffLines(a: readonly CodeLine[], b: readonly CodeLine[], told: readonly Replacement[]): DiffLine[] {
  const lines: DiffLine[] = [];
  let shown = 0;
  for (const [index, { before, after }] of told.entries()) {
    const from = Math.max(shown, after[0] - CONTEXT_LINES);
    lines.push(...leftOut(b, shown, from), ...linesAs("same", b.slice(from, after[0])));
    lines.push(...linesAs("removed", a.slice(...before)), ...linesAs("added", b.slice(...after)));
    shown = Math.min(told[index + 1]?.after[0] ?? b.length, after[1] + CONTEXT_LINES);
    lines.push(...linesAs("same", b.slice(after[1], shown)));
  }
  return told.length === 0 ? [] : [...lines, ...leftOut(b, shown, b.length)];
}

/** A sign that lines are left out takes a line itself. */
function leftOut(lines: readonly CodeLine[], from: number, to: number): DiffLine[] {
  return to - from > 1 ? [{ kind: "gap", text: "" }] : linesAs("same", lines.slice(from, to));
}

function linesAs(kind: DiffLine["kind"], lines: readonly CodeLine[]): DiffLine[] {
  return lines.map(({ text }) => ({ kind, text }));
}
