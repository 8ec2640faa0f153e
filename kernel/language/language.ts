import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  DocumentDiagnosticReport,
  Hover,
  SignatureHelp,
} from "vscode-languageserver-protocol";
import { pathToFileURL } from "node:url";
import { analyse } from "./analyse.ts";
import type { Analysis } from "./analyse.ts";
import { annotationEdits, noAnnotations, readAnnotations } from "./annotations.ts";
import type { Annotations } from "./annotations.ts";
import { Cells } from "./cells.ts";
import { candidates, completionResult, hasSignature, wordBefore } from "./complete.ts";
import type { Candidate, CompletionResult } from "./complete.ts";
import { compose } from "./compose.ts";
import type { Composed } from "./compose.ts";
import { LineIndex } from "./cursor.ts";
import { cellDiagnostics, isLossy, isMissingAnnotation, isMissingModule } from "./diagnose.ts";
import type { Diagnostic } from "./diagnose.ts";
import { allDocuments, documentNames } from "./documents.ts";
import { LanguageError } from "./errors.ts";
import type { Command } from "./executable.ts";
import { inspectionResult } from "./inspect.ts";
import type { InspectionResult } from "./inspect.ts";
import { LocalFiles } from "./local-files.ts";
import { LanguageServer } from "./server.ts";
import { settle } from "./settle.ts";
import { typeParametersIn } from "./syntax.ts";
import { findUserConfig, notebookConfig } from "./tsconfig.ts";
import { toTyped, toWhole, wholeText } from "./view.ts";
import type { CellView } from "./view.ts";

/** What {@link createLanguage} is told. */
export interface LanguageOptions {
  /** The absolute path of the notebook's folder. Imports are resolved from it; nothing is written to it. */
  readonly folder: string;
  /** Declarations, without imports or exports of their own, of what is in scope in all cells. */
  readonly ambient?: string;
  /** Modules that the host provides: their names and the absolute paths of their declarations. */
  readonly paths?: Readonly<Record<string, readonly string[]>>;
  /** What is started in place of TypeScript's own language server. */
  readonly command?: Command;
  /** How long an answer of the server may take, in milliseconds; 20 s by default. */
  readonly timeoutMs?: number;
}

/** What a check found. */
export interface Check {
  /** What is wrong in the cell, in order of position. Empty when nothing is, and when the service is out of order. */
  readonly diagnostics: readonly Diagnostic[];
  /** Why there was no check; told once, when the service fails. */
  readonly notice?: string;
}

/** A cell that later cells can refer to. */
export interface CommittedScope {
  /** A type for {@link Language.define}: that of a declaration at the top level of the cell, exported or not. */
  typeOf(name: string): string;
}

/**
 * What TypeScript knows of a notebook. Questions are answered one after the other, in the order in which they are
 * asked. The owner closes it.
 */
export interface Language {
  /** Starts the server ahead of the first question. Never fails: what is wrong is told by the first check. */
  start(): Promise<void>;
  /** Says what is wrong in a cell that has not run. Never fails, and never keeps a cell from running by itself. */
  check(view: CellView): Promise<Check>;
  /**
   * Shows a cell that ran, or began to, to later cells. A name means what the latest cell made of it; cells that are
   * committed already keep what they saw. A cell that failed half way binds all its names: those that it did not reach
   * throw when they are used, as they do in V8.
   */
  commit(view: CellView): Promise<CommittedScope>;
  /** Shows a value of the host to later cells. The type may refer to modules as `import("lightnix").Stage`. */
  define(name: string, type: string): Promise<void>;
  /** How the code could go on at an offset in UTF-16 units. Throws a LanguageError when the service is out of order. */
  complete(view: CellView, offset: number): Promise<CompletionResult>;
  /**
   * What stands at an offset in UTF-16 units, and the call around it; with detail 1 also its source.
   *
   * Throws a LanguageError when the service is out of order.
   */
  inspect(view: CellView, offset: number, detail: 0 | 1): Promise<InspectionResult>;
  /** Forgets all cells. */
  reset(): Promise<void>;
  /** Ends the server. */
  close(): Promise<void>;
}

