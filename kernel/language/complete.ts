import type { CompletionItem, CompletionItemKind, CompletionList } from "vscode-languageserver-protocol";
import type { Binding } from "./cells.ts";
import type { Composed } from "./compose.ts";
import { LineIndex } from "./cursor.ts";
import { isHidden, withoutNamespaces } from "./documents.ts";

/** One way to go on. */
export interface CompletionChoice {
  readonly text: string;
  /** What it is: `function`, `property`, `class`, `keyword`, `path` and so on. */
  readonly type: string;
  /** The stretch that it replaces, in UTF-16 units of what the user typed. */
  readonly start: number;
  readonly end: number;
  /** How it is declared, where that is known. */
  readonly signature?: string;
}

/** All ways to go on, best first. */
export interface CompletionResult {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly metadata: { readonly _jupyter_types_experimental: readonly CompletionChoice[] };
  /** Whether the types leave it open what there is: of a value whose type is `any`, or that has any key. */
  readonly isOpen: boolean;
}

/** A choice together with the server's item, which may be asked for more. */
export interface Candidate extends Omit<CompletionChoice, "signature"> {
  readonly item: CompletionItem;
}

/** Where completion was asked for. */
export interface CompletionPlace {
  readonly composed: Composed;
  /** The offset in the composed text. */
  readonly at: number;
  /** Turns an offset of the composed text into one of what the user typed. */
  readonly toTyped: (offset: number) => number;
}

/** The word in front of an offset, which is being typed. */
export function wordBefore(text: string, at: number): string {
  return /[\p{ID_Continue}$\u200c\u200d]*$/u.exec(text.slice(0, at))?.[0] ?? "";
}

/** Picks and sorts what the server offers; `names` are those of earlier cells. */
export function candidates(
  list: CompletionList | null,
  { composed, at, toTyped }: CompletionPlace,
  names: ReadonlyMap<string, Binding>,
): Candidate[] {
  const index = new LineIndex(composed.text);
  const word = wordBefore(composed.text, at);
  const specifier = /["'](?<text>[^"'\n]*)$/u.exec(composed.text.slice(0, at))?.groups?.["text"] ?? "";
  const found = (list?.items ?? [])
    .filter((item) => !isHidden(item.label) && !isUnwantedPath(item, word))
    .map((item) => {
      const range = rangeOf(item);
      const start = range === undefined ? at - word.length : index.offsetAt(range.start);
      const text = item.textEdit?.newText ?? item.insertText ?? item.label;
      return { item, text, start, typed: composed.text.slice(start, at) };
    })
    .filter(({ item, text, typed }) => startsWith(item.filterText ?? text, typed));
  const start = commonStart(found.map((one) => one.start));
  return found
    .filter((one) => one.start === start)
    .sort((a, b) => rank(a) - rank(b) || compare(sortKey(a.item), sortKey(b.item)))
    .map(({ item, text }) => ({
      item,
      text,
      // A cell sees earlier names as aliases or as variables.
      type: names.has(text) ? (names.get(text)?.as ?? "") : typeAt(item, specifier),
      start: toTyped(start),
      end: toTyped(at),
    }));
}

/** Puts candidates in the form that Jupyter asks for; `details` are the declarations of some of them. */
export function completionResult(
  found: readonly Candidate[],
  details: ReadonlyMap<string, string>,
  { at, isOpen }: { readonly at: number; readonly isOpen: boolean },
): CompletionResult {
  const choices = found.map(({ text, type, start, end }): CompletionChoice => {
    const declared = declaredAs(details.get(text) ?? "");
    const choice = { text, type: typeOfDeclared(declared) ?? (type || "variable"), start, end };
    return isCallable(choice.type) && declared !== "" ? { ...choice, signature: declared } : choice;
  });
  return {
    matches: [...new Set(choices.map(({ text }) => text))],
    start: choices[0]?.start ?? at,
    end: choices[0]?.end ?? at,
    metadata: { _jupyter_types_experimental: choices },
    isOpen,
  };
}

/** Whether what is told of a value leaves open which members it has. */
export function isOpenType(told: string): boolean {
  return /\[\w+: (?:string|number)\]:|\b(?:Partial)?(?:Record|Dict)<|: (?:any|unknown)\b(?!\[)/.test(told);
}

/** The candidates whose declarations are worth a question each: functions, and imports, which may be anything. */
export function worthAsking(found: readonly Candidate[]): readonly Candidate[] {
  return found.filter(({ type }) => isCallable(type) || type === "").slice(0, mostAsked);
}

const mostAsked = 6;

function isCallable(type: string): boolean {
  return type === "function" || type === "method";
}

// What an alias stands for.
function declaredAs(detail: string): string {
  return withoutNamespaces(detail)
    .replace(/^\(alias\) /, "")
    .replace(/\nimport [^\n]*$/, "");
}

function typeOfDeclared(declared: string): string | undefined {
  const word = /^(?<word>function|class|enum|interface|namespace|module|type) /.exec(declared)?.groups?.[
    "word"
  ];
  return word === "namespace" ? "module" : word;
}

interface Found {
  readonly item: CompletionItem;
  readonly text: string;
  readonly typed: string;
}

function rangeOf({ textEdit }: CompletionItem): { start: { line: number; character: number } } | undefined {
  if (textEdit === undefined) return undefined;
  return "range" in textEdit ? textEdit.range : textEdit.insert;
}

// All matches of one answer replace the same stretch. Some choices would also replace the dot in front (`?.x` and
// `["a-b"]`); they are offered when nothing else is.
function commonStart(starts: readonly number[]): number {
  return Math.max(...starts, -1);
}

function startsWith(text: string, typed: string): boolean {
  return text.toLowerCase().startsWith(typed.toLowerCase());
}

// First what continues the very letters that were typed, last keywords and names that ask to be left alone.
function rank({ item, text, typed }: Found): number {
  const isKeyword = item.kind === kinds.keyword;
  const isPrivate = /^[_#$]/.test(text) && !/^[_#$]/.test(typed);
  return (text.startsWith(typed) ? 0 : 4) + (isKeyword ? 2 : 0) + (isPrivate ? 1 : 0);
}

function sortKey({ sortText, label }: CompletionItem): string {
  return `${sortText ?? "11"} ${label.toLowerCase()}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const kinds = { keyword: 14, folder: 19 } as const;

const types: Partial<Record<CompletionItemKind, string>> = {
  2: "method",
  3: "function",
  4: "class",
  5: "property",
  6: "variable",
  7: "class",
  8: "interface",
  9: "module",
  10: "property",
  13: "enum",
  14: "keyword",
  17: "path",
  19: "path",
  20: "enum",
  21: "constant",
  25: "type",
};

// What is imported by its name is no path.
function typeAt({ kind }: CompletionItem, specifier: string): string {
  const type = typeOf(kind);
  return type === "path" && !/^[./]/u.test(specifier) ? "module" : type;
}

// Nobody imports by a path from there.
function isUnwantedPath({ label, kind }: CompletionItem, word: string): boolean {
  const isFolder = kind === kinds.folder;
  return isFolder && ((label.startsWith(".") && word === "") || label === "node_modules");
}

function typeOf(kind: CompletionItemKind | undefined): string {
  return (kind === undefined ? undefined : types[kind]) ?? "text";
}

/** The word that stands around an offset in UTF-16 units; empty where none does. */
export function wordAround(text: string, at: number): string {
  return wordBefore(text, at) + (/^[\p{ID_Continue}$]*/u.exec(text.slice(at))?.[0] ?? "");
}
