import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ResponseError, StreamMessageReader, createMessageConnection } from "vscode-jsonrpc/node";
import type { MessageConnection } from "vscode-jsonrpc/node";
import type { FileEvent } from "vscode-languageserver-protocol";
import { LanguageError } from "./errors.ts";
import type { Command } from "./executable.ts";
import { answerOf, notify } from "./server-messages.ts";
import { initializeParams, noSettings, withoutLibraries } from "./server-settings.ts";
import { spawnServer } from "./spawn-server.ts";
import type { ServerProcess } from "./spawn-server.ts";
import { PipeWriter } from "./pipe-writer.ts";

/** How a language server is started. */
export interface ServerOptions {
  /** The absolute path of the folder that documents lie in, if only in name: none of them is on disk. */
  readonly folder: string;
  /** The name of the document that configures the compiler, in place of `tsconfig.json`. */
  readonly config: string;
  /** What is started; by default the `typescript` package's own server. */
  readonly command?: Command;
  /** A process of it that was started ahead; it is spoken with first, and belongs to this one from now on. */
  readonly spawned?: ServerProcess;
  /**
   * How long an answer may take, in milliseconds; 30 s by default, as a large project on a busy machine may need that. A server that takes
   * longer is ended.
   */
  readonly timeoutMs?: number;
}

interface Document {
  readonly text: string;
  readonly version: number;
}

interface Running {
  readonly connection: MessageConnection;
  readonly child: ChildProcess;
  /** Who is told when the process ends. */
  readonly mourners: Set<(error: LanguageError) => void>;
  /** The versions of documents that the process has. */
  readonly sent: Map<string, number>;
}

const deathsAllowed = 3;
const deathWindowMs = 30_000;

// Each makes the server build its program anew, of which one or two MB are left behind.
const changesPerCollection = 24;
const changesAtMost = 96;

/**
 * TypeScript's own language server as a child process. It is started by the first question, started again with all
 * documents when it died, and left alone for a while when it dies again and again. The owner closes it.
 */
