import { isIdentifier } from "./identifier.ts";
import { parseArguments } from "./arguments.ts";
import type { ParsedArguments } from "./arguments.ts";
import { MagicError } from "./errors.ts";
import { expressionList, isAddressText, takesPair } from "./expression-list.ts";
import { prepareCell, walkOf, walks } from "./parse.ts";
import type { MagicBinding } from "./registry.ts";
import { typedName } from "./registry.ts";
import { blank, splitCell, timedCell } from "./split.ts";
import type { FoundMagic, SplitOptions } from "./split.ts";
import { contextualized } from "./default-export.ts";

/** A stretch of the cell whose typed twin stands in the epilogue. */
export interface Mirror {
  /** Where it begins in the cell. */
  readonly start: number;
  /** Where it ends in the cell. */
  readonly end: number;
  /** Where the same characters begin in the epilogue. */
  readonly at: number;
}

/** How the language service is to see a cell. */
export interface TypescriptView {
  /** As long as the cell, with its lines; what is not TypeScript in it is blanked. */
  readonly text: string;
  /** To be appended to `text`. Diagnostics in it are the business of nobody, except in mirrors. */
  readonly epilogue: string;
  /** `cell`: top-level declarations are seen by later cells. `module`: later cells see only `binds`. */
  readonly scope: "cell" | "module";
  /** Names that magics of the cell bind; their types are those of exported declarations of the epilogue. */
  readonly binds: readonly MagicBinding[];
  /** Expressions that are checked and completed in the epilogue and not in place. */
  readonly mirrors: readonly Mirror[];
}

/** The TypeScript view of a cell, also of one that is being typed; pure, and never throws. */
export function typescriptView(code: string, options: SplitOptions): TypescriptView {
  const split = splitCell(code, options);
  if (split.kind === "code") return lineMagicsView(code, split.found);
  const timed = timedCell(code, split.found);
  return timed === undefined ? cellMagicView(code, split.found) : typescriptView(timed, options);
}

/**
 * As {@link typescriptView}, for the check of a cell that is to run. A magic's plain name or walk that is the first thing
 * in its cell is left out of it: the magic itself knows the stages of the session, TypeScript all names there are, and
 * says "module" where "model" was meant. What has code above it is checked as ever, before any of that runs.
 */
export function checkedView(code: string, options: SplitOptions): TypescriptView {
  // A cell that cannot run says so itself, and better.
  if (prepareCell(code, options).kind === "error") return view({ text: blank(code) });
  const split = splitCell(code, options);
  if (split.kind === "cell") {
    const timed = timedCell(code, split.found);
    return timed === undefined ? cellMagicView(code, split.found) : checkedView(timed, options);
  }
  const [first] = split.found;
  const isLeft = first !== undefined && isFirst(code, first) && isNameOrWalk(code, first);
  return lineMagicsView(code, split.found, isLeft ? first : undefined);
}

