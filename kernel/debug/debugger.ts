import { capabilities } from "./capabilities.ts";
import { connect } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { evaluationRequests } from "./evaluation-requests.ts";
import { threadId } from "./pauses.ts";
import { programRequests } from "./program-requests.ts";
import { DebugError, objectOf, textOf } from "./protocol.ts";
import type { Arguments, DebugEvent, DebugRequest, DebugResponse } from "./protocol.ts";
import type { Body } from "./requests.ts";
import { cellPaths, Sources } from "./sources.ts";
import { variableRequests } from "./variable-requests.ts";

/** What {@link Debugger} works with. */
export interface DebuggerParts {
  /** The address below which the kernel's own scripts lie. */
  readonly ownRoot: string;
  /** Tells clients what has happened. */
  readonly tell: (event: DebugEvent) => void;
}

/**
 * A debugger of the main thread, for clients that speak the Debug Adapter Protocol with Jupyter's additions. It is connected with V8 from when
 * a client first asks for something that needs it, and has V8 debug only between `initialize` and `disconnect`.
 *
 * @see https://microsoft.github.io/debug-adapter-protocol/specification
 * @see https://jupyter-client.readthedocs.io/en/latest/messaging.html#debug-request
 */
export class Debugger {
  readonly #parts: DebuggerParts;
  readonly #sources = new Sources();
  #connection: Connection | undefined;
  #isStarted = false;
  #isClosed = false;
  #seq = 0;

  constructor(parts: DebuggerParts) {
    this.#parts = parts;
  }

  /** Whether a client debugs. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Answers a request. It never fails: what is wrong with the request is in the answer. */
  async answer(request: DebugRequest): Promise<DebugResponse> {
    const { command, seq } = request;
    const answered = (outcome: object): DebugResponse => ({
      type: "response",
      seq: (this.#seq += 1),
      request_seq: seq,
      success: true,
      command,
      ...outcome,
    });
    try {
      const body = await this.#bodyOf(request);
      return answered(body === undefined ? {} : { body });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof DebugError ? error.code : "failed";
      return answered({ success: false, message, body: { error: { id: 1, format: message, code } } });
    }
  }

  /** A cell has ended. */
  cellEnded(): void {
    this.#connection?.pauses.cellEnded();
  }

  /** Lets a paused program go on, which is about to be stopped. */
  release(): void {
    this.#connection?.pauses.release();
  }

  /** Lets go of the main thread for good. */
  close(): void {
    this.#isClosed = true;
    this.#isStarted = false;
    this.#connection?.target.close();
    this.#connection = undefined;
  }

  readonly #own: ReadonlyMap<string, (given: Arguments) => Promise<Body> | Body> = new Map(
    Object.entries({
      initialize: async (given: Arguments) => await this.#initialize(given),
      disconnect: async () => await this.#disconnect(),
      terminate: async () => {
        await this.#disconnect();
        this.#tell("terminated", {});
        return undefined;
      },
      setFunctionBreakpoints: () => ({ breakpoints: [] }),
      threads: () => ({ threads: [{ id: threadId, name: "main" }] }),
      source: (given: Arguments) => {
        const path = textOf(objectOf(given, "source"), "path");
        // Without a type: clients know a language by its file name, JupyterLab knows no "text/typescript".
        return { content: this.#sources.read(path) };
      },
      debugInfo: () => this.#info(),
      dumpCell: (given: Arguments) => ({ sourcePath: this.#sources.keep(textOf(given, "code")) }),
    }),
  );

  async #bodyOf({ command, arguments: given }: DebugRequest): Promise<Body> {
    const own = this.#own.get(command);
    if (own !== undefined) return await own(given);
    const whileStarted = programRequests.get(command) ?? evaluationRequests.get(command);
    if (whileStarted !== undefined) return await whileStarted(this.#started(), given);
    const always = variableRequests.get(command);
    if (always !== undefined) return await always(this.#connected(), given);
    throw new DebugError("unknown-request", `Cannot answer "${command}": this debugger has no such request`);
  }

  async #initialize(given: Arguments): Promise<Body> {
    const { target, variables } = this.#connected();
    // Its tree of variables shows types in the place of values, of all but Python's int, float, bool and str.
    variables.tellsTypes = given["clientID"] !== "jupyterlab";
    if (!this.#isStarted) {
      this.#isStarted = true;
      await target.post("Debugger.enable");
      await target.post("Debugger.setAsyncCallStackDepth", { maxDepth: 8 });
    }
    setImmediate(() => this.#tell("initialized", {}));
    return capabilities;
  }

  async #disconnect(): Promise<Body> {
    const connection = this.#connection;
    this.#connection = undefined;
    const wasStarted = this.#isStarted;
    this.#isStarted = false;
    if (connection === undefined) return undefined;
    const { target, pauses } = connection;
    if (wasStarted) {
      // First, so that the program does not pause again.
      await target.post("Debugger.setSkipAllPauses", { skip: true });
      pauses.release();
      await target.post("Debugger.disable");
      if (pauses.isStopped) pauses.resumed();
    }
    target.close();
    return undefined;
  }

  #info(): Body {
    return {
      isStarted: this.#isStarted,
      ...cellPaths,
      breakpoints: this.#connection?.breakpoints.asked ?? [],
      stoppedThreads: this.#connection?.pauses.isStopped === true ? [threadId] : [],
      richRendering: true,
      exceptionPaths: [],
      copyToGlobals: true,
    };
  }

  #started(): Connection {
    if (this.#isStarted) return this.#connected();
    throw new DebugError("not-started", `Cannot debug: the debugger is not started; send "initialize" first`);
  }

  #connected(): Connection {
    if (this.#isClosed) throw new DebugError("closed", "Cannot debug: the kernel is ending");
    this.#connection ??= connect({
      ownRoot: this.#parts.ownRoot,
      sources: this.#sources,
      tell: (event, body) => this.#tell(event, body),
    });
    return this.#connection;
  }

  #tell(event: string, body: Readonly<Record<string, unknown>>): void {
    this.#parts.tell({ type: "event", seq: (this.#seq += 1), event, body });
  }
}
