import type { Definition, Hover, SignatureHelp } from "vscode-languageserver-protocol";
import { wordAround } from "./complete.ts";
import type { AskedPlace } from "./completion-questions.ts";
import { memberSource, sourceInFile } from "./declaration-source.ts";
import { inspectionResult } from "./inspect.ts";
import type { InspectionResult } from "./inspect.ts";
import { toWhole } from "./view.ts";
import type { Workspace } from "./workspace.ts";

/** What is asked about a place. */
export interface AskedInspection extends AskedPlace {
  /** 1: with its source. */
  readonly detail: 0 | 1;
  /** Where the names of earlier cells were declared. */
  readonly sources: ReadonlyMap<string, string>;
}

/** What stands at a place, and the call around it. Throws a LanguageError. */
export async function inspectionAt(
  workspace: Workspace,
  { view, whole, offset, detail, sources }: AskedInspection,
): Promise<InspectionResult> {
  const at = toWhole(view, offset);
  const composed = await workspace.setQuery(whole);
  const ask = <T>(method: string): Promise<T | null> =>
    workspace.askQuery<T | null>(method, composed, composed.offset + at);
  const hover = await ask<Hover>("textDocument/hover");
  const signatures = await ask<SignatureHelp>("textDocument/signatureHelp");
  if (detail === 0) return inspectionResult({ hover, signatures });
  const definition = await ask<Definition>("textDocument/definition");
  const name = wordAround(whole, at);
  const source =
    sourceInFile(definition, workspace.folder) ??
    memberSource(hover, sources) ??
    (composed.sees.has(name) ? sources.get(name) : undefined);
  return inspectionResult({
    hover,
    signatures,
    source: typeof source === "string" ? { text: source } : source,
  });
}