export class LanguageServer {
  readonly #options: ServerOptions;
  readonly #documents = new Map<string, Document>();
  #starting: Promise<Running> | undefined;
  #running: Running | undefined;
  #child: ChildProcess | undefined;
  /** A process that nobody speaks with yet. */
  #spawned: ServerProcess | undefined;
  #deaths: { readonly at: number; readonly reason: string }[] = [];
  #isClosed = false;
  /** How many times documents changed since the server freed what that leaves behind. */
  #changes = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { spawned } = options;
    if (spawned?.pid !== undefined && isAlive(spawned)) this.#spawned = spawned;
    this.#child = this.#spawned;
  }

  /** The process, while there is one. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** Starts the process and opens the documents in it. Throws a LanguageError. */
  async open(): Promise<void> {
    await this.#connect();
  }

  /** The address of a document. */
  uri(name: string): string {
    return pathToFileURL(join(this.#options.folder, name)).href;
  }

  /** Sets the text of a document. Documents are opened in the order in which they were first set. */
  async set(name: string, text: string): Promise<void> {
    const old = this.#documents.get(name);
    if (old?.text === text) return;
    this.#documents.set(name, { text, version: (old?.version ?? 0) + 1 });
    if (this.#running !== undefined) await this.#send(this.#running, name);
  }

  /** Tells the server that files on disk were made, changed or removed. */
  async filesChanged(changes: readonly FileEvent[]): Promise<void> {
    if (this.#running !== undefined)
      await notify(this.#running.connection, "workspace/didChangeWatchedFiles", { changes });
  }

  /**
   * Asks the server something; when it dies over it, asks once more.
   *
   * Throws a LanguageError (`server-missing`, `server-failed`, `server-silent`, `server-refused`, `closed`).
   */
  async request<T>(method: string, params?: object): Promise<T> {
    try {
      return await this.#ask<T>(method, params);
    } catch (error) {
      const isWorthAnother = error instanceof LanguageError && error.code === "server-failed";
      if (this.#isClosed || !isWorthAnother) throw error;
      return await this.#ask<T>(method, params);
    }
  }

  /**
   * Has the server free what documents that have changed have left behind, if there is enough of it. What is asked next waits for that, some
   * 15 ms; when that is so already (`isAwaited`), more is left to be freed later.
   */
  async tidy(isAwaited: boolean): Promise<void> {
    const isEnough = this.#changes >= (isAwaited ? changesAtMost : changesPerCollection);
    if (this.#running === undefined || !isEnough) return;
    this.#changes = 0;
    // Another release of the server may not know this; its memory is then a matter of its own.
    await this.request("custom/runGC").catch(() => {});
  }

  /** Ends the server. Questions under way fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    if (child?.pid === undefined || !isAlive(child)) return;
    const end = once(child, "exit");
    child.kill();
    await end;
  }

  async #ask<T>(method: string, params?: object): Promise<T> {
    const running = await this.#connect();
    return this.#inTime(running, method, answerOf<T>(running.connection, method, params));
  }

  // An answer, if it comes before the server's end and the end of patience.
  async #inTime<T>({ child, mourners }: Running, method: string, answer: Promise<T>): Promise<T> {
    const { timeoutMs = 30_000 } = this.#options;
    const { promise: end, reject: mourn } = withRejection();
    const timer = setTimeout(() => {
      mourn(failure("server-silent", `it did not answer ${method} within ${timeoutMs} ms`));
      child.kill("SIGKILL");
    }, timeoutMs);
    mourners.add(mourn);
    try {
      return await Promise.race([answer, end]);
    } catch (error) {
      if (error instanceof LanguageError) throw error;
      const isAnswer = error instanceof ResponseError && isAlive(child);
      throw failure(isAnswer ? "server-refused" : "server-failed", messageOf(error), error);
    } finally {
      clearTimeout(timer);
      mourners.delete(mourn);
    }
  }

  #connect(): Promise<Running> {
    if (this.#isClosed) return Promise.reject(failure("closed", "it was closed"));
    if (this.#starting !== undefined) return this.#starting;
    this.#deaths = this.#deaths.filter(({ at }) => Date.now() - at < deathWindowMs);
    if (this.#deaths.length >= deathsAllowed) {
      const reason = this.#deaths.at(-1)?.reason ?? "";
      return Promise.reject(
        failure("server-failed", `${reason}, again and again; it gets a rest of half a minute`),
      );
    }
    const starting = this.#start();
    this.#starting = starting;
    return starting;
  }

  async #start(): Promise<Running> {
    try {
      const running = this.#spawn();
      await this.#inTime(running, "initialize", this.#initialize(running));
      this.#running = running;
      await this.#openDocuments(running);
      return running;
    } catch (error) {
      this.#starting = undefined;
      throw error instanceof LanguageError ? error : failure("server-failed", messageOf(error), error);
    }
  }

  #spawn(): Running {
    const child = this.#spawned ?? spawnServer(this.#options.command);
    this.#spawned = undefined;
    this.#child = child;
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new PipeWriter(child.stdin),
      { error: () => {}, warn: () => {}, info: () => {}, log: () => {} },
    );
    const running: Running = { connection, child, mourners: new Set(), sent: new Map() };
    child.once("error", (error) => this.#bury(running, error.message));
    child.once("exit", (code, signal) =>
      this.#bury(running, `it ended with ${signal ?? `exit code ${code}`}`),
    );
    connection.onError(() => {});
    connection.onRequest((_method, params) => noSettings(params));
    connection.listen();
    return running;
  }

  #bury({ connection, mourners }: Running, reason: string): void {
    for (const mourn of mourners) mourn(failure("server-failed", reason));
    connection.dispose();
    this.#deaths.push({ at: Date.now(), reason });
    this.#starting = undefined;
    this.#running = undefined;
  }

  async #initialize({ connection }: Running): Promise<void> {
    await connection.sendRequest("initialize", initializeParams(this.#options));
    await connection.sendNotification("initialized", {});
    // The configuration's name takes effect with the first question, and must do so before anything is opened:
    // otherwise the server loads the user's whole project first.
    await connection.sendRequest("workspace/symbol", { query: "\u0000" });
  }

  // With each document that is opened the server makes its program anew. So they are opened in a program without libraries, and
  // then the configuration is: that saves two thirds of the start.
  async #openDocuments(running: Running): Promise<void> {
    const { config } = this.#options;
    const text = this.#documents.get(config)?.text;
    const uri = this.uri(config);
    if (text !== undefined) {
      const textDocument = { uri, languageId: "json", version: 0, text: withoutLibraries(text) };
      await notify(running.connection, "textDocument/didOpen", { textDocument });
      running.sent.set(config, 0);
    }
    for (const name of this.#documents.keys()) if (name !== config) await this.#send(running, name);
    await this.#send(running, config);
    if (text !== undefined)
      await notify(running.connection, "workspace/didChangeWatchedFiles", { changes: [{ uri, type: 2 }] });
  }

  // Opens or changes the document in the process, unless it has this version already.
  async #send(running: Running, name: string): Promise<void> {
    const { sent } = running;
    const document = this.#documents.get(name);
    if (document === undefined || sent.get(name) === document.version) return;
    const { text, version } = document;
    const uri = this.uri(name);
    const isOpen = sent.has(name);
    sent.set(name, version);
    if (isOpen) {
      this.#changes += 1;
      const textDocument = { uri, version };
      await notify(running.connection, "textDocument/didChange", {
        textDocument,
        contentChanges: [{ text }],
      });
    } else {
      const languageId = languageIds[extname(name)] ?? "typescript";
      await notify(running.connection, "textDocument/didOpen", {
        textDocument: { uri, languageId, version, text },
      });
    }
  }
}

const languageIds: Readonly<Record<string, string>> = { ".json": "json", ".tsx": "typescriptreact" };

function withRejection(): { promise: Promise<never>; reject: (error: LanguageError) => void } {
  let settle: ((error: LanguageError) => void) | undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    settle = reject;
  });
  return { promise, reject: (error) => settle?.(error) };
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null && !child.killed;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failure(code: string, reason: string, cause?: unknown): LanguageError {
  return new LanguageError(code, `Cannot ask the language service: ${reason}`, { cause });
}