function isFirst(code: string, { start }: FoundMagic): boolean {
  return (
    code
      .slice(0, start)
      .replace(/\/\/.*|\/\*[^]*?\*\//gu, "")
      .trim() === ""
  );
}

function isNameOrWalk(code: string, found: FoundMagic): boolean {
  const span = found.help ? undefined : argumentsOf(found, code)?.expression;
  if (span === undefined) return false;
  const text = code.slice(found.argumentsStart + span.start, found.argumentsStart + span.end);
  if (takesPair(found.magic))
    return expressionList(text).every(({ start, end }) => isIdentifier(text.slice(start, end)));
  return (
    isIdentifier(text) ||
    (walks(found.magic) && /^[\p{ID_Continue}$.]+$/u.test(text) && walkOf(text) !== undefined)
  );
}

function cellMagicView(code: string, found: FoundMagic): TypescriptView {
  const { magic } = found;
  if (magic?.typescriptBody !== true || found.help) return view({ text: blank(code), scope: "module" });
  const text = code.slice(0, found.start) + blank(code.slice(found.start, found.end)) + code.slice(found.end);
  const args = argumentsOf(found, code);
  const types = args && magic.types?.({ args, expression: "", body: text, index: 0 });
  const typed = contextualized(text);
  const epilogue = `${typed.suffix}\n${types?.epilogue ?? ""}`;
  return view({ text: typed.text, epilogue, scope: "module", binds: types?.binds ?? [] });
}

function lineMagicsView(code: string, found: readonly FoundMagic[], left?: FoundMagic): TypescriptView {
  const parts = found.map((magic, index) => {
    const part = lineView(code, magic, index);
    return magic === left ? { ...part, text: blankMagic(code, magic), mirrored: undefined } : part;
  });
  let text = code;
  for (const [index, magic] of found.entries()) {
    text = text.slice(0, magic.start) + (parts[index]?.text ?? "") + text.slice(magic.end);
  }
  let epilogue = parts.some((part) => part.mirrored !== undefined) ? walkDeclaration : "";
  const mirrors: Mirror[] = [];
  for (const part of parts) {
    for (const piece of part.mirrored ?? []) {
      if (piece.start !== undefined) {
        mirrors.push({ start: piece.start, end: piece.start + piece.text.length, at: epilogue.length });
      }
      epilogue += piece.text;
    }
    epilogue += part.epilogue;
  }
  return view({ text, epilogue, binds: parts.flatMap((part) => part.binds), mirrors });
}

interface LineView {
  readonly text: string;
  readonly mirrored?: readonly { readonly text: string; readonly start?: number }[] | undefined;
  readonly epilogue: string;
  readonly binds: readonly MagicBinding[];
}

function lineView(code: string, found: FoundMagic, index: number): LineView {
  const nothing = { text: blankMagic(code, found), epilogue: "", binds: [] };
  const args = found.help ? undefined : argumentsOf(found, code);
  if (args === undefined) return nothing;
  if (found.magic?.times === true) {
    const name = { ...found, end: found.argumentsStart };
    return { ...nothing, text: blankMagic(code, name) + code.slice(found.argumentsStart, found.end) };
  }
  if (args.expression === undefined)
    return { ...nothing, ...found.magic?.types?.({ args, expression: "", body: "", index }) };
  const start = found.argumentsStart + args.expression.start;
  const end = found.argumentsStart + args.expression.end;
  const typed = code.slice(start, end);
  // An address is no TypeScript, and stands for a text of that content.
  const expression = isAddressText(typed) ? JSON.stringify(typed) : typed;
  const types = found.magic?.types?.({ args, expression, body: "", index }) ?? { epilogue: "", binds: [] };
  if (expression !== typed) return { ...nothing, ...types };
  const mirrored = mirroredParts(found, expression, start);
  if (mirrored !== undefined) return { ...nothing, ...types, mirrored };
  const inPlace = expressionInPlace(code, found, { start, end });
  if (inPlace !== undefined) return { ...types, text: inPlace };
  return {
    ...nothing,
    ...types,
    mirrored: [{ text: "\nvoid (" }, { text: expression, start }, { text: ");\n" }],
  };
}

function blankMagic(code: string, found: FoundMagic): string {
  return `;${blank(code.slice(found.start, found.end)).slice(1)}`;
}

// `%lens classifier.metrics`: the lens that the head stands for exists only in the epilogue.
function mirroredParts(found: FoundMagic, expression: string, start: number): LineView["mirrored"] {
  if (takesPair(found.magic)) return mirroredPair(expression, start);
  const walk = walks(found.magic) ? walkOf(expression) : undefined;
  if (walk === undefined) return undefined;
  return [
    { text: "\nvoid __lightnix_walk(" },
    { text: walk.head, start },
    { text: ")" },
    { text: walk.rest, start: start + walk.head.length },
    { text: ";\n" },
  ];
}

// `%compare a b`: each is an expression of its own.
function mirroredPair(expression: string, start: number): LineView["mirrored"] {
  return expressionList(expression).flatMap((span) => {
    const text = expression.slice(span.start, span.end);
    if (isAddressText(text)) return [];
    return [{ text: "\nvoid (" }, { text, start: start + span.start }, { text: ");\n" }];
  });
}

/**
 * The magic's lines with the expression where it was typed, as `void expression ;`. Nothing when there is no room for
 * `void`, or when the expression would run on into the next line for want of room for a semicolon.
 */
function expressionInPlace(
  code: string,
  found: FoundMagic,
  expression: { start: number; end: number },
): string | undefined {
  const before = blank(code.slice(found.start, expression.start));
  const after = blank(code.slice(expression.end, found.end));
  if (before.length < "void ".length) return undefined;
  if (after === "" && runsOn(code.slice(found.end))) return undefined;
  const separator = after === "" ? "" : `;${after.slice(1)}`;
  const semicolon = /^[\n\r\u2028\u2029]/u.test(after) ? after : separator;
  return `void${before.slice(4)}${code.slice(expression.start, expression.end)}${semicolon}`;
}

// Whether the next line could continue an expression that has no semicolon.
function runsOn(rest: string): boolean {
  return /^\s*[^\s\p{ID_Start}\p{Nd}_$"'#@{};)\]]/u.test(rest);
}

function argumentsOf(found: FoundMagic, code: string): ParsedArguments | undefined {
  if (found.magic === undefined) return undefined;
  const { magic } = found;
  const text = code.slice(found.argumentsStart, found.argumentsEnd ?? found.end);
  try {
    return parseArguments(typedName(magic), magic.args, text);
  } catch (error) {
    if (error instanceof MagicError) return undefined;
    throw error;
  }
}

function view(parts: Partial<TypescriptView> & { text: string }): TypescriptView {
  return { epilogue: "", scope: "cell", binds: [], mirrors: [], ...parts };
}

const walkDeclaration = `
declare function __lightnix_walk<C>(start: import("lightnix").Stage<C> | import("lightnix").DRef<C> | import("lightnix").RRef<C>): import("lightnix").Lens<C>;
declare function __lightnix_walk<T>(start: T): T;
`;
