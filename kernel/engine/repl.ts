import { Session } from "node:inspector";
import type { Runtime } from "node:inspector";
import { hidden } from "./hidden.ts";
import type { Position } from "./lines.ts";

/** How a script ended. */
type ReplResult =
  | { readonly kind: "done" }
  /** It threw, or what it awaited was rejected. */
  | { readonly kind: "thrown"; readonly value: unknown }
  /** V8 does not take it for a script. */
  | { readonly kind: "refused"; readonly value: unknown; readonly at: Position }
  /** It was terminated. */
  | { readonly kind: "terminated" };

/** V8's REPL mode in this process: scripts that share their top-level names, declare them again, and await. */
export interface Repl {
  /** Runs a script. What it awaits may never come: the caller has to give up by itself. */
  evaluate(text: string): Promise<ReplResult>;
  /** Runs a script that neither awaits nor throws, at once, also from inside of another one. */
  evaluateNow(text: string): void;
  /** Ends the JavaScript that is running below the caller, up to the event loop; then calls `ended`. */
  terminate(ended: () => void): void;
  /** Closes the sessions. */
  close(): void;
}

/** The place, reachable from scripts as `$$cell.holder`, through which thrown values come out of V8's inspector. */
export interface Holder {
  thrown: unknown;
}

/** Opens V8's REPL mode. One inspector session evaluates; a second one acts while the first is inside of a script. */
export function openRepl(holder: Holder): Repl {
  const main = connected();
  const inner = connected();
  return {
    evaluate: async (text) => {
      const answer = await post(main, "Runtime.evaluate", {
        expression: text,
        replMode: true,
        awaitPromise: true,
        objectGroup: "thrown",
      });
      if (answer === undefined) return { kind: "terminated" };
      const details = answer.exceptionDetails;
      if (details === undefined) return { kind: "done" };
      const value = await liveValue(main, details.exception, holder);
      // Only what was never compiled names its script here: in REPL mode, what it throws comes as a rejection.
      const isRefused = details.scriptId !== undefined && details.stackTrace === undefined;
      const at = { line: details.lineNumber + 1, column: details.columnNumber + 1 };
      return isRefused ? { kind: "refused", value, at } : { kind: "thrown", value };
    },
    evaluateNow: (text) => {
      let problem: string | undefined;
      inner.post(
        "Runtime.evaluate",
        { expression: text, replMode: true } as Runtime.EvaluateParameterType,
        (error, answer) => {
          problem = error?.message ?? answer.exceptionDetails?.exception?.description;
        },
      );
      if (problem !== undefined) throw new Error(problem);
    },
    terminate: (ended) => inner.post("Runtime.terminateExecution", ended),
    close: () => {
      main.disconnect();
      inner.disconnect();
    },
  };
}

function connected(): Session {
  const session = new Session();
  session.connect();
  return session;
}

// An error of the protocol itself means that the script was terminated.
async function post(
  session: Session,
  method: "Runtime.evaluate",
  params: object,
): Promise<Runtime.EvaluateReturnType | undefined> {
  return await new Promise((resolve) => {
    session.post(method, params as Runtime.EvaluateParameterType, (error, answer) => {
      resolve(error === null ? answer : undefined);
    });
  });
}

// The inspector describes a value; a function called on what it describes gets the value itself.
async function liveValue(
  session: Session,
  object: Runtime.RemoteObject | undefined,
  holder: Holder,
): Promise<unknown> {
  if (object?.objectId === undefined) return object === undefined ? undefined : primitive(object);
  const { objectId } = object;
  const take = `function () { "use strict"; ${hidden.cell}.holder.thrown = this; }`;
  await new Promise<void>((resolve) => {
    session.post("Runtime.callFunctionOn", { objectId, functionDeclaration: take }, () => resolve());
  });
  session.post("Runtime.releaseObjectGroup", { objectGroup: "thrown" });
  const { thrown } = holder;
  holder.thrown = undefined;
  return thrown;
}

function primitive({ value, type, unserializableValue }: Runtime.RemoteObject): unknown {
  if (unserializableValue === undefined) return type === "undefined" ? undefined : (value as unknown);
  return type === "bigint" ? BigInt(unserializableValue.slice(0, -1)) : Number(unserializableValue);
}
