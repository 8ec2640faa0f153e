import { Session } from "node:inspector";
import type { Debugger, Runtime } from "node:inspector";
import { hidden } from "../engine/hidden.ts";
import type { DebugView } from "../engine/debug-view.ts";
import { DebugError } from "./protocol.ts";

/** What the main thread tells. */
export interface TargetEvents {
  readonly onScript: (script: Debugger.ScriptParsedEventDataType) => void;
  readonly onPaused: (paused: Debugger.PausedEventDataType) => void;
  readonly onResumed: () => void;
}

/** The expression that leads to what the engine has for debuggers. */
export const debugView: string = `globalThis[${JSON.stringify(hidden.cell)}].debug`;

/** The main thread, as an inspector session of this one sees it. It answers also while the program is paused. */
export class Target {
  readonly #session = new Session();
  #isClosed = false;

  /** Connects. Only for worker threads. */
  constructor(events: TargetEvents) {
    this.#session.connectToMainThread();
    this.#session.on("Debugger.scriptParsed", ({ params }) => events.onScript(params));
    this.#session.on("Debugger.paused", ({ params }) => events.onPaused(params));
    this.#session.on("Debugger.resumed", () => events.onResumed());
  }

  /**
   * Calls a method of the inspector.
   *
   * @throws DebugError `closed`, `refused`
   */
  async post<T extends object = object>(method: string, params: object = {}): Promise<T> {
    if (this.#isClosed) throw new DebugError("closed", `Cannot call "${method}": the debugger is closed`);
    return await new Promise<T>((resolve, reject) => {
      this.#session.post(method, params, (error: Error | null, answer?: object) => {
        if (error === null) resolve((answer ?? {}) as T);
        else reject(new DebugError("refused", `Cannot call "${method}": ${error.message}`));
      });
    });
  }

  /** Asks the engine, which runs nothing of the user's. */
  async ask<Name extends "facts" | "typed" | "plain" | "modules">(
    name: Name,
    ...given: Parameters<DebugView[Name]>
  ): Promise<ReturnType<DebugView[Name]>> {
    const expression = `${debugView}.${name}(${given.map((one) => JSON.stringify(one)).join(",")})`;
    const { result } = await this.post<Runtime.EvaluateReturnType>("Runtime.evaluate", {
      expression,
      returnByValue: true,
      silent: true,
      disableBreaks: true,
    });
    return result.value as ReturnType<DebugView[Name]>;
  }

  /** Closes the session: the main thread goes on if it is paused. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session.disconnect();
  }
}