/**
 * The TypeScript of a notebook's cells, by TypeScript's own language server.
 *
 * ```ts
 * const language = createLanguage({ folder: "/home/me/notebooks" });
 * await language.commit({ text: "let epochs = 5;" });
 * const { diagnostics } = await language.check({ text: 'epochs = "many";' });
 * console.log(formatDiagnostics(diagnostics, { code: 'epochs = "many";' }));
 * await language.close();
 * ```
 */
export function createLanguage(options: LanguageOptions): Language {
  return new NotebookLanguage(options);
}

/** A cell with what the server said of it. */
interface Prepared {
  readonly whole: string;
  readonly analysis: Analysis;
  readonly composed: Composed;
  /** How many modules had a name when the cell was composed: types are written down in these names. */
  readonly moduleCount: number;
  readonly report: DocumentDiagnosticReport | undefined;
  annotations?: Annotations;
}

class NotebookLanguage implements Language {
  readonly #options: LanguageOptions;
  readonly #server: LanguageServer;
  readonly #cells: Cells;
  readonly #files: LocalFiles;
  readonly #noImplicitAny: boolean;
  readonly #sources = new Map<string, string>();
  #last: Promise<unknown> = Promise.resolve();
  #prepared: Prepared | undefined;
  #globals: ReadonlySet<string> | undefined;
  #isReady = false;
  #hasToldFailure = false;
  #retries = 0;
  #isModuleMissing = false;

