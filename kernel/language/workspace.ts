import { pathToFileURL } from "node:url";
import { analyse } from "./analyse.ts";
import type { Analysis } from "./analyse.ts";
import { Cells } from "./cells.ts";
import { compose } from "./compose.ts";
import type { ComposeOptions, Composed } from "./compose.ts";
import { LineIndex } from "./cursor.ts";
import { allDocuments, documentNames } from "./documents.ts";
import { LanguageError } from "./errors.ts";
import type { Command } from "./executable.ts";
import { LocalFiles } from "./local-files.ts";
import { LanguageServer } from "./server.ts";
import { findUserConfig, notebookConfig } from "./tsconfig.ts";

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
  /** How long an answer of the server may take, in milliseconds; 10 s by default. */
  readonly timeoutMs?: number;
}

const importCall = /\bimport\(\s*(["'])([^"'\n]+)\1\s*\)/g;

/** A language server with the documents of one notebook. Its methods must be called one after the other. */
export class Workspace {
  readonly cells: Cells;
  /** Whether the user's tsconfig.json asks for types where none can be inferred. */
  readonly noImplicitAny: boolean;
  readonly #options: WorkspaceOptions;
  readonly #server: LanguageServer;
  readonly #files: LocalFiles;
  readonly #modules = new Map<string, readonly string[]>();
  #isReady = false;

  constructor(options: WorkspaceOptions) {
    const { folder, ambient = "", command, timeoutMs } = options;
    this.#options = options;
    this.#server = new LanguageServer({
      folder,
      config: documentNames.config,
      ...(command === undefined ? {} : { command }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    this.#files = new LocalFiles(folder);
    this.cells = new Cells(Array.from(ambient.matchAll(importCall), ([, , name]) => name ?? ""));
    const { noImplicitAny, strict } = findUserConfig(folder)?.options ?? {};
    this.noImplicitAny = (noImplicitAny ?? strict) === true;
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

  /** Asks about the module that is checked. Throws a LanguageError. */
  async askCell<T>(method: string, params: object = {}): Promise<T> {
    await this.#makeReady();
    return this.#server.request<T>(method, { ...this.#document("cell"), ...params });
  }

  /** Asks about an offset of the query. Throws a LanguageError. */
  askQuery<T>(method: string, { text }: Composed, at: number): Promise<T> {
    const position = new LineIndex(text).positionAt(at);
    return this.#server.request<T>(method, { ...this.#document("query"), position });
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

  /** Tells the server which of the files that cells import have changed, and follows what a cell imports. */
  async noticeFiles({ imports }: Analysis): Promise<void> {
    const types = { created: 1, changed: 2, deleted: 3 } as const;
    const changes = this.#files.changes();
    if (changes.length > 0) {
      await this.#server.filesChanged(
        changes.map(([path, change]) => ({ uri: pathToFileURL(path).href, type: types[change] })),
      );
    }
    this.#files.follow(imports.map(({ specifier }) => specifier));
  }

  /** The process id of the server, while it runs. */
  get serverPid(): number | undefined {
    return this.#server.pid;
  }

  /** Ends the server. */
  close(): Promise<void> {
    return this.#server.close();
  }

  async #compose(name: "cell" | "query", analysis: Analysis, options: ComposeOptions): Promise<Composed> {
    await this.#makeReady();
    const lastModules = this.#modules.get(name) ?? [];
    const composed = compose(analysis, this.cells, { ...options, lastModules });
    this.#modules.set(name, composed.modules);
    await this.#server.set(documentNames[name], composed.text);
    return composed;
  }

  async #makeReady(): Promise<void> {
    if (this.#isReady) return;
    this.#isReady = true;
    const { folder, ambient = "", paths = {} } = this.#options;
    const config = notebookConfig(findUserConfig(folder), { folder, paths, files: allDocuments() });
    await this.#server.set(documentNames.config, config);
    await this.#server.set(documentNames.ambient, ambient);
    for (const [name, text] of this.cells.changes()) await this.#server.set(name, text);
    await this.#server.set(documentNames.cell, "export {};\n");
    await this.#server.set(documentNames.query, "export {};\n");
  }

  #document(name: keyof typeof documentNames): { textDocument: { uri: string } } {
    return { textDocument: { uri: this.#server.uri(documentNames[name]) } };
  }
}

/** Takes a failure of the service as a value; anything else is a mistake of ours and is thrown again. */
export function asLanguageError(error: unknown): LanguageError {
  if (error instanceof LanguageError) return error;
  throw error;
}
