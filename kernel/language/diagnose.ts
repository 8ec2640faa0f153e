import type { Diagnostic as ServerDiagnostic } from "vscode-languageserver-protocol";
import { offsetInCell } from "./compose.ts";
import type { Composed } from "./compose.ts";
import { LineIndex } from "./cursor.ts";
import { withoutNamespaces } from "./documents.ts";
import { toTyped } from "./view.ts";
import type { CellView } from "./view.ts";

/** Something that is wrong in a cell. */
export interface Diagnostic {
  /** Line of what the user typed, from 0. */
  readonly line: number;
  /** Column in UTF-16 units, from 0. */
  readonly column: number;
  /** How many UTF-16 units are marked; line ends count as well. */
  readonly length: number;
  /** TypeScript's number for it, as in `TS2322`. */
  readonly code: number;
  /** What is wrong; further lines, indented, tell why. */
  readonly message: string;
  readonly severity: "error" | "warning";
}

/** What diagnostics are about, and for whom. */
export interface DiagnoseOptions {
  readonly view: CellView;
  readonly composed: Composed;
  /** Whether the text is no TypeScript. */
  readonly isBroken: boolean;
  /** Whether the user's own configuration asks for types where none can be inferred. */
  readonly noImplicitAny: boolean;
}

/**
 * What is left out, and why.
 *
 * - Declarations (4000 to 4108 and 4118 but for 4104 and 4105, 9005 to 9039, and 2527, 2742, 2883, 7056): they are about the declaration file that a
 *   cell would have. Nobody wants one; the option is on because its fixes write types down (see settle.ts).
 * - Implicit any (7005 and what follows): a notebook is for trying things. The option that finds them is on, because
 *   without it an empty array is a `never[]`; the finds are reported when the user's tsconfig.json asks for them.
 * - A module without types (7016): what it exports is any.
 *
 * Suggestions and hints (unused names, unreachable code, deprecations) have a severity of their own and are left out
 * with it. Redeclared names and top-level await need no entry: a cell is a module.
 */
function isAboutDeclarations(code: number): boolean {
  if (code === 4104 || code === 4105) return false;
  const isInRange = (code >= 4000 && code <= 4108) || (code >= 9005 && code <= 9039);
  return isInRange || [2527, 2742, 2883, 4118, 7056].includes(code);
}

const implicitAnyCodes: ReadonlySet<number> = new Set([
  7005, 7006, 7008, 7010, 7011, 7013, 7014, 7015, 7016, 7017, 7018, 7019, 7020, 7022, 7023, 7024, 7026, 7031,
  7032, 7033, 7034, 7050, 7051, 7055,
]);

/** Turns what the server says of a composed cell into what is wrong in what the user typed. */
export function cellDiagnostics(
  items: readonly ServerDiagnostic[],
  { view, composed, isBroken, noImplicitAny }: DiagnoseOptions,
): Diagnostic[] {
  const index = new LineIndex(composed.text);
  const typed = new LineIndex(view.text);
  const found = items
    .filter((item) => isForUser(item, noImplicitAny))
    .flatMap((item): Diagnostic[] => {
      const from = toTyped(view, offsetInCell(composed, index.offsetAt(item.range.start)));
      if (from === undefined || from < 0) return [];
      const to = toTyped(view, offsetInCell(composed, index.offsetAt(item.range.end))) ?? view.text.length;
      const { line, character } = typed.positionAt(from);
      return [{ line, column: character, length: Math.max(to - from, 0), ...describe(item) }];
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const syntax = found.filter(({ code }) => code >= 1000 && code < 2000);
  if (hidesTypes(view.text)) return syntax;
  // In text that could not be read, what else seems wrong is only the reading.
  return isBroken && syntax.length > 0 ? syntax : found;
}

/** Turns what the server says of a file into what is wrong in it. */
export function fileDiagnostics(
  items: readonly ServerDiagnostic[],
  { text, noImplicitAny }: { readonly text: string; readonly noImplicitAny: boolean },
): Diagnostic[] {
  const index = new LineIndex(text);
  return items
    .filter((item) => isForUser(item, noImplicitAny))
    .map((item): Diagnostic => {
      const { line, character } = item.range.start;
      const length = index.offsetAt(item.range.end) - index.offsetAt(item.range.start);
      return { line, column: character, length: Math.max(length, 0), ...describe(item) };
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function isForUser({ severity, code }: ServerDiagnostic, noImplicitAny: boolean): boolean {
  if (severity !== 1 && severity !== 2) return false;
  const number = Number(code);
  if (isAboutDeclarations(number)) return false;
  return number === 7016 ? false : noImplicitAny || !implicitAnyCodes.has(number);
}

function describe({
  code,
  message,
  severity,
}: ServerDiagnostic): Pick<Diagnostic, "code" | "message" | "severity"> {
  return {
    code: Number(code),
    message: withoutNamespaces(typeof message === "string" ? message : message.value),
    severity: severity === 2 ? "warning" : "error",
  };
}

// `// @ts-nocheck` counts only in front of all code, where the composed text has its own.
function hidesTypes(text: string): boolean {
  return /^(?:\s*\/\/[^\n]*\n)*\s*\/\/+\s*@ts-nocheck\b/.test(text);
}

/** The server's names for what the fixes that write types down are for. */
export function isMissingAnnotation({ code }: ServerDiagnostic): boolean {
  return Number(code) >= 9005 && Number(code) <= 9039;
}

/** Whether a class with private members would be written down without them, and so as another type. */
export function isLossy({ code }: ServerDiagnostic): boolean {
  return Number(code) === 4094;
}

/** Whether there is nothing that it would say otherwise of the same cell, had a package been installed meanwhile. */
export function isLasting(item: ServerDiagnostic): boolean {
  return !isForUser(item, false) && !isMissingModule(item);
}

/** Whether a module was not found. */
export function isMissingModule({ code }: ServerDiagnostic): boolean {
  return Number(code) === 2307 || Number(code) === 7016;
}
