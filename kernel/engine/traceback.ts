import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { codeFrame } from "./code-frame.ts";
import { errorFacts } from "./error-facts.ts";
import type { ErrorFacts } from "./error-facts.ts";
import { libraryOf } from "./library-of.ts";
import { splitLines } from "./lines.ts";
import type { Position } from "./lines.ts";
import { createPaint } from "./paint.ts";
import type { Paint } from "./paint.ts";
import type { Unit, Units } from "./units.ts";

/** An error as Jupyter sends it. */
export interface Traceback {
  readonly ename: string;
  readonly evalue: string;
  /** Lines with ANSI colours, if they were wanted. */
  readonly traceback: readonly string[];
}

/** What {@link formatTraceback} has to know. */
export interface TracebackOptions {
  readonly units: Units;
  /** The notebook's folder: paths are shown relative to it. */
  readonly folder: string;
  /** The address below which the kernel's own scripts lie. Their frames are not shown. */
  readonly ownRoot: string;
  readonly colours: boolean;
  /** What may help with an error, in a line of its own. */
  readonly hint?: (facts: ErrorFacts) => string | undefined;
}

interface Drawing extends TracebackOptions {
  readonly paint: Paint;
  /** Where code was shown already: errors that have the same place show it once. */
  readonly shownAt: Set<string>;
}

const maxFrames = 12;
const maxDepth = 6;
const maxErrors = 5;

/**
 * Draws what was thrown: what it is, where in cells and local files it came from, with code, and what caused it. Frames of
 * Node and of the kernel are left out, those of packages folded.
 */
export function formatTraceback(thrown: unknown, options: TracebackOptions): Traceback {
  const facts = errorFacts(thrown);
  const drawing = { ...options, paint: createPaint(options.colours), shownAt: new Set<string>() };
  return {
    ename: facts.name,
    evalue: summary(facts),
    traceback: draw(facts, drawing, { depth: 0, seen: new Set([thrown]) }),
  };
}

interface Chain {
  readonly depth: number;
  readonly seen: Set<unknown>;
}

function draw(facts: ErrorFacts, drawing: Drawing, chain: Chain): string[] {
  const { paint } = drawing;
  const [first = "", ...rest] = splitLines(facts.message);
  const colon = facts.isError && first !== "" ? ":" : "";
  const headline = `${paint.error(facts.name)}${colon} ${first}`.trimEnd();
  const places =
    facts.problems === undefined ? drawFrames(facts.frames, drawing) : drawProblems(facts, drawing);
  const hint = drawing.hint?.(facts);
  return [
    headline,
    ...rest,
    ...(hint === undefined ? [] : [hint]),
    ...places,
    ...drawErrors(facts, drawing, chain),
    ...drawCause(facts, drawing, chain),
  ];
}

function drawCause({ cause }: ErrorFacts, drawing: Drawing, { depth, seen }: Chain): string[] {
  if (cause === undefined || depth >= maxDepth || seen.has(cause.value)) return [];
  seen.add(cause.value);
  const facts = errorFacts(cause.value);
  if (!facts.isError) return [`${drawing.paint.faint("Caused by")} ${facts.message}`];
  const [headline = "", ...rest] = draw(facts, drawing, { depth: depth + 1, seen });
  return [`${drawing.paint.faint("Caused by")} ${headline}`, ...rest];
}

function drawErrors({ errors = [] }: ErrorFacts, drawing: Drawing, { depth, seen }: Chain): string[] {
  if (depth >= maxDepth) return [];
  const drawn = new Set<string>();
  const lines = errors.slice(0, maxErrors).flatMap((error, index) => {
    if (seen.has(error)) return [];
    seen.add(error);
    const [headline = "", ...rest] = draw(errorFacts(error), drawing, { depth: depth + 1, seen });
    const number = drawing.paint.faint(`${index + 1} of ${errors.length}`);
    const text = [headline, ...rest].join("\n");
    if (drawn.has(text)) return [`  ${number} the same`];
    drawn.add(text);
    return [`${number} ${headline}`, ...rest].map((line) => `  ${line}`);
  });
  return errors.length > maxErrors
    ? [...lines, drawing.paint.faint(`  ... and ${errors.length - maxErrors} more`)]
    : lines;
}

function drawProblems({ problems = [], frames }: ErrorFacts, drawing: Drawing): string[] {
  const { paint, units } = drawing;
  const file = parseFrame(frames[0] ?? "")?.file ?? "";
  const unit = units.named(file);
  return problems.slice(0, maxErrors).flatMap((problem, index) => {
    const { length, message, help } = problem;
    const column = unit?.isCell === true ? `, column ${problem.column}` : "";
    const place = paint.place(placeOf(file, problem, drawing) + column);
    return [
      ...(index > 0 ? [message] : []),
      `  ${place}`,
      ...indented(codeFrame(unit?.source ?? "", problem, { paint, context: 2, length })),
      ...(help === undefined ? [] : [`  ${help}`]),
    ];
  });
}