  constructor(options: LanguageOptions) {
    const { folder, ambient = "", command, timeoutMs } = options;
    this.#options = options;
    this.#server = new LanguageServer({
      folder,
      config: documentNames.config,
      ...(command === undefined ? {} : { command }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const ambientModules = Array.from(ambient.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g), ([, name]) => name ?? "");
    this.#cells = new Cells([...new Set(ambientModules)]);
    this.#files = new LocalFiles(folder);
    const strictness = findUserConfig(folder)?.options ?? {};
    this.#noImplicitAny = (strictness["noImplicitAny"] ?? strictness["strict"]) === true;
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#prepareDocuments();
      await this.#server.request("textDocument/diagnostic", this.#document("cell")).catch(ignoreLanguageError);
    });
  }

  async check(view: CellView): Promise<Check> {
    const checked = await this.#inTurn(() => this.#check(view));
    // Types are written down while the cell runs.
    void this.#inTurn(() => this.#annotate());
    return checked;
  }

  commit(view: CellView): Promise<CommittedScope> {
    return this.#inTurn(async () => {
      const whole = wholeText(view);
      const isPrepared = this.#prepared?.whole === whole && this.#prepared.moduleCount === this.#cells.moduleCount;
      const prepared = isPrepared && this.#prepared !== undefined ? this.#prepared : await this.#prepare(whole);
      await this.#annotate();
      const id = this.#keep(view, prepared);
      await this.#publish();
      return { typeOf: (name) => `typeof ${id}.${name}` };
    });
  }

  define(name: string, type: string): Promise<void> {
    return this.#inTurn(async () => {
      const cell = this.#cells.add({
        declarations: `export let ${name}: ${type};`,
        sees: new Map(),
        imports: [],
        augmentations: [],
      });
      this.#cells.bind(name, { cell, member: name, kind: "variable" });
      this.#sources.delete(name);
      await this.#publish();
    });
  }

  complete(view: CellView, offset: number): Promise<CompletionResult> {
    return this.#inTurn(async () => {
      const whole = wholeText(view);
      const at = toWhole(view, offset);
      const word = wordBefore(whole, at).toLowerCase();
      const isMember = /\.\s*#?$/.test(whole.slice(0, at - word.length));
      const composed = await this.#query(whole, (name) => !isMember && name.toLowerCase().startsWith(word));
      const place = { composed, at: composed.offset + at, toTyped: typedOffset(view, composed, offset) };
      const list = await this.#ask<CompletionList | null>("textDocument/completion", composed, place.at);
      const found = candidates(list, place);
      return completionResult(found, await this.#signatures(found), offset);
    });
  }

  inspect(view: CellView, offset: number, detail: 0 | 1): Promise<InspectionResult> {
    return this.#inTurn(async () => {
      const whole = wholeText(view);
      const at = toWhole(view, offset);
      const composed = await this.#query(whole);
      const hover = await this.#ask<Hover | null>("textDocument/hover", composed, composed.offset + at);
      const signatures = await this.#ask<SignatureHelp | null>(
        "textDocument/signatureHelp",
        composed,
        composed.offset + at,
      );
      const name = wordBefore(whole, at) + (/^[\p{ID_Continue}$]*/u.exec(whole.slice(at))?.[0] ?? "");
      const source = detail === 1 && composed.sees.has(name) ? this.#sources.get(name) : undefined;
      return inspectionResult({ hover, signatures, source });
    });
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      this.#cells.clear();
      this.#sources.clear();
      await this.#publish();
    });
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  // One question at a time: each of them sets the text of a document and then asks about it.
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #prepareDocuments(): Promise<void> {
    if (this.#isReady) return;
    this.#isReady = true;
    const { folder, ambient = "", paths = {} } = this.#options;
    const config = notebookConfig(findUserConfig(folder), { folder, paths, files: allDocuments() });
    await this.#server.set(documentNames.config, config);
    await this.#server.set(documentNames.ambient, ambient);
    for (const [name, text] of this.#cells.changes()) await this.#server.set(name, text);
    await this.#server.set(documentNames.cell, "export {};\n");
    await this.#server.set(documentNames.query, "export {};\n");
  }

  async #check(view: CellView): Promise<Check> {
    const { analysis, composed, report } = await this.#prepare(wholeText(view));
    if (report?.kind !== "full") return this.#withNotice();
    this.#hasToldFailure = false;
    const { isBroken } = analysis;
    return { diagnostics: cellDiagnostics(report.items, { view, composed, isBroken, noImplicitAny: this.#noImplicitAny }) };
  }

  #failure: LanguageError | undefined;

  #withNotice(): Check {
    if (this.#hasToldFailure) return { diagnostics: [] };
    this.#hasToldFailure = true;
    const why = this.#failure?.message ?? "Cannot ask the language service: it gave no answer";
    return { diagnostics: [], notice: `${why}. Cells run unchecked until it works again.` };
  }

  async #prepare(whole: string): Promise<Prepared> {
    await this.#prepareDocuments();
    const analysis = analyse(whole);
    await this.#noticeFiles(analysis);
    const composed = compose(analysis, this.#cells, { withTypes: !analysis.isBroken, extra: this.#retry() });
    await this.#server.set(documentNames.cell, composed.text);
    const report = await this.#report();
    const { moduleCount } = this.#cells;
    this.#prepared = { whole, analysis, composed, moduleCount, report };
    return this.#prepared;
  }

  async #report(): Promise<DocumentDiagnosticReport | undefined> {
    try {
      const report = await this.#server.request<DocumentDiagnosticReport>(
        "textDocument/diagnostic",
        this.#document("cell"),
      );
      this.#isModuleMissing = report.kind === "full" && report.items.some(isMissingModule);
      return report;
    } catch (error) {
      this.#failure = ignoreLanguageError(error);
      return undefined;
    }
  }

  // The server looks for modules only when imports change, but a missing one may have been installed meanwhile.
  #retry(): string {
    if (!this.#isModuleMissing) return "";
    this.#retries += 1;
    return `import {} from "./.notebook-retry-${this.#retries}.ts";`;
  }

  async #noticeFiles({ imports }: Analysis): Promise<void> {
    const types = { created: 1, changed: 2, deleted: 3 } as const;
    const changes = this.#files.changes();
    if (changes.length > 0) {
      await this.#server.filesChanged(
        changes.map(([path, change]) => ({ uri: pathToFileURL(path).href, type: types[change] })),
      );
    }
    this.#files.follow(imports.map(({ specifier }) => specifier));
  }

  // Has the types of the cell that was last prepared written down.
  async #annotate(): Promise<void> {
    const prepared = this.#prepared;
    if (prepared === undefined || prepared.annotations !== undefined) return;
    prepared.annotations = noAnnotations;
    const items = prepared.report?.kind === "full" ? prepared.report.items : [];
    const missing = items.find(isMissingAnnotation);
    if (missing === undefined || items.some(isLossy)) return;
    try {
      const actions = await this.#server.request<CodeAction[] | null>("textDocument/codeAction", {
        ...this.#document("cell"),
        range: missing.range,
        context: { diagnostics: [missing], only: ["quickfix"] },
      });
      prepared.annotations = readAnnotations(annotationEdits(actions ?? []), prepared.composed);
      this.#globals ??= await this.#globalNames();
    } catch (error) {
      ignoreLanguageError(error);
    }
  }

  // All names that need no declaration, those of types included.
  async #globalNames(): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for (const text of ["", "let it: "]) {
      const composed = await this.#query(text, () => false);
      const at = composed.text.length;
      const list = await this.#ask<CompletionList | null>("textDocument/completion", composed, at);
      for (const { label } of list?.items ?? []) names.add(label);
    }
    return names;
  }

  #keep(view: CellView, { analysis, composed, annotations = noAnnotations }: Prepared): string {
    const own = typeParametersIn(analysis.statements);
    const isKnown = (name: string): boolean =>
      analysis.declared.has(name) ||
      composed.sees.has(name) ||
      own.has(name) ||
      /^\$(?:cell|m)\d+$/.test(name) ||
      this.#globals?.has(name) === true;
    const settled = settle(analysis, annotations, isKnown);
    const cell = this.#cells.add({ ...settled, sees: composed.sees, imports: analysis.imports });
    if (view.scope !== "module") {
      for (const [name, { kind, at }] of analysis.declared) {
        if (at >= view.text.length) continue;
        this.#cells.bind(name, { cell, member: name, kind });
        this.#sources.set(name, statementAt(analysis, at));
      }
    }
    for (const { name, local } of view.binds ?? []) {
      const kind = analysis.declared.get(local)?.kind ?? "fixed";
      this.#cells.bind(name, { cell, member: local, kind });
      this.#sources.set(name, view.text);
    }
    return cell;
  }

  // Each document is taken in by itself: the server is quick when one document has changed, and slow when two have.
  async #publish(): Promise<void> {
    if (!this.#isReady) return;
    for (const [name, text] of this.#cells.changes()) {
      await this.#server.set(name, text);
      if (this.#server.pid === undefined) continue;
      await this.#server.request("textDocument/foldingRange", this.#document("query")).catch(ignoreLanguageError);
    }
  }

  async #query(whole: string, isWanted: (name: string) => boolean = () => false): Promise<Composed> {
    await this.#prepareDocuments();
    const composed = compose(analyse(whole), this.#cells, { isWanted });
    await this.#server.set(documentNames.query, composed.text);
    return composed;
  }

  #ask<T>(method: string, { text }: Composed, at: number): Promise<T> {
    const position = new LineIndex(text).positionAt(at);
    return this.#server.request<T>(method, { ...this.#document("query"), position });
  }

  // Declarations of the first few functions; each is a question of its own.
  async #signatures(found: readonly Candidate[]): Promise<Map<string, string>> {
    const asked = found.filter(hasSignature).slice(0, 6);
    const resolved = await Promise.all(
      asked.map(({ item }) =>
        this.#server.request<CompletionItem>("completionItem/resolve", item).catch(ignoreLanguageError),
      ),
    );
    const signatures = new Map<string, string>();
    for (const [index, { text }] of asked.entries()) {
      const item = resolved[index];
      if (item !== undefined && "detail" in item && item.detail !== undefined) signatures.set(text, item.detail);
    }
    return signatures;
  }

  #document(name: keyof typeof documentNames): { textDocument: { uri: string } } {
    return { textDocument: { uri: this.#server.uri(documentNames[name]) } };
  }
}

function typedOffset(view: CellView, composed: Composed, fallback: number): (offset: number) => number {
  return (offset) => toTyped(view, offset - composed.offset) ?? fallback;
}

function statementAt({ statements, text }: Analysis, at: number): string {
  const statement = statements.find(({ start, end }) => start <= at && at < end);
  return statement === undefined ? "" : text.slice(statement.start, statement.end);
}

// A service that is out of order is no reason to fail; anything else is a mistake of ours.
function ignoreLanguageError(error: unknown): LanguageError {
  if (error instanceof LanguageError) return error;
  throw error;
}
