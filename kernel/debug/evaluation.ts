import type { Runtime } from "node:inspector";
import { setTimeout as delay } from "node:timers/promises";
import { DebugError } from "./protocol.ts";
import type { Variable } from "./protocol.ts";
import type { Frame } from "./stack.ts";
import { debugView } from "./target.ts";
import type { Target } from "./target.ts";
import type { Variables } from "./variables.ts";

/** Where an expression is evaluated: in a frame of a pause, or in the session while nothing is paused. */
export interface Place {
  readonly frame: Frame | undefined;
}

/** What else is known of an evaluation. */
export interface Manner {
  /** Refuses what would change something. */
  readonly isPure?: boolean;
  readonly byValue?: boolean;
  /** Waits for what the expression promises, as far as that is possible: never in a frame. */
  readonly awaits?: boolean;
}

// Node hands on no message of a session while it works on one: nothing else could end what computes for ever, and a pause in it would
// be for ever, too.
const timeoutMs = 3000;

/** Evaluates expressions for clients. */
export class Evaluation {
  readonly #target: Target;
  readonly #variables: Variables;

  constructor(target: Target, variables: Variables) {
    this.#target = target;
    this.#variables = variables;
  }

  /** The value of an expression, as a variable. @throws DebugError `invalid-expression`, `evaluation-failed` */
  async variable(expression: string, place: Place, manner: Manner = {}): Promise<Variable> {
    const result = await this.#evaluate(await this.#plain(expression, place), place, manner);
    return this.#variables.describe(expression, result, { group: groupOf(place), path: expression });
  }

  /**
   * Sets a variable of a scope, or a property of an object, to the value of an expression.
   *
   * @throws DebugError `invalid-expression`, `evaluation-failed`, `unknown-variable`, `not-settable`
   */
  async set(
    { reference, name, value }: { readonly reference: number; readonly name: string; readonly value: string },
    place: Place,
  ): Promise<Variable> {
    const objectId = this.#variables.objectOf(reference);
    if (objectId === undefined)
      throw new DebugError("unknown-variable", `Cannot set "${name}": there is no variable ${reference}`);
    const plain = await this.#plain(value, place);
    if (this.#variables.isScope(reference)) {
      if (!isName(name)) throw new DebugError("not-settable", `Cannot set "${name}": it is no name`);
      const target = await this.#plain(name, place);
      const set = await this.#evaluate(`${target}=(${plain}\n)`, place, {});
      return this.#variables.describe(name, set, { group: groupOf(place), path: name });
    }
    const given = await this.#evaluate(plain, place, {});
    const argument =
      given.objectId === undefined ? { value: given.value as unknown } : { objectId: given.objectId };
    await this.#skipPauses(true);
    try {
      const answer = await this.#target.post<Runtime.CallFunctionOnReturnType>("Runtime.callFunctionOn", {
        objectId,
        functionDeclaration: "function (name, value) { 'use strict'; this[name] = value; }",
        arguments: [{ value: name }, given.type === "undefined" ? {} : argument],
        silent: true,
      });
      refuseThrown(answer.exceptionDetails);
    } finally {
      await this.#skipPauses(false);
    }
    return this.#variables.describe(name, given, { group: groupOf(place) });
  }

  /** Binds a name of the session to the value of a variable of a frame. @throws DebugError `evaluation-failed` */
  async copyToSession(from: string, to: string, place: Place): Promise<void> {
    if (!isName(to)) throw new DebugError("invalid-argument", `Cannot copy to "${to}": it is no name`);
    const plain = await this.#plain(from, place);
    await this.#evaluate(`${debugView}.define(${JSON.stringify(to)},(${plain}\n))`, place, {});
  }

  /** What a variable is shown as, by MIME type. @throws DebugError `invalid-argument`, `evaluation-failed` */
  async bundle(name: string, place: Place): Promise<Readonly<Record<string, unknown>>> {
    const isPath =
      /^[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*|\[(?:\d+|"[^"\\]*")\])*$/u;
    if (!isPath.test(name))
      throw new DebugError("invalid-argument", `Cannot show "${name}": it is no name of a variable`);
    const plain = await this.#plain(name, place);
    const awaits = place.frame === undefined;
    const shown = this.#evaluate(`${debugView}.bundle((${plain}\n),${awaits})`, place, {
      byValue: true,
      awaits,
    });
    const late = delay<Runtime.RemoteObject>(timeoutMs, nothing, { ref: false });
    const result = await Promise.race([shown, late]);
    if (result.subtype !== "null") return result.value as Readonly<Record<string, unknown>>;
    return { "text/plain": (await this.variable(name, place)).value };
  }

  // Where nobody debugs, there are none.
  async #skipPauses(skip: boolean): Promise<void> {
    await this.#target.post("Debugger.setSkipAllPauses", { skip }).catch(() => undefined);
  }

  async #plain(expression: string, { frame }: Place): Promise<string> {
    const answer = await this.#target.ask("plain", expression, frame?.script.imports ?? []);
    if ("plain" in answer) return answer.plain;
    throw new DebugError("invalid-expression", `Cannot evaluate "${expression}": ${answer.problem}`);
  }

  async #evaluate(expression: string, place: Place, manner: Manner): Promise<Runtime.RemoteObject> {
    const common = {
      // As cells are: what is assigned to must be there.
      expression: `"use strict";${expression}`,
      objectGroup: groupOf(place),
      silent: true,
      returnByValue: manner.byValue === true,
      generatePreview: manner.byValue !== true,
      throwOnSideEffect: manner.isPure === true,
      timeout: timeoutMs,
    };
    const begun = performance.now();
    const evaluated = this.#target.post<Runtime.EvaluateReturnType>(
      place.frame === undefined ? "Runtime.evaluate" : "Debugger.evaluateOnCallFrame",
      place.frame === undefined
        ? { ...common, disableBreaks: true, awaitPromise: manner.awaits === true }
        : { ...common, callFrameId: place.frame.call.callFrameId },
    );
    const { result, exceptionDetails } = await evaluated.catch((error: unknown) => {
      // V8 has a clock of its own.
      if (performance.now() - begun < 0.9 * timeoutMs) throw error;
      throw new DebugError(
        "too-slow",
        `Cannot wait for the expression: it takes more than ${timeoutMs / 1000} s`,
      );
    });
    refuseThrown(exceptionDetails);
    return result;
  }
}

const nothing: Runtime.RemoteObject = { type: "object", subtype: "null" };

function groupOf({ frame }: Place): "paused" | "session" {
  return frame === undefined ? "session" : "paused";
}

function isName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
}

function refuseThrown(details: Runtime.ExceptionDetails | undefined): void {
  if (details === undefined) return;
  const [text = details.text] = (
    details.exception?.description ?? String(details.exception?.value ?? details.text)
  ).split("\n");
  throw new DebugError("evaluation-failed", text);
}
