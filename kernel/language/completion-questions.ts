import type { CompletionItem, CompletionList, Hover } from "vscode-languageserver-protocol";
import { candidates, completionResult, isOpenType, wordBefore, worthAsking } from "./complete.ts";
import type { Candidate, CompletionPlace, CompletionResult } from "./complete.ts";
import { offsetInCell } from "./compose.ts";
import { hoverText } from "./inspect.ts";
import { toTyped, toWhole } from "./view.ts";
import type { CellView } from "./view.ts";
import type { Workspace } from "./workspace.ts";

/** A place in a cell that is asked about. */
export interface AskedPlace {
  readonly view: CellView;
  /** The view as one text. */
  readonly whole: string;
  /** In UTF-16 units of what the user typed. */
  readonly offset: number;
}

/** How the code could go on at a place. Throws a LanguageError. */
export async function completionsAt(
  workspace: Workspace,
  { view, whole, offset }: AskedPlace,
): Promise<CompletionResult> {
  const at = toWhole(view, offset);
  const word = wordBefore(whole, at).toLowerCase();
  const isMember = /\.\s*#?$/.test(whole.slice(0, at - word.length));
  const composed = await workspace.setQuery(
    whole,
    (name) => !isMember && name.toLowerCase().startsWith(word),
  );
  const place: CompletionPlace = {
    composed,
    at: composed.offset + at,
    toTyped: (inComposed) => toTyped(view, offsetInCell(composed, inComposed)) ?? offset,
  };
  const list = await workspace.askQuery<CompletionList | null>("textDocument/completion", composed, place.at);
  const found = candidates(list, place, isMember ? new Map() : composed.sees);
  const isOpen = isMember && (found.length === 0 || (await isOpenObject(workspace, { whole, place, word })));
  return completionResult(found, await detailsOf(workspace, worthAsking(found)), { at: offset, isOpen });
}

/** A member that is being typed. */
interface TypedMember {
  /** The whole text of the cell. */
  readonly whole: string;
  readonly place: CompletionPlace;
  /** What of its name is there. */
  readonly word: string;
}

/** Whether the object in front of the dot may have more members than its type says, such as `any` has. */
async function isOpenObject(
  workspace: Workspace,
  { whole, place: { composed, at }, word }: TypedMember,
): Promise<boolean> {
  const end = whole.slice(0, at - composed.offset - word.length).search(/\s*\??\.\s*#?$/);
  if (!/[\p{ID_Continue}$]$/u.test(whole.slice(0, end))) return false;
  const hover = await workspace.askQuery<Hover | null>(
    "textDocument/hover",
    composed,
    composed.offset + end - 1,
  );
  return hover !== null && isOpenType(hoverText(hover));
}

/** How candidates are declared, by their texts; each is a question of its own. */
async function detailsOf(workspace: Workspace, asked: readonly Candidate[]): Promise<Map<string, string>> {
  const details = new Map<string, string>();
  const ask = async ({ text, item }: Candidate): Promise<void> => {
    const { detail } = await workspace.askItem<CompletionItem>("completionItem/resolve", item);
    if (detail !== undefined) details.set(text, detail);
  };
  await Promise.all(asked.map(ask));
  return details;
}
