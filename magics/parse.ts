import { isIdentifier } from "./identifier.ts";
import { parseArguments } from "./arguments.ts";
import type { ParsedArguments, Span } from "./arguments.ts";
import { expressionList, isAddressText, takesPair } from "./expression-list.ts";
import { MagicError } from "./errors.ts";
import { typedName } from "./registry.ts";
import type { Magic } from "./registry.ts";
import { scan, scanStart } from "./scan.ts";
import { timedStatement } from "./timed-statement.ts";
import { blank, linesOf, splitCell, timedCell } from "./split.ts";
import type { FoundMagic, SplitOptions } from "./split.ts";

/** A cell magic, ready for {@link MagicRunner.cell}. */
export interface PreparedCellMagic {
  readonly magic: Magic;
  readonly help: boolean;
  /** The text behind the name. */
  readonly text: string;
  readonly args: ParsedArguments;
  /** The whole cell with the magic's line blanked, so that lines and columns are those of the cell. */
  readonly body: string;
}

/** A cell as a kernel is to run it. */
export type PreparedCell =
  | ({ readonly kind: "cell-magic"; readonly cell: PreparedCellMagic } & Timed)
  /** TypeScript with the lines of the cell, line magics replaced by awaited calls of the session's runner. */
  | ({ readonly kind: "code"; readonly text: string; readonly hasMagics: boolean } & Timed)
  /** A magic that cannot be run as written; nothing of the cell should run. `offset` is where, `line` from 1. */
  | { readonly kind: "error"; readonly error: MagicError; readonly offset: number; readonly line: number };

/** What is to be timed in a cell. */
interface Timed {
  /** How many clocks start with the cell; those that {@link timeCall} does not stop end with it. */
  readonly clocks: number;
}

/** What a prepared cell calls for a line magic: `(name, text, value?)`; {@link MagicRunner} stands behind it. */
const magicCall = 'globalThis[Symbol.for("lightnix.magic")]';

/** Parses a cell into code and magics; pure, and never throws. */
export function prepareCell(code: string, options: SplitOptions): PreparedCell {
  const split = splitCell(code, options);
  if (split.kind === "cell")
    return prepared(code, split.found, () => prepareCellMagic(code, split.found, options));
  if (split.misplaced !== undefined) return misplaced(code, split.misplaced);
  let [text, clocks, last] = ["", 0, 0];
  for (const found of split.found) {
    const [before, after] = [code.slice(last, found.start), code.slice(found.end)];
    if (found.magic?.times === true && !found.help) {
      const timed = prepared(code, found, () =>
        timedStatement({ code, found, text, before, after }, options),
      );
      if ("kind" in timed) return timed;
      text = timed.text;
      clocks += timed.clocks;
    } else {
      const call = prepared(code, found, () => lineCall(code, found, options));
      if (typeof call !== "string") return call;
      text += before + call;
    }
    last = found.end;
  }
  text += code.slice(last);
  const inline = inlineMagic(code, options);
  if (inline !== undefined && !options.isComplete(text)) return inline;
  return { kind: "code", text, hasMagics: split.found.length > 0, clocks };
}

/**
 * The expression of a `walks` argument, `head.a.b`, in its two parts; nothing when it is another expression or begins
 * with what a stage itself has, `.path(...)` and `.config`.
 */
