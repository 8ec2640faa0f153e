import { takesCode, takesLine } from "./argument-specs.ts";
import type { Magic, MagicRegistry } from "./registry.ts";
import { isClosed, isInText, scan, scanStart } from "./scan.ts";
import type { ScanState } from "./scan.ts";

/** What splitting a cell needs to know. */
export interface SplitOptions {
  /** Whether the text is TypeScript without a syntax error; the empty text is. */
  readonly isComplete: (code: string) => boolean;
  readonly registry: MagicRegistry;
}

/** A magic found in a cell. Offsets are UTF-16 units of the cell. */
export interface FoundMagic {
  readonly kind: Magic["kind"];
  readonly name: string;
  /** `%name?`: its help is asked for. */
  readonly help: boolean;
  /** Where `%` or `!` stands. */
  readonly start: number;
  /** Where its arguments begin, behind the name. */
  readonly argumentsStart: number;
  /** Where its arguments end, when more of its own follows them. */
  readonly argumentsEnd?: number;
  /** The end of its last line, before the line break. */
  readonly end: number;
  /** The declaration, when there is one of that name. */
  readonly magic: Magic | undefined;
}

/** A cell as one cell magic, or as code with line magics in it. */
export type SplitCell =
  | { readonly kind: "cell"; readonly found: FoundMagic }
  | { readonly kind: "code"; readonly found: readonly FoundMagic[]; readonly misplaced?: FoundMagic };

interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

const lineMagic = /^([ \t]*)%([A-Za-z_][\w-]*)(\?{0,2})(?=\s|$)/u;
// `!command` is `%sh command`, but only where TypeScript makes nothing of it: there, `!` is "not".
const shellLine = /^!(?=[^\s!=])/u;
const cellMagic = /^%%([A-Za-z_][\w-]*)?(\?{0,2})(?=\s|$)/u;

/**
 * Finds the magics of a cell. A cell magic is the first thing in its cell, comments aside. `%name` at the beginning
 * of a line is a magic when what precedes it is complete code and the name is known, or, also indented, when the cell
 * is not TypeScript otherwise. So is a line that begins with `!`, as `%sh`. A line magic goes on over the following lines while its brackets are open.
 */
export function splitCell(code: string, options: SplitOptions): SplitCell {
  const module = moduleComment(code, options);
  if (module !== undefined) return { kind: "cell", found: module };
  // Most cells have no magic, and some are long.
  if (!/%|^!/mu.test(code)) return { kind: "code", found: [] };
  const first = firstCode(code);
  const cell = cellMagic.exec(code.slice(first));
  if (cell !== null && /(?:^|[\n\r\u2028\u2029])[ \t]*$/u.test(code.slice(0, first))) {
    return { kind: "cell", found: foundAt(code, first, "cell", cell[1] ?? "", cell[2] ?? "", 2, options) };
  }
  const strict = new Splitter(code, options, false).run();
  if (strict.isCertain || options.isComplete(strict.masked)) return { kind: "code", found: strict.found };
  return new Splitter(code, options, true).lenient();
}

/** `/** @module name *\/` at the very top, by which a cell of tslab is a module. */
function moduleComment(code: string, { registry }: SplitOptions): FoundMagic | undefined {
  if (!code.includes("@module")) return undefined;
  const match = /^(\s*)(\/\*\*[\s*]*@module)(\s+[\w./-]+)[\s*]*\*\//u.exec(code);
  if (match === null) return undefined;
  const [whole, { length: start }, { length: head }, { length: name }] = match as unknown as [
    string,
    string,
    string,
    string,
  ];
  const argumentsStart = start + head;
  const place = { start, argumentsStart, argumentsEnd: argumentsStart + name, end: whole.length };
  return { kind: "cell", name: "module", help: false, magic: registry.find("cell", "module"), ...place };
}

/** The cell below a magic that only takes its time, on the lines that it has; nothing when there is another one. */
export function timedCell(code: string, { kind, magic, help, start, end }: FoundMagic): string | undefined {
  if (kind !== "cell" || magic?.times !== true || help) return undefined;
  return code.slice(0, start) + blank(code.slice(start, end)) + code.slice(end);
}

/** The lines of a text as TypeScript and V8 count them. */
export function linesOf(code: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const match of code.matchAll(/\r\n|[\n\r\u2028\u2029]/gu)) {
    lines.push({ start, end: match.index, next: match.index + match[0].length });
    start = match.index + match[0].length;
  }
  lines.push({ start, end: code.length, next: code.length });
  return lines;
}

/** The text with everything but line breaks replaced by spaces: the same length, the same lines. */
export function blank(text: string): string {
  return text.replace(/[^\n\r\u2028\u2029]+/gu, (line) => " ".repeat(line.length));
}

function firstCode(code: string): number {
  let first = code.length;
  scan(code, scanStart, (offset, place) => {
    if (place !== "comment" && first === code.length && code.charAt(offset).trim() !== "") first = offset;
  });
  return first;
}

