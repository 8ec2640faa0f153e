import { completionsAt } from "./completions.ts";
import { connect } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Place } from "./evaluation.ts";
import { threadId, thrownText } from "./pauses.ts";
import type { ExceptionFilter, Step } from "./pauses.ts";
import { DebugError, integerOf, objectOf, objectsOf, textOf } from "./protocol.ts";
import type { Arguments, DebugEvent, DebugRequest, DebugResponse, SourceBreakpoint } from "./protocol.ts";
import { cellPaths, Sources } from "./sources.ts";
import { frameOf, scopesOf, sessionObject, toldFrame } from "./stack.ts";
import type { Part } from "./variables.ts";

/** What {@link Debugger} works with. */
export interface DebuggerParts {
  /** The address below which the kernel's own scripts lie. */
  readonly ownRoot: string;
  /** Tells clients what has happened. */
  readonly tell: (event: DebugEvent) => void;
}

type Body = Readonly<Record<string, unknown>> | undefined;

const capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsExceptionInfoRequest: true,
  supportsModulesRequest: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ["."],
  supportsTerminateRequest: true,
  supportTerminateDebuggee: false,
  supportsDelayedStackTraceLoading: true,
  exceptionBreakpointFilters: [
    {
      filter: "uncaught",
      label: "Uncaught Exceptions",
      description: "Exceptions that no try around catches",
    },
    {
      filter: "all",
      label: "All Exceptions",
      description: "All exceptions that the notebook's own code meets",
    },
  ],
};

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
      const handler = this.#handlers.get(command);
      if (handler === undefined)
        throw new DebugError(
          "unknown-request",
          `Cannot answer "${command}": this debugger has no such request`,
        );
      const body = await handler(request.arguments);
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

  readonly #handlers: ReadonlyMap<string, (given: Arguments) => Promise<Body> | Body> = new Map(
    Object.entries({
      initialize: async () => await this.#initialize(),
      attach: (given: Arguments) => this.#attach(given),
      launch: (given: Arguments) => this.#attach(given),
      configurationDone: () => void this.#started(),
      disconnect: async () => await this.#disconnect(),
      terminate: async () => {
        await this.#disconnect();
        this.#tell("terminated", {});
        return undefined;
      },
      setBreakpoints: async (given: Arguments) => await this.#setBreakpoints(given),
      setFunctionBreakpoints: () => ({ breakpoints: [] }),
      setExceptionBreakpoints: async (given: Arguments) => await this.#setExceptions(given),
      exceptionInfo: () => this.#exceptionInfo(),
      threads: () => ({ threads: [{ id: threadId, name: "main" }] }),
      stackTrace: (given: Arguments) => this.#stackTrace(given),
      scopes: async (given: Arguments) => {
        const { pauses, target, variables } = this.#started();
        const frame = frameOf(pauses.frames, integerOf(given, "frameId"));
        return { scopes: await scopesOf(frame, { target, variables }) };
      },
      variables: async (given: Arguments) => await this.#variables(given),
      setVariable: async (given: Arguments) => await this.#setVariable(given),
      evaluate: async (given: Arguments) => await this.#evaluate(given),
      completions: async (given: Arguments) => {
        const { target, variables, evaluation } = this.#started();
        const before = beforeCursor(textOf(given, "text"), integerOf(given, "column"), given["line"]);
        const place = this.#place(given["frameId"]);
        return { targets: await completionsAt(before, place, { target, variables, evaluation }) };
      },
      continue: async () => {
        await this.#started().pauses.resume();
        return { allThreadsContinued: true };
      },
      next: async () => await this.#step("stepOver"),
      stepIn: async () => await this.#step("stepInto"),
      stepOut: async () => await this.#step("stepOut"),
      pause: async () => {
        await this.#started().pauses.pause();
        return undefined;
      },
      source: (given: Arguments) => {
        const path = textOf(objectOf(given, "source"), "path");
        return { content: this.#sources.read(path), mimeType: "text/typescript" };
      },
      debugInfo: () => this.#info(),
      dumpCell: (given: Arguments) => ({ sourcePath: this.#sources.keep(textOf(given, "code")) }),
      inspectVariables: async () => await this.#inspectVariables(),
      richInspectVariables: async (given: Arguments) => await this.#richInspect(given),
      copyToGlobals: async (given: Arguments) => await this.#copyToGlobals(given),
      modules: async (given: Arguments) => await this.#modules(given),
    }),
  );

  async #initialize(): Promise<Body> {
    const { target } = this.#connected();
    if (!this.#isStarted) {
      this.#isStarted = true;
      await target.post("Debugger.enable");
      await target.post("Debugger.setAsyncCallStackDepth", { maxDepth: 8 });
    }
    setImmediate(() => this.#tell("initialized", {}));
    return capabilities;
  }

  #attach(given: Arguments): Body {
    this.#started().scripts.justMyCode = given["justMyCode"] !== false;
    return undefined;
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

  async #setBreakpoints(given: Arguments): Promise<Body> {
    const { breakpoints, watchScripts } = this.#started();
    const path = textOf(objectOf(given, "source"), "path");
    const asked = objectsOf(given, "breakpoints").map((one) => breakpointOf(one));
    const told = await breakpoints.set(path, asked);
    await watchScripts();
    return { breakpoints: told };
  }

  async #setExceptions(given: Arguments): Promise<Body> {
    const filters = given["filters"];
    const isKnown = (one: unknown): one is ExceptionFilter => one === "uncaught" || one === "all";
    await this.#started().pauses.setFilters(Array.isArray(filters) ? filters.filter(isKnown) : []);
    return undefined;
  }

  #exceptionInfo(): Body {
    const { exception } = this.#started().pauses;
    const text = thrownText(exception);
    return {
      exceptionId: (exception as { className?: string }).className ?? "Error",
      description: text,
      breakMode: "unhandled",
      details: { message: text, stackTrace: exception.description },
    };
  }

  #stackTrace(given: Arguments): Body {
    const { frames } = this.#started().pauses;
    const start = Number(given["startFrame"] ?? 0);
    const levels = Number(given["levels"] ?? 0);
    const shown = levels > 0 ? frames.slice(start, start + levels) : frames.slice(start);
    return { stackFrames: shown.map((frame) => toldFrame(frame)), totalFrames: frames.length };
  }

  async #variables(given: Arguments): Promise<Body> {
    const { filter } = given;
    const part: Part = {
      ...((filter === "indexed" || filter === "named") && { filter }),
      start: Number(given["start"] ?? 0),
      count: Number(given["count"] ?? 0),
    };
    const found = await this.#connected().variables.inside(integerOf(given, "variablesReference"), part);
    return { variables: found };
  }

  async #setVariable(given: Arguments): Promise<Body> {
    const { evaluation, variables } = this.#connected();
    const asked = {
      reference: integerOf(given, "variablesReference"),
      name: textOf(given, "name"),
      value: textOf(given, "value"),
    };
    const { name: _, ...set } = await evaluation.set(asked, this.#place(variables.frameOf(asked.reference)));
    return set;
  }

  async #evaluate(given: Arguments): Promise<Body> {
    this.#started();
    const isPure = given["context"] === "hover";
    const {
      name: _,
      value,
      ...rest
    } = await this.#connected().evaluation.variable(
      textOf(given, "expression"),
      this.#place(given["frameId"]),
      { isPure },
    );
    return { result: value, ...rest };
  }

  async #step(by: Step): Promise<Body> {
    await this.#started().pauses.step(by);
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

  async #inspectVariables(): Promise<Body> {
    const { target, variables } = this.#connected();
    variables.forget("session");
    const objectId = await sessionObject(target, "session");
    if (objectId === undefined) return { variables: [] };
    return {
      variables: await variables.inside(variables.scope({ objectIds: [objectId], group: "session" }), {}),
    };
  }

  async #richInspect(given: Arguments): Promise<Body> {
    const data = await this.#connected().evaluation.bundle(
      textOf(given, "variableName"),
      this.#place(given["frameId"]),
    );
    return { data, metadata: {} };
  }

  async #copyToGlobals(given: Arguments): Promise<Body> {
    const { evaluation } = this.#started();
    const [from, to] = [textOf(given, "srcVariableName"), textOf(given, "dstVariableName")];
    await evaluation.copyToSession(from, to, this.#place(integerOf(given, "srcFrameId")));
    return undefined;
  }

  async #modules(given: Arguments): Promise<Body> {
    const paths = await this.#connected().target.ask("modules");
    const start = Number(given["startModule"] ?? 0);
    const count = Number(given["moduleCount"] ?? 0);
    const all = paths.map((path, id) => ({ id, name: path.split(/[\\/]/u).at(-1) ?? path, path }));
    return {
      modules: count > 0 ? all.slice(start, start + count) : all.slice(start),
      totalModules: all.length,
    };
  }

  // Clients that have no frame in view send none, or 0: then what is outermost is the nearest to the session.
  #place(frameId: unknown): Place {
    const { pauses } = this.#connected();
    if (!pauses.isStopped) return { frame: undefined };
    const isGiven = typeof frameId === "number" && frameId > 0;
    return { frame: isGiven ? frameOf(pauses.frames, frameId) : pauses.frames.at(-1) };
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

// The text of one line would do: names have no line ends in them.
function beforeCursor(text: string, column: number, line: unknown): string {
  if (typeof line !== "number") return text.slice(0, Math.max(0, column - 1));
  const lines = text.split("\n");
  return [...lines.slice(0, line - 1), (lines[line - 1] ?? "").slice(0, Math.max(0, column - 1))].join("\n");
}

function breakpointOf(given: Arguments): SourceBreakpoint {
  const { column, condition, hitCondition, logMessage } = given;
  return {
    line: integerOf(given, "line"),
    ...(typeof column === "number" && { column }),
    ...(typeof condition === "string" && condition.trim() !== "" && { condition }),
    ...(typeof hitCondition === "string" && hitCondition.trim() !== "" && { hitCondition }),
    ...(typeof logMessage === "string" && logMessage !== "" && { logMessage }),
  };
}