export function walkOf(expression: string): { head: string; rest: string } | undefined {
  const match = /^([\p{ID_Start}$_][\p{ID_Continue}$]*)(\s*(?:\.|\?\.|\[)[\s\S]*)$/u.exec(expression);
  if (match === null) return undefined;
  const [, head = "", rest = ""] = match;
  if (!isIdentifier(head) || /^\s*\.\s*(?:path\s*\(|config\b)/u.test(rest)) return undefined;
  return { head, rest };
}

/** Whether the magic's expression argument walks a lens from a stage's name. */
export function walks(magic: Magic | undefined): boolean {
  return Object.values(magic?.args ?? {}).some((spec) => spec.type === "expression" && spec.walks === true);
}

function prepared<T>(code: string, found: FoundMagic, prepare: () => T): T | PreparedCell {
  try {
    return prepare();
  } catch (error) {
    if (!(error instanceof MagicError)) throw error;
    const inside = typeof error.data["offset"] === "number" ? error.data["offset"] : undefined;
    const offset = inside === undefined ? found.start : found.argumentsStart + inside;
    return { kind: "error", error, offset, line: lineAt(code, offset) };
  }
}

function prepareCellMagic(code: string, found: FoundMagic, options: SplitOptions): PreparedCell {
  const magic = options.registry.get("cell", found.name);
  const text = code.slice(found.argumentsStart, found.argumentsEnd ?? found.end);
  const args = found.help ? { values: {} } : parseArguments(typedName(magic), magic.args, text);
  const timed = timedCell(code, found);
  if (timed !== undefined) {
    const inner = prepareCell(timed, options);
    return inner.kind === "error" ? inner : { ...inner, clocks: inner.clocks + 1 };
  }
  const body = code.slice(0, found.start) + blank(code.slice(found.start, found.end)) + code.slice(found.end);
  if (magic.repeats && !found.help)
    return { kind: "code", text: repeatedCell(magic, text, body), hasMagics: true, clocks: 0 };
  return { kind: "cell-magic", cell: { magic, help: found.help, text, args, body }, clocks: 0 };
}

function lineCall(code: string, found: FoundMagic, options: SplitOptions): string {
  const magic = options.registry.get("line", found.name);
  if (found.help) return `await ${magicCall}(${quoted(`${found.name}?`)}, "");`;
  const text = code.slice(found.argumentsStart, found.end);
  const { expression } = parseArguments(typedName(magic), magic.args, text);
  const value =
    expression === undefined
      ? ""
      : `, ${valueOf(magic, text.slice(expression.start, expression.end), expression)}`;
  const call = `await ${magicCall}(${quoted(found.name)}, ${quoted(text)}${value});`;
  const missing = linesOf(code.slice(found.start, found.end)).length - linesOf(call).length;
  return call + "\n".repeat(Math.max(0, missing));
}

function valueOf(magic: Magic, expression: string, span: Span): string {
  if (magic.repeats) return repeated(`(${withoutComments(expression)})`);
  return takesPair(magic) ? pairThunk(magic, withoutComments(expression), span) : thunk(magic, expression);
}

// Without an await it is evaluated without one, too: that would take longer than much of what is timed.
function repeated(code: string): string {
  return `async () => (${/\bawait\b/u.test(code) ? "async " : ""}() => ${code})`;
}

// The cell as one call of the line magic, on its own lines.
function repeatedCell(magic: Magic, text: string, body: string): string {
  const found = /^[ \t]*(?:import\b(?!\s*\()|export\b)/mu.exec(body);
  if (found !== null) {
    const why = "what is timed is evaluated again and again. Import in a cell above it";
    throw new MagicError("misplaced-code", `Cannot time "${found[0].trim()}": ${why}`, {
      magic: typedName(magic),
    });
  }
  return `await ${magicCall}(${quoted(magic.name)}, ${quoted(`cell ${text}`)}, ${repeated(`{${body}\n}`)});`;
}

function pairThunk(magic: Magic, code: string, span: Span): string {
  const parts = expressionList(code);
  if (parts.length === 2) {
    const values = parts.map(({ start, end }) => code.slice(start, end));
    return `async () => [${values.map((text) => (isAddressText(text) ? quoted(text) : `(${text})`)).join(", ")}]`;
  }
  const [, , extra] = parts;
  const what =
    extra === undefined
      ? "it takes two expressions, and here is one"
      : `it takes two expressions, and here are ${parts.length}. Put one that has blanks into parentheses`;
  const [start, end] = extra === undefined ? [0, code.length] : [extra.start, extra.end];
  throw new MagicError(
    extra === undefined ? "missing-argument" : "unexpected-argument",
    `Cannot run ${typedName(magic)}: ${what}`,
    { magic: typedName(magic), offset: span.start + start, length: end - start },
  );
}

// The expression stands in the cell's own code, so that it sees what the cell sees there, and its lines are kept.
function thunk(magic: Magic, expression: string): string {
  const code = withoutComments(expression);
  if (isAddressText(code)) return `async () => ${quoted(code)}`;
  const walk = walks(magic) ? walkOf(code) : undefined;
  if (walk === undefined) return `async () => (${code})`;
  return `async (__lens__) => ((await __lens__(${walk.head}))${walk.rest})`;
}

function withoutComments(code: string): string {
  const units = code.split("");
  scan(code, scanStart, (offset, place) => {
    if (place === "comment") units[offset] = blank(code.charAt(offset));
  });
  return units.join("");
}

// `const r = %realize stage`, which other notebooks have.
function inlineMagic(code: string, { registry }: SplitOptions): PreparedCell | undefined {
  const match =
    /^[ \t]*(?:(?:const|let|var)[ \t]+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)[ \t]*=[ \t]*(?:await[ \t]+)?%([\w-]+)(.*)$/mu.exec(
      code,
    );
  const [whole = "", name = "", word = "", rest = ""] = match ?? [];
  const magic = registry.find("line", word);
  if (match === null || magic === undefined) return undefined;
  const advice = magic.times
    ? `Write: %${word} const ${name} =${rest}`
    : "as" in magic.args
      ? `Write: %${word}${rest.replace(/;\s*$/u, "")} --as ${name}`
      : "It shows something and has no value";
  const message = `Cannot assign %${word} to "${name}": a magic stands on a line of its own. ${advice}`;
  const offset = match.index + whole.indexOf("%");
  const error = new MagicError("misplaced-magic", message, { magic: `%${word}` });
  return { kind: "error", error, offset, line: lineAt(code, offset) };
}

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function misplaced(code: string, found: FoundMagic): PreparedCell {
  const message = `Cannot run cell magic "%%${found.name}": a cell magic is the first line of its cell. Move it to the top or into a cell of its own.`;
  const error = new MagicError("misplaced-magic", message, { magic: `%%${found.name}` });
  return { kind: "error", error, offset: found.start, line: lineAt(code, found.start) };
}

function lineAt(code: string, offset: number): number {
  return linesOf(code.slice(0, offset)).length;
}
