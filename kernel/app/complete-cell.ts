import { completeMagic } from "../../magics/complete.ts";
import type { MagicCompletions, SplitOptions } from "../../magics/index.ts";
import { typescriptView } from "../../magics/typescript.ts";
import type { Member } from "../engine/members.ts";
import type { CompletionChoice } from "../language/complete.ts";
import { pathChoices, pathInString, pathInWord } from "../language/file-paths.ts";
import type { TypedPath } from "../language/file-paths.ts";
import type { Language } from "../language/language.ts";
import { destructuredPath, memberPath } from "../language/member-path.ts";
import type { MemberPath } from "../language/member-path.ts";
import { utf16Cursor } from "../session/cursor.ts";
import type { Completion } from "../session/evaluator.ts";
import { unlessOutOfOrder } from "./out-of-order.ts";

/** Who knows how a cell could go on. */
export interface CompletionSources {
  readonly split: SplitOptions;
  readonly language: Pick<Language, "complete">;
  /** Tells the properties of the live value at the end of a path. */
  readonly members: (path: readonly string[]) => Promise<readonly Member[]>;
  /** The notebook's folder, which paths in the code are relative to. */
  readonly folder: string;
}

/**
 * How a cell could go on at a cursor: magics and their arguments; what the types say; where these leave it open, what the live
 * values have; file paths in strings and behind magics.
 */
export async function completeCell(
  code: string,
  cursor: number,
  sources: CompletionSources,
): Promise<Completion> {
  const magic = completeMagic(code, cursor, sources.split);
  if (magic !== undefined && magic.items.length > 0) return completion(code, magicChoices(magic), cursor);
  if (isMagicLine(code, cursor)) {
    const path = pathInWord(code, cursor, magic?.paths !== undefined);
    const found = path === undefined ? [] : filePaths(path, cursor, sources.folder);
    const isWanted = ({ text }: CompletionChoice): boolean =>
      magic?.paths !== "folders" || text.endsWith("/");
    if (path !== undefined) return completion(code, found.filter(isWanted), cursor);
  }
  if (magic !== undefined) return completion(code, [], cursor);
  const typed = await unlessOutOfOrder(
    sources.language.complete(typescriptView(code, sources.split), cursor),
  );
  const known = typed?.metadata._jupyter_types_experimental ?? [];
  const member = memberPath(code, cursor) ?? destructuredPath(code, cursor);
  if (member !== undefined && (known.length === 0 || typed?.isOpen === true)) {
    const live = liveChoices(member, await sources.members(member.path), cursor);
    const names = new Set(known.map(({ text }) => text));
    const choices = [...known, ...live.filter(({ text }) => !names.has(text))];
    if (choices.length > 0) return completion(code, choices, cursor);
  }
  const path = known.length > 0 ? undefined : pathInString(code, cursor);
  return completion(code, path === undefined ? known : filePaths(path, cursor, sources.folder), cursor);
}

function completion(code: string, choices: readonly CompletionChoice[], cursor: number): Completion {
  const [first] = choices;
  return {
    matches: [...new Set(choices.map(({ text }) => text))],
    start: utf16Cursor(code, first?.start ?? cursor),
    end: utf16Cursor(code, first?.end ?? cursor),
    metadata: { _jupyter_types_experimental: choices },
  };
}

function magicChoices({ start, end, items }: MagicCompletions): CompletionChoice[] {
  return items.map(({ text, type, summary }) => ({ text, type, start, end, signature: summary }));
}

function isMagicLine(code: string, cursor: number): boolean {
  return /^[ \t]*[%!]/u.test(code.slice(code.lastIndexOf("\n", cursor - 1) + 1, cursor));
}

function filePaths(path: TypedPath, cursor: number, folder: string): CompletionChoice[] {
  return pathChoices(path, folder).map(({ text }) => ({
    text,
    type: "path",
    start: path.start,
    end: cursor,
  }));
}

function liveChoices(
  { typed, isQuoted }: MemberPath,
  members: readonly Member[],
  cursor: number,
): CompletionChoice[] {
  return members
    .filter(({ name }) => name.toLowerCase().startsWith(typed.toLowerCase()) && (isQuoted || isName(name)))
    .map(({ name, type }) => ({ text: name, type, start: cursor - typed.length, end: cursor }));
}

function isName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}
