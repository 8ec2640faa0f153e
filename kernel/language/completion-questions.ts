import type { CompletionItem, Hover } from "vscode-languageserver-protocol";
import { isOpenType } from "./complete.ts";
import type { Candidate, CompletionPlace } from "./complete.ts";
import { hoverText } from "./inspect.ts";
import type { Workspace } from "./workspace.ts";

/** A member that is being typed. */
export interface TypedMember {
  /** The whole text of the cell. */
  readonly whole: string;
  readonly place: CompletionPlace;
  /** What of its name is there. */
  readonly word: string;
}

/** Whether the object in front of the dot may have more members than its type says, such as `any` has. */
export async function isOpenObject(
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
export async function detailsOf(
  workspace: Workspace,
  asked: readonly Candidate[],
): Promise<Map<string, string>> {
  const details = new Map<string, string>();
  const ask = async ({ text, item }: Candidate): Promise<void> => {
    const { detail } = await workspace.askItem<CompletionItem>("completionItem/resolve", item);
    if (detail !== undefined) details.set(text, detail);
  };
  await Promise.all(asked.map(ask));
  return details;
}
