import { statementAt } from "./analyse.ts";
import type { Analysis } from "./analyse.ts";
import type { CompletionResult } from "./complete.ts";
import { completionsAt } from "./completion-questions.ts";
import { cellDiagnostics } from "./diagnose.ts";
import type { Diagnostic } from "./diagnose.ts";
import { FileNews } from "./file-news.ts";
import type { FileProblems } from "./file-news.ts";
import { withHint } from "./hints.ts";
import type { InspectionResult } from "./inspect.ts";
import { inspectionAt } from "./inspection-questions.ts";
import { pragmasOf } from "./compose.ts";
import { Preparer } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import type { CellView } from "./view.ts";
import { Workspace, asLanguageError } from "./workspace.ts";
import type { WorkspaceOptions } from "./workspace.ts";

/** What a check found. */
interface Check {
  /** What is wrong in the cell, in order of position. Empty when nothing is, and when the service is out of order. */
  readonly diagnostics: readonly Diagnostic[];
  /** What is wrong in files that the cell, or an earlier one, imports: each told once until it changes. */
  readonly files: readonly FileProblems[];
  /** Why there was no check, when the service fails, or what is wrong with tsconfig.json: each told once. */
  readonly notice?: string;
}

/** A cell that later cells can refer to. */
interface CommittedScope {
  /** A type for {@link Language.define}: that of a declaration at the top level of the cell, exported or not. */
  typeOf(name: string): string;
}

/**
 * What TypeScript knows of a notebook. Questions are answered one after the other, in the order in which they are
 * asked. The owner closes it.
 */
export interface Language {
  /** Starts the server and shows it what there is to see, without waiting for what it makes of that. Never fails. */
  open(): Promise<void>;
  /** Asks the server a first question, so that it has read all by the next. Never fails: what is wrong is told by the first check. */
  start(): Promise<void>;
  /** Says what is wrong in a cell that has not run. Never fails, and never keeps a cell from running by itself. */
  check(view: CellView): Promise<Check>;
  /**
   * Shows a cell that ran, or began to, to later cells. A name means what the latest cell made of it; cells that are
   * committed already keep what they saw. A cell that failed half way binds all its names: those that it did not reach
   * throw when they are used, as they do in V8.
   */
  commit(view: CellView): Promise<CommittedScope>;
  /** Has a cell checked that waits for another one, so that its check takes no time when its turn has come. Never fails. */
  foresee(view: CellView): Promise<void>;
  /** Has the server free memory, if there is enough to be freed: for moments in which nobody waits. Never fails. */
  tidy(): Promise<void>;
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
  /** Forgets names of earlier cells: they mean what they meant before any cell. */
  forget(names: readonly string[]): Promise<void>;
  /** Forgets all cells. */
  reset(): Promise<void>;
  /** The process id of the server, while it runs. */
  readonly serverPid: number | undefined;
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
export function createLanguage(options: WorkspaceOptions): Language {
  return new NotebookLanguage(options);
}

class NotebookLanguage implements Language {
  readonly #workspace: Workspace;
  readonly #preparer: Preparer;
  /** Where the names of earlier cells were declared. */
  readonly #sources = new Map<string, string>();
  readonly #fileNews: FileNews;
  #turn: Promise<unknown> = Promise.resolve();
  #isOutOfOrder = false;

  constructor(options: WorkspaceOptions) {
    this.#workspace = new Workspace(options);
    this.#preparer = new Preparer(this.#workspace);
    this.#fileNews = new FileNews(this.#workspace);
  }

