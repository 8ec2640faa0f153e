import { TYPE_FIELDS, isTypeOnly, parseCode, TYPE_WRAPPERS, type Node } from "../code/syntax.ts";

/** A line of code. */
export interface CodeLine {
  /** As people are shown it: without comments, and without the gaps that types have left. */
  readonly text: string;
  /** What it says, whatever the layout, the quotes and the types. */
  readonly tokens: readonly string[];
}

/**
 * The lines of a piece of code that say something, common indentation taken off. What is no code is taken line by line as it
 * stands.
 */
export function codeLines(code: string): CodeLine[] {
  const parts = partsOf(code);
  const lines = parts === undefined ? plainLines(code) : linesOf(code, parts);
  return withoutIndentation(withoutLastCommas(lines).filter(({ tokens }) => tokens.length > 0));
}

/** A stretch of code, with what it says. Those that say nothing, comments and types, have an empty key. */
interface Part {
  readonly start: number;
  readonly end: number;
  readonly key: string;
  /** Whether people are not shown it either. */
  readonly isHidden?: boolean;
}

function partsOf(code: string): Part[] | undefined {
  const parsed = parseCode(code);
  if (parsed === undefined) return undefined;
  const found: Part[] = parsed.comments.map(({ start, end }) => ({ start, end, key: "", isHidden: true }));
  for (const node of parsed.body) collectParts(node, found);
  const parts = found
    .map((part) => ({ ...part, start: part.start - parsed.offset, end: part.end - parsed.offset }))
    .filter(({ start, end }) => start >= 0 && end <= code.length && end > start)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  // A comment inside of a type is part of it.
  let end = 0;
  return parts.filter((part) => {
    const isInside = part.start < end;
    if (!isInside) end = part.end;
    return !isInside;
  });
}

type Placed = Node & { readonly start: number; readonly end: number };

/** Finds the names, literals and types below a node. All else between them is keywords and punctuation. */
function collectParts(root: unknown, found: Part[]): void {
  const stack: unknown[] = [root];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      stack.push(...(value as unknown[]));
      continue;
    }
    if (!isPlaced(value)) continue;
    const leaf = leafOf(value);
    if (leaf !== undefined) found.push(leaf);
    if (isTypeOnly(value)) {
      found.push({ start: value.start, end: value.end, key: "" });
      continue;
    }
    const inner = TYPE_WRAPPERS.has(value.type) ? value["expression"] : undefined;
    if (isPlaced(inner)) {
      found.push(
        { start: value.start, end: inner.start, key: "" },
        { start: inner.end, end: value.end, key: "" },
      );
      stack.push(inner);
      continue;
    }
    for (const [field, child] of Object.entries(value)) {
      if (!TYPE_FIELDS.has(field)) stack.push(child);
      else if (isPlaced(child)) found.push({ start: child.start, end: child.end, key: "" });
    }
  }
}

function leafOf({ type, start, end, name, value, raw }: Placed): Part | undefined {
  if (type === "Identifier" || type === "PrivateIdentifier") {
    // Its own end is that of its type.
    const length =
      typeof name === "string" ? name.length + (type === "PrivateIdentifier" ? 1 : 0) : end - start;
    return { start, end: Math.min(end, start + length), key: String(name) };
  }
  if (type === "TemplateElement") return { start, end, key: "`" };
  if (type !== "Literal") return undefined;
  return {
    start,
    end,
    key:
      typeof value === "string"
        ? JSON.stringify(value)
        : typeof value === "number"
          ? String(value)
          : String(raw),
  };
}

function isPlaced(value: unknown): value is Placed {
  return typeof value === "object" && value !== null && "type" in value && "start" in value && "end" in value;
}

const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/u;
const PIECES = /[\p{ID_Continue}$]+|\S/gu;

/** One line while it is put together. */
interface OpenLine {
  text: string;
  readonly tokens: string[];
  /** Whether it begins inside of a text over several lines, where each blank counts. */
  readonly isInText: boolean;
}

function linesOf(code: string, parts: readonly Part[]): OpenLine[] {
  const lines: OpenLine[] = [newLine(false)];
  const add = (text: string, isInText: boolean, say: (line: OpenLine, piece: string) => void): void => {
    for (const [index, piece] of text.split(LINE_BREAK).entries()) {
      if (index > 0) lines.push(newLine(isInText));
      const line = lines.at(-1);
      if (line !== undefined) say(line, piece);
    }
  };
  let at = 0;
  for (const { start, end, key, isHidden } of parts) {
    add(code.slice(at, start), false, sayGap);
    // Of a text over several lines, each line says what is on it.
    add(code.slice(start, end), key === "`", (line, piece) => {
      if (isHidden !== true) line.text += piece;
      if (key !== "") line.tokens.push(key === "`" ? piece : key);
    });
    at = end;
  }
  add(code.slice(at), false, sayGap);
  return lines;
}

function newLine(isInText: boolean): OpenLine {
  return { text: "", tokens: [], isInText };
}

function sayGap(line: OpenLine, piece: string): void {
  line.text +=
    line.text === "" ? piece : piece.replace(/\s{2,}([),;:]?)/gu, (_, next: string) => next || " ");
  for (const [token] of piece.matchAll(PIECES)) if (token !== ";") line.tokens.push(token);
}

function plainLines(code: string): OpenLine[] {
  return code
    .split(LINE_BREAK)
    .map((text) => ({ text, tokens: text.trim() === "" ? [] : [text.trim()], isInText: false }));
}

/** A comma before a bracket that closes, on the same line or a later one, says nothing. */
function withoutLastCommas(lines: readonly OpenLine[]): OpenLine[] {
  let next = "";
  const kept = lines.toReversed().map((line) => {
    const tokens = line.tokens.toReversed().filter((token) => {
      const isLast = token === "," && /^[)\]}]$/u.test(next);
      next = token;
      return !isLast;
    });
    return { ...line, tokens: tokens.toReversed() };
  });
  return kept.toReversed();
}

/** The text of a function has its first line without the indentation that it has where it stands. */
function withoutIndentation(lines: readonly OpenLine[]): CodeLine[] {
  const depth = ({ text }: OpenLine): number => text.length - text.trimStart().length;
  let common = Number.POSITIVE_INFINITY;
  for (const line of lines.length === 1 ? lines : lines.slice(1))
    if (!line.isInText) common = Math.min(common, depth(line));
  return lines.map((line) => ({
    text: (line.isInText ? line.text : line.text.slice(Math.min(common, depth(line)))).trimEnd(),
    tokens: line.tokens,
  }));
}
