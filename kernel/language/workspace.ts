import { pathToFileURL } from "node:url";
import type { Diagnostic, DocumentDiagnosticReport } from "vscode-languageserver-protocol";
import { analyse } from "./analyse.ts";
import type { Analysis } from "./analyse.ts";
import { Cells } from "./cells.ts";
import { compose, requestedModules } from "./compose.ts";
import type { ComposeOptions, Composed } from "./compose.ts";
import { LineIndex } from "./cursor.ts";
import { allDocuments, documentNames } from "./documents.ts";
import { LanguageError } from "./errors.ts";
import type { Command } from "./executable.ts";
import { LocalFiles } from "./local-files.ts";
import { LanguageServer } from "./server.ts";
import type { ServerProcess } from "./spawn-server.ts";
import { notebookConfig } from "./tsconfig.ts";
import { UserConfigFile } from "./user-config.ts";

/** What a notebook's language service is made from. */
export interface WorkspaceOptions {
  /** The absolute path of the notebook's folder. Imports are resolved from it; nothing is written to it. */
  readonly folder: string;
  /** Declarations, without imports or exports of their own, of what is in scope in all cells. */
  readonly ambient?: string;
  /** Modules that the host provides: their names and the absolute paths of their declarations. */
  readonly paths?: Readonly<Record<string, readonly string[]>>;
  /** What is started in place of TypeScript's own language server. */
  readonly command?: Command;
  /** A process of the server that was started ahead. */
  readonly spawned?: ServerProcess;
  /** How long an answer of the server may take, in milliseconds; 30 s by default. */
  readonly timeoutMs?: number;
}

type DocumentName = keyof typeof documentNames;
type Role = "cell" | "query";

const withElements = { cell: "cellWithElements", query: "queryWithElements" } as const;
const emptyModule = "export {};\n";

/** What the server says of a file. */
export interface FileReport {
  readonly path: string;
  readonly items: readonly Diagnostic[];
}

// A whole project is for its own tools to check.
const mostFiles = 40;