  open(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#workspace.open().catch(asLanguageError);
    });
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#workspace.checkCell().catch(asLanguageError);
    });
  }

  async check(view: CellView): Promise<Check> {
    const { prepared, files } = await this.#inTurn(async () => ({
      prepared: await this.#preparer.prepare(this.#whole(view)),
      files: await this.#fileNews.check(),
    }));
    // Types are written down while the cell runs. Those that cannot be are inferred again: no harm is done.
    this.#inTurn(() => this.#preparer.annotate()).catch(() => {});
    const { notice, ...checked } = this.#checked(view, prepared);
    const notices = [...this.#workspace.takeConfigProblems(), ...(notice === undefined ? [] : [notice])];
    return { ...checked, files, ...(notices.length > 0 ? { notice: notices.join("\n") } : {}) };
  }

  async foresee(view: CellView): Promise<void> {
    await this.#inTurn(async () => {
      await this.#preparer.prepare(this.#whole(view));
      await this.#workspace.tidy(true);
    });
  }

  async tidy(): Promise<void> {
    await this.#inTurn(() => this.#workspace.tidy(false));
  }

  commit(view: CellView): Promise<CommittedScope> {
    return this.#inTurn(async () => {
      // Whoever waits for the cell is told first.
      await nextTurnOfTheLoop();
      const whole = this.#whole(view);
      if (this.#preparer.leavesNothing(whole)) return { typeOf: (): string => "any" };
      const prepared = await this.#preparer.recall(whole);
      const { analysis, composed } = prepared;
      // What is no TypeScript has never run.
      if (analysis.isBroken) return { typeOf: (): string => "any" };
      const settled = await this.#preparer.settle(prepared);
      const cell = this.#workspace.cells.add({
        ...settled,
        sees: composed.sees,
        imports: analysis.imports,
        ...(analysis.hasElements ? { pragmas: pragmasOf(analysis) } : {}),
      });
      this.#bind(view, analysis, cell);
      await this.#workspace.publish();
      return { typeOf: (name: string): string => `typeof ${cell}.${name}` };
    });
  }

  define(name: string, type: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#define(name, this.#workspace.withNames(type));
      await this.#workspace.publish();
    });
  }

  complete(view: CellView, offset: number): Promise<CompletionResult> {
    return this.#inTurn(() => completionsAt(this.#workspace, { view, whole: this.#whole(view), offset }));
  }

  inspect(view: CellView, offset: number, detail: 0 | 1): Promise<InspectionResult> {
    const sources = this.#sources;
    return this.#inTurn(() =>
      inspectionAt(this.#workspace, { view, whole: this.#whole(view), offset, detail, sources }),
    );
  }

  forget(names: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const name of names) {
        this.#workspace.cells.unbind(name);
        this.#sources.delete(name);
      }
      await this.#workspace.publish();
    });
  }

  reset(): Promise<void> {
    return this.#inTurn(async () => {
      this.#workspace.cells.clear();
      this.#sources.clear();
      await this.#workspace.publish();
    });
  }

  get serverPid(): number | undefined {
    return this.#workspace.serverPid;
  }

  close(): Promise<void> {
    return this.#workspace.close();
  }

  // The whole of a view as one text.
  #whole({ text, epilogue = "" }: CellView): string {
    return text + this.#workspace.withNames(epilogue);
  }

  // One question at a time: each of them sets the text of a document and then asks about it.
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #checked(view: CellView, { found, failure, analysis, composed }: Prepared): Omit<Check, "files"> {
    if (found === undefined) return this.#withNotice(failure?.message ?? "");
    this.#isOutOfOrder = false;
    const { noImplicitAny } = this.#workspace;
    const { isBroken } = analysis;
    const { folder, cells, choosesLibraries } = this.#workspace;
    const diagnostics = cellDiagnostics(found, { view, composed, isBroken, noImplicitAny });
    const { declared } = analysis;
    const known = { names: cells.names, sources: this.#sources, declared };
    const sources = { ...known, folder, choosesLibraries, text: view.text };
    return { diagnostics: diagnostics.map((one, at) => withHint(one, { ...sources, isFirst: at === 0 })) };
  }

  #withNotice(why: string): Omit<Check, "files"> {
    if (this.#isOutOfOrder) return { diagnostics: [] };
    this.#isOutOfOrder = true;
    return { diagnostics: [], notice: `${why}. Cells run unchecked until it works again.` };
  }

  // Makes the names of a cell mean what they mean in it.
  #bind({ text, scope, title, binds = [] }: CellView, analysis: Analysis, cell: string): void {
    const { cells } = this.#workspace;
    for (const [name, { kind, at, as }] of analysis.declared) {
      if (scope === "module" || at >= text.length) continue;
      cells.bind(name, { cell, member: name, kind, as, title });
      this.#sources.set(name, statementAt(analysis, at));
    }
    for (const { name, local } of binds) {
      this.#define(name, `typeof ${cell}.${local}`);
      this.#sources.set(name, text);
    }
  }

  // In a namespace of its own the name cannot meet a declaration of the cell.
  #define(name: string, type: string): void {
    const declarations = `export let ${name}: ${type};`;
    const cell = this.#workspace.cells.add({ declarations, sees: new Map(), imports: [], augmentations: [] });
    this.#workspace.cells.bind(name, { cell, member: name, kind: "variable" });
    this.#sources.delete(name);
  }
}

function nextTurnOfTheLoop(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}
