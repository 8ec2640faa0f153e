import type { CodeAction, CompletionList, Diagnostic } from "vscode-languageserver-protocol";
import { loneExpression } from "../../core/typescript/lone-expression.ts";
import { analyse, leavesNothing } from "./analyse.ts";
import type { Analysis } from "./analyse.ts";
import { annotationEdits, noAnnotations, readAnnotations } from "./annotations.ts";
import type { Annotations } from "./annotations.ts";
import type { Composed } from "./compose.ts";
import { isLasting, isLossy, isMissingAnnotation, isMissingModule } from "./diagnose.ts";
import type { LanguageError } from "./errors.ts";
import { settle } from "./settle.ts";
import type { Settled } from "./settle.ts";
import { typeParametersIn } from "./syntax.ts";
import { asLanguageError } from "./workspace.ts";
import type { Workspace } from "./workspace.ts";

/** A cell with what the server said of it. */
export interface Prepared {
  readonly whole: string;
  readonly analysis: Analysis;
  readonly composed: Composed;
  /** How many modules had a name when the cell was composed: types are written down in these names. */
  readonly moduleCount: number;
  /** What earlier cells were when it was composed, as {@link Cells.revision}. */
  readonly revision: number;
  /** All that the server found; nothing when it failed. */
  readonly found: readonly Diagnostic[] | undefined;
  readonly failure: LanguageError | undefined;
}

/** Has cells checked, and their types written down. The last cell is remembered, so that it is asked about once. */
export class Preparer {
  readonly #workspace: Workspace;
  #last: Prepared | undefined;
  #annotations: Annotations | undefined;
  #globals: ReadonlySet<string> | undefined;
  #retries = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Has a cell checked; not again if it was the last one, was found good, and nothing has changed since. */
  async prepare(whole: string): Promise<Prepared> {
    const analysis = this.#analyse(whole);
    const isNews = await this.#workspace.noticeFiles(analysis);
    const { cells } = this.#workspace;
    const last = this.#last;
    const isSame = last?.whole === whole && last.revision === cells.revision && !isNews;
    if (isSame && last.found?.every(isLasting) === true) return last;
    const composed = await this.#workspace.setCell(analysis, this.#retry());
    const { found, failure } = await this.#diagnostics();
    this.#annotations = undefined;
    const { moduleCount, revision } = cells;
    this.#last = { whole, analysis, composed, moduleCount, revision, found, failure };
    return this.#last;
  }

  /** Whether a cell is nothing to later ones. */
  leavesNothing(whole: string): boolean {
    return loneExpression(whole) !== undefined || leavesNothing(this.#analyse(whole));
  }

  /** What was said of a cell when it was checked last; it is checked now if that was not the last check. */
  async recall(whole: string): Promise<Prepared> {
    const last = this.#last;
    const isFresh = last?.whole === whole && last.moduleCount === this.#workspace.cells.moduleCount;
    return isFresh ? last : this.prepare(whole);
  }

  /** The declarations of a cell that was recalled, with its types written down. */
  async settle({ analysis, composed }: Prepared): Promise<Settled> {
    await this.annotate();
    const own = typeParametersIn(analysis.statements);
    const isKnown = (name: string): boolean =>
      analysis.declared.has(name) ||
      composed.sees.has(name) ||
      own.has(name) ||
      /^\$(?:cell|m)\d+$/.test(name) ||
      this.#globals?.has(name) === true;
    return settle(analysis, this.#annotations ?? noAnnotations, isKnown);
  }

  /** Has the types of the cell that was prepared last written down, if any must be. */
  async annotate(): Promise<void> {
    if (this.#last === undefined || this.#annotations !== undefined) return;
    this.#annotations = noAnnotations;
    const { found = [], composed } = this.#last;
    const missing = found.find(isMissingAnnotation);
    if (missing === undefined || found.some(isLossy)) return;
    try {
      const actions = await this.#workspace.askCell<CodeAction[] | null>("textDocument/codeAction", {
        range: missing.range,
        context: { diagnostics: [missing], only: ["quickfix"] },
      });
      this.#globals ??= await this.#globalNames();
      this.#annotations = readAnnotations(annotationEdits(actions ?? []), composed);
    } catch (error) {
      asLanguageError(error);
    }
  }

  #analyse(whole: string): Analysis {
    return this.#last?.whole === whole ? this.#last.analysis : analyse(whole);
  }

  async #diagnostics(): Promise<Pick<Prepared, "found" | "failure">> {
    try {
      return { found: await this.#workspace.checkCell(), failure: undefined };
    } catch (error) {
      return { found: undefined, failure: asLanguageError(error) };
    }
  }

  // The server looks for modules only when imports change, but a missing one may have been installed meanwhile.
  #retry(): string | undefined {
    const isMissing = this.#last?.found?.some((one) => one.range.start.line > 0 && isMissingModule(one));
    if (isMissing !== true) return undefined;
    this.#retries += 1;
    return `./.notebook-retry-${this.#retries}.ts`;
  }

  // All names that need no declaration, those of types included.
  async #globalNames(): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for (const text of ["", "let it: "]) {
      const composed = await this.#workspace.setQuery(text);
      const at = composed.text.length;
      const list = await this.#workspace.askQuery<CompletionList | null>(
        "textDocument/completion",
        composed,
        at,
      );
      for (const { label } of list?.items ?? []) names.add(label);
    }
    return names;
  }
}
