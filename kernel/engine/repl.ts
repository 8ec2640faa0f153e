// oxlint-disable typescript/unbound-method -- `then` is taken as it was before cells could change it, and applied.
import { Session } from "node:inspector";
import type { Runtime } from "node:inspector";
import { promiseHooks } from "node:v8";
import { EngineError } from "./errors.ts";
import type { Position } from "./lines.ts";

/** How a script ended. */
export type ReplResult =
  | { readonly kind: "done" }
  /** It threw, or what it awaited was rejected. */
  | { readonly kind: "thrown"; readonly value: unknown }
  /** V8 does not take it for a script. */
  | { readonly kind: "refused"; readonly message: string; readonly at: Position }
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

/**
 * Opens V8's REPL mode. One inspector session evaluates; a second one acts while the first is inside of a script.
 *
 * The inspector is not asked how a script ended: it would describe what was thrown, by running the getters of an error, and
 * when these are terminated, it ends the process. So the promise that a script is to V8 is caught as it is made, and awaited
 * here; when it is rejected, the session is closed before the inspector has its turn.
 */
export function openRepl(): Repl {
  let main = connected();
  const inner = connected();
  return {
    evaluate: async (text) => {
      const { answer, settled } = post(main, text, () => {
        main.disconnect();
        main = connected();
      });
      if (answer === "terminated") return { kind: "terminated" };
      const refused = answer?.exceptionDetails;
      if (refused !== undefined) {
        const at = { line: refused.lineNumber + 1, column: refused.columnNumber + 1 };
        return { kind: "refused", message: firstLine(refused), at };
      }
      if (settled === undefined) throw unanswered();
      return await settled;
    },
    evaluateNow: (text) => {
      const { answer } = post(inner, text);
      if (answer === undefined) return;
      throw new Error(answer === "terminated" ? answer : answer.exceptionDetails?.exception?.description);
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

/** What is known of a script by the time when its synchronous part has run. */
interface Posted {
  /** That it does not compile (nothing else is an exception in REPL mode), or that it was terminated. */
  readonly answer: Runtime.EvaluateReturnType | "terminated" | undefined;
  readonly settled: Promise<ReplResult> | undefined;
}

// A script's promise, as long as the inspector waits for it, and until the next script: it hears of its end after we do, but before whoever
// goes on then. In Node 22, a collection of garbage that finds such a promise unused has the inspector call back into JavaScript in the midst of it,
// which ends the process.
const awaited = new Set<object>();
const over: object[] = [];

// A session of this very thread answers before it returns what is known by then.
function post(session: Session, expression: string, onThrown = (): void => undefined): Posted {
  let answer: Posted["answer"];
  let settled: Posted["settled"];
  for (const script of over.splice(0)) awaited.delete(script);
  const stop = promiseHooks.onInit((promise) => {
    stop();
    settled = resultOf(promise, onThrown);
  });
  try {
    session.post(
      "Runtime.evaluate",
      { expression, replMode: true, awaitPromise: true } as Runtime.EvaluateParameterType,
      (error, given) => {
        answer = error === null ? given : "terminated";
      },
    );
  } catch (cause) {
    throw unanswered(cause);
  } finally {
    stop();
  }
  return { answer, settled };
}

// Node speaks with the inspector in JSON, by way of globals that cells may have broken.
function unanswered(cause?: unknown): EngineError {
  return new EngineError("unanswered", "Cannot evaluate the cell: V8's inspector does not answer", { cause });
}

const { then } = Promise.prototype;

function resultOf(script: Promise<unknown>, onThrown: () => void): Promise<ReplResult> {
  awaited.add(script);
  const release = (): unknown => over.push(script);
  return Reflect.apply(then, script, [
    () => {
      release();
      return { kind: "done" };
    },
    (value: unknown) => {
      onThrown();
      release();
      return { kind: "thrown", value };
    },
  ]) as Promise<ReplResult>;
}

function firstLine({ exception, text }: Runtime.ExceptionDetails): string {
  const [line = text] = (exception?.description ?? text).split("\n");
  return line.replace(/^(?:Uncaught )?SyntaxError: /u, "");
}