interface Frame {
  readonly call: string | undefined;
  readonly file: string;
  readonly at: Position;
}

function parseFrame(text: string): Frame | undefined {
  const match = /^\s*at (?:async )?(?:(?<call>.+?) \()?(?<file>.+):(?<line>\d+):(?<column>\d+)\)?$/u.exec(
    text,
  );
  const { call, file = "", line, column } = match?.groups ?? {};
  return match === null ? undefined : { call, file, at: { line: Number(line), column: Number(column) } };
}

function drawFrames(texts: readonly string[], drawing: Drawing): string[] {
  const frames = new FrameLines(drawing);
  for (const text of texts) frames.add(text);
  return frames.end();
}

/** Draws frames in their order; those of one library, and those that come again and again, are counted. */
class FrameLines {
  readonly #drawing: Drawing;
  readonly #lines: string[] = [];
  #shown = 0;
  #library = { name: "", count: 0 };
  // What calls itself, or two that call each other, are told once.
  #recent: readonly string[] = [];
  #repeated = 0;

  constructor(drawing: Drawing) {
    this.#drawing = drawing;
  }

  add(text: string): void {
    const frame = parseFrame(text);
    if (frame === undefined || isHidden(frame.file, this.#drawing)) return;
    if (this.#library.count === 0 && this.#recent.includes(text)) {
      this.#repeated++;
      return;
    }
    this.#endRepeated();
    this.#recent = [text, ...this.#recent.slice(0, 2)];
    const unit = this.#drawing.units.named(frame.file);
    const name = unit === undefined ? libraryOf(frame.file) : undefined;
    if (name !== this.#library.name) this.#endLibrary();
    if (name !== undefined) this.#library = { name, count: this.#library.count + 1 };
    else if (++this.#shown <= maxFrames)
      this.#lines.push(...drawFrame(frame, unit, { ...this.#drawing, isFirst: this.#shown === 1 }));
  }

  end(): string[] {
    this.#endRepeated();
    this.#endLibrary();
    if (this.#shown > maxFrames) this.#tell(`${this.#shown - maxFrames} more frames`);
    return this.#lines;
  }

  #endLibrary(): void {
    const { name, count } = this.#library;
    if (count > 0) this.#tell(`${count} ${count === 1 ? "frame" : "frames"} in ${name}`);
    this.#library = { name: "", count: 0 };
  }

  #endRepeated(): void {
    if (this.#repeated > 0) this.#tell(`${this.#repeated} more of the same`);
    this.#repeated = 0;
  }

  #tell(text: string): void {
    this.#lines.push(this.#drawing.paint.faint(`  ... ${text}`));
  }
}

function drawFrame(
  { call, file, at }: Frame,
  unit: Unit | undefined,
  drawing: Drawing & { readonly isFirst: boolean },
): string[] {
  const { paint, isFirst, shownAt } = drawing;
  // What a module exports is called by its own name.
  const inside = call === undefined ? "" : ` in ${call.replace(/^Module\./u, "")}`;
  const place = `  ${paint.place(placeOf(file, at, drawing))}${inside}`;
  const key = `${file}:${at.line}:${at.column}`;
  if (unit === undefined || shownAt.has(key)) return [place];
  shownAt.add(key);
  return [place, ...indented(codeFrame(unit.source, at, { paint, context: isFirst ? 2 : 0 }))];
}

/** What people call a place in a text. */
function placeOf(file: string, { line, column }: Position, { folder, units }: TracebackOptions): string {
  const unit = units.named(file);
  if (unit?.isCell === true) return `Cell ${unit.name}, line ${line}`;
  return `${shortPath(file, folder)}:${line}:${column}`;
}

function shortPath(file: string, folder: string): string {
  const path = pathOf(file);
  if (!isAbsolute(path)) return path;
  const short = relative(folder, path);
  if (short.startsWith("..") || isAbsolute(short)) return path;
  return `./${short}`;
}

function pathOf(file: string): string {
  return file.startsWith("file:") ? fileURLToPath(file) : file;
}

function isHidden(file: string, { ownRoot, units }: TracebackOptions): boolean {
  if (units.named(file) !== undefined) return false;
  return (
    file.startsWith("node:") ||
    file.startsWith("<") ||
    file.startsWith(ownRoot) ||
    file.startsWith(pathOf(ownRoot))
  );
}

function summary({ message, problems }: ErrorFacts): string {
  const first = problems?.[0];
  return first === undefined ? message : `${message} (line ${first.line}, column ${first.column})`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