function foundAt(
  code: string,
  start: number,
  kind: Magic["kind"],
  name: string,
  question: string,
  marks: number,
  options: SplitOptions,
): FoundMagic {
  const lineEnd = /[\n\r\u2028\u2029]|$/u.exec(code.slice(start))?.index ?? 0;
  const argumentsStart = start + marks + name.length + question.length;
  const magic = options.registry.find(kind, name);
  return { kind, name, help: question !== "", start, argumentsStart, end: start + lineEnd, magic };
}

/** Where a magic's arguments end when a `// comment` follows them, set apart by blanks on both sides. */
function beforeComment(code: string, start: number, end: number): number {
  const text = code.slice(start, end);
  let last = -1;
  let comment = text.length;
  scan(text, scanStart, (offset, place) => {
    if (place !== "comment") last = offset;
    else if (last === offset - 1 && /^\/\/(?:\s|$)/u.test(text.slice(offset, offset + 3))) comment = offset;
  });
  const isLast = comment < text.length && comment > last && /\s$/u.test(text.slice(0, comment));
  return isLast ? start + text.slice(0, comment).trimEnd().length : end;
}

class Splitter {
  readonly found: FoundMagic[] = [];
  masked = "";
  isCertain = true;
  #misplaced: FoundMagic | undefined;
  #state: ScanState = scanStart;
  readonly #code: string;
  readonly #options: SplitOptions;
  readonly #lenient: boolean;
  readonly #lines: readonly Line[];

  constructor(code: string, options: SplitOptions, lenient: boolean) {
    this.#code = code;
    this.#options = options;
    this.#lenient = lenient;
    this.#lines = linesOf(code);
  }

  run(): this {
    for (let index = 0; index < this.#lines.length; index++) {
      const line = this.#lines[index];
      if (line === undefined) break;
      const candidate = isInText(this.#state) ? undefined : this.#candidate(line, index);
      if (candidate !== undefined && this.#accepts(candidate, line)) {
        this.#accept(candidate, line);
        while ((this.#lines[index]?.end ?? candidate.end) < candidate.end) index++;
        this.#pass(candidate.end, this.#lines[index]?.next ?? candidate.end);
      } else {
        if (candidate !== undefined) this.isCertain = false;
        this.#pass(line.start, line.next);
      }
    }
    return this;
  }

  /** The second look at a cell that is not TypeScript without its doubtful magics. */
  lenient(): SplitCell {
    this.run();
    const { found } = this;
    return this.#misplaced === undefined
      ? { kind: "code", found }
      : { kind: "code", found, misplaced: this.#misplaced };
  }

  #candidate(line: Line, index: number): FoundMagic | undefined {
    const text = this.#code.slice(line.start, line.end);
    const cell = cellMagic.exec(text);
    if (cell !== null) {
      this.isCertain = false;
      this.#misplaced ??= foundAt(
        this.#code,
        line.start,
        "cell",
        cell[1] ?? "",
        cell[2] ?? "",
        2,
        this.#options,
      );
      return undefined;
    }
    if (shellLine.test(text)) return this.#shell(line);
    const match = lineMagic.exec(text);
    if (match === null) return undefined;
    const [, indent = "", name = "", question = ""] = match;
    const start = line.start + indent.length;
    const found = foundAt(this.#code, start, "line", name, question, 1, this.#options);
    if (found.magic !== undefined && takesLine(found.magic.args)) return found;
    return { ...found, end: beforeComment(this.#code, found.argumentsStart, this.#lastLine(found, index)) };
  }

  #shell({ start, end }: Line): FoundMagic | undefined {
    const magic = this.#options.registry.find("line", "sh");
    if (magic === undefined) return undefined;
    this.isCertain = false;
    const found = {
      kind: "line",
      name: "sh",
      help: false,
      start,
      argumentsStart: start + 1,
      end,
      magic,
    } as const;
    return this.#lenient && this.#options.isComplete(this.masked) ? found : undefined;
  }

  // A magic with an expression takes lines until its brackets are closed, when they ever are.
  #lastLine(found: FoundMagic, index: number): number {
    if (found.help || !takesCode(found.magic?.args ?? {})) return found.end;
    for (const line of this.#lines.slice(index)) {
      if (isClosed(this.#code.slice(found.argumentsStart, line.end))) return line.end;
    }
    return found.end;
  }

  #accepts(candidate: FoundMagic, line: Line): boolean {
    const known = candidate.magic !== undefined;
    const atLineStart = candidate.start === line.start;
    if (this.#lenient)
      return known || (atLineStart && this.#options.isComplete(this.masked)) || this.#mends(candidate);
    return known && atLineStart && this.#options.isComplete(this.masked);
  }

  // An unknown, indented name counts when the whole cell becomes TypeScript by that.
  #mends(candidate: FoundMagic): boolean {
    const rest = this.#code.slice(candidate.end);
    return this.#options.isComplete(`${this.masked};${rest}`);
  }

  #accept(candidate: FoundMagic, line: Line): void {
    this.found.push(candidate);
    const before = this.#code.slice(line.start, candidate.start);
    this.masked += `${before};${blank(this.#code.slice(candidate.start + 1, candidate.end))}`;
    this.#state = { ...this.#state, operand: true };
  }

  #pass(start: number, end: number): void {
    const text = this.#code.slice(start, end);
    this.masked += text;
    this.#state = scan(text, this.#state);
  }
}