const importCall = /\bimport\(\s*(["'])([^"'\n]+)\1\s*\)/g;

/** A language server with the documents of one notebook. Its methods must be called one after the other. */
export class Workspace {
  readonly cells: Cells;
  readonly #options: WorkspaceOptions;
  readonly #server: LanguageServer;
  readonly #files: LocalFiles;
  readonly #config: UserConfigFile;
  readonly #modules = new Map<string, readonly string[]>();
  /** The documents that hold the latest cell and the latest query. */
  readonly #latest: Record<Role, DocumentName> = { cell: "cell", query: "query" };
  #isReady = false;
  #haveFilesChanged = false;

  constructor(options: WorkspaceOptions) {
    const { folder, ambient = "", command, spawned, timeoutMs } = options;
    this.#options = options;
    this.#server = new LanguageServer({
      folder,
      config: documentNames.config,
      ...(command === undefined ? {} : { command }),
      ...(spawned === undefined ? {} : { spawned }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    this.#files = new LocalFiles(folder);
    this.cells = new Cells(Array.from(ambient.matchAll(importCall), ([, , name]) => name ?? ""));
    this.#config = new UserConfigFile(folder);
  }

  /** Whether the user's tsconfig.json asks for types where none can be inferred. */
  get noImplicitAny(): boolean {
    const { noImplicitAny, strict } = this.#config.options;
    return (noImplicitAny ?? strict) === true;
  }

  /** Whether the user's tsconfig.json says which libraries there are. */
  get choosesLibraries(): boolean {
    return this.#config.options["lib"] !== undefined;
  }

  /** The notebook's folder. */
  get folder(): string {
    return this.#options.folder;
  }

  /** What is wrong with the user's tsconfig.json, each told once until it changes. */
  takeConfigProblems(): string[] {
    return this.#config.takeProblems();
  }

  /** Starts the server and opens the documents in it. Throws a LanguageError. */
  async open(): Promise<void> {
    await this.#makeReady();
    await this.#server.open();
  }

  /** Composes a cell that is to be checked. */
  async setCell(analysis: Analysis, retry: string | undefined): Promise<Composed> {
    return this.#compose("cell", analysis, { withTypes: !analysis.isBroken, retry });
  }

  /** Composes code that is to be completed or inspected, with names that it may come to mention. */
  async setQuery(whole: string, isWanted: (name: string) => boolean = () => false): Promise<Composed> {
    return this.#compose("query", analyse(whole), { isWanted });
  }

  /**
   * Writes the host's own modules by their global names, `$m0` for `import("lightnix")`, without moving anything: an
   * import, also one of a type, may cost the server a look at all files.
   */
  withNames(text: string): string {
    return text.replaceAll(importCall, (call, _quote, module: string) => {
      const name = this.cells.hostName(module);
      return name === undefined ? call : name.padEnd(call.length);
    });
  }

  /** What is wrong in the module that is checked. Throws a LanguageError. */
  async checkCell(): Promise<readonly Diagnostic[]> {
    await this.#makeReady();
    return this.#diagnostics(this.#document(this.#latest.cell));
  }

  /** Asks about the module that is checked. Throws a LanguageError. */
  async askCell<T>(method: string, params: object = {}): Promise<T> {
    await this.#makeReady();
    return this.#server.request<T>(method, { ...this.#document(this.#latest.cell), ...params });
  }

  /** Asks about an offset of the query. Throws a LanguageError. */
  askQuery<T>(method: string, { text }: Composed, at: number): Promise<T> {
    const position = new LineIndex(text).positionAt(at);
    return this.#server.request<T>(method, { ...this.#document(this.#latest.query), position });
  }

  /** Asks for more about an item of an answer. Throws a LanguageError. */
  askItem<T extends object>(method: string, item: T): Promise<T> {
    return this.#server.request<T>(method, item);
  }

  /**
   * Shows the server what has become of the committed cells, one document after the other: it is quick when one
   * document has changed since the last question, and slow when two have.
   */
  async publish(): Promise<void> {
    if (!this.#isReady) return;
    for (const [name, text] of this.cells.changes()) {
      await this.#server.set(name, text);
      if (this.#server.pid === undefined) continue;
      await this.#server.request("textDocument/foldingRange", this.#document("query")).catch(asLanguageError);
    }
  }

  /**
   * Tells the server what has changed on disk of the files that cells import and of what configures it, and follows what a
   * cell imports. Says whether there was anything new.
   */
  async noticeFiles({ text }: Analysis): Promise<boolean> {
    const hasConfigChanged = this.#config.hasChanged();
    if (hasConfigChanged && this.#isReady) await this.#configure();
    const types = { created: 1, changed: 2, deleted: 3 } as const;
    const named = this.#files.registry.size;
    const changes = this.#files.changes();
    if (changes.length > 0) {
      await this.#server.filesChanged(
        changes.map(([path, change]) => ({ uri: pathToFileURL(path).href, type: types[change] })),
      );
    }
    const isMore = this.#files.follow(requestedModules(text));
    if (this.#files.registry.size > named && this.#isReady) await this.#configure();
    const haveFilesChanged = isMore || changes.length > 0;
    this.#haveFilesChanged ||= haveFilesChanged;
    return hasConfigChanged || haveFilesChanged;
  }

  /**
   * What is wrong in the user's own files that cells import: nothing if none has changed since the last call. Throws a
   * LanguageError.
   */
  async checkFiles(): Promise<FileReport[]> {
    if (!this.#haveFilesChanged) return [];
    this.#haveFilesChanged = false;
    const reports: FileReport[] = [];
    for (const path of this.#files.sources().slice(0, mostFiles)) {
      const items = await this.#diagnostics({ textDocument: { uri: pathToFileURL(path).href } });
      reports.push({ path, items });
    }
    return reports;
  }

  /** Has the server free memory, if there is enough to be freed; `isAwaited`: more than otherwise, as somebody waits. */
  tidy(isAwaited: boolean): Promise<void> {
    return this.#server.tidy(isAwaited);
  }

  /** The process id of the server, while it runs. */
  get serverPid(): number | undefined {
    return this.#server.pid;
  }

  /** Ends the server. */
  close(): Promise<void> {
    return this.#server.close();
  }

  async #compose(role: Role, analysis: Analysis, options: ComposeOptions): Promise<Composed> {
    await this.#makeReady();
    const name = analysis.hasElements ? withElements[role] : role;
    const last = this.#latest[role];
    this.#latest[role] = name;
    // What it adds to the global scope must not stay behind.
    if (last !== name) await this.#server.set(documentNames[last], emptyModule);
    const lastModules = last === name ? (this.#modules.get(name) ?? []) : [];
    const composed = compose(analysis, this.cells, { ...options, factories: this.#factories, lastModules });
    this.#modules.set(name, composed.modules);
    await this.#server.set(documentNames[name], composed.text);
    return composed;
  }

  async #makeReady(): Promise<void> {
    if (this.#isReady) return;
    this.#isReady = true;
    const { ambient = "" } = this.#options;
    await this.#server.set(documentNames.config, this.#configText());
    await this.#server.set(documentNames.ambient, ambient);
    for (const [name, text] of this.cells.changes()) await this.#server.set(name, text);
    for (const name of ["cell", "query", ...Object.values(withElements)] as const)
      await this.#server.set(documentNames[name], emptyModule);
  }

  // What the server panics over is, so far, only what it does to write types down: without that it checks all the same.
  async #diagnostics(params: object): Promise<readonly Diagnostic[]> {
    try {
      return await this.#askDiagnostics(params);
    } catch (error) {
      if (asLanguageError(error).code !== "server-refused") throw error;
      await this.#configure({ writesTypes: false });
      try {
        return await this.#askDiagnostics(params);
      } finally {
        await this.#configure();
      }
    }
  }

  async #askDiagnostics(params: object): Promise<readonly Diagnostic[]> {
    const report = await this.#server.request<DocumentDiagnosticReport>("textDocument/diagnostic", params);
    return report.kind === "full" ? report.items : [];
  }

  async #configure({ writesTypes = true }: { readonly writesTypes?: boolean } = {}): Promise<void> {
    await this.#server.set(documentNames.config, this.#configText(writesTypes));
    await this.#server.filesChanged([{ uri: this.#server.uri(documentNames.config), type: 2 }]);
  }

  #configText(writesTypes = true): string {
    const { folder } = this.#options;
    const installed = Array.from(this.#files.registry, ([name, path]) => [name, [path]] as const);
    const paths = { ...Object.fromEntries(installed), ...this.#options.paths };
    return notebookConfig(this.#config.current, { folder, paths, files: allDocuments(), writesTypes });
  }

  // The names by which elements are made when no comment of the cell says otherwise.
  get #factories(): string[] {
    const { jsxFactory, jsxFragmentFactory, reactNamespace } = this.#config.options;
    const names = [jsxFactory, jsxFragmentFactory, reactNamespace, "React"];
    return names.flatMap((name) => (typeof name === "string" ? [name.replace(/\..*/, "")] : []));
  }

  #document(name: DocumentName): { textDocument: { uri: string } } {
    return { textDocument: { uri: this.#server.uri(documentNames[name]) } };
  }
}

/** Takes a failure of the service as a value; anything else is a mistake of ours and is thrown again. */
export function asLanguageError(error: unknown): LanguageError {
  if (error instanceof LanguageError) return error;
  throw error;
}
