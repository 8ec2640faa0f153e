import type { Header } from "../wire/header.ts";
import type { JsonObject } from "../wire/json.ts";
import type { ErrorContent } from "../wire/contents/outcome.ts";
import type { ExpressionResult, Payload } from "../wire/contents/execute.ts";
import type { MimeBundle, StreamName } from "../wire/contents/display.ts";
import type { Utf16 } from "./cursor.ts";

/** A cell to run. */
export interface Execution {
  readonly code: string;
  /** Nothing shall be shown; the session sees to it. */
  readonly silent: boolean;
  readonly storeHistory: boolean;
  /** Whether `output.input` can work. */
  readonly allowStdin: boolean;
  /** Expressions to evaluate after the cell, when it went well. */
  readonly userExpressions: Readonly<Record<string, string>>;
  /** The number that the client shows beside the cell. */
  readonly executionCount: number;
  /** The request's header; its msg_id is unique. Opaque otherwise. */
  readonly parent: Header;
  /** What the client says of the request beside its content, such as JupyterLab's `cellId`. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** How a cell ended. The session publishes the error: an evaluator must not show it a second time. */
export type ExecuteOutcome =
  | {
      readonly status: "ok";
      readonly userExpressions?: Readonly<Record<string, ExpressionResult>>;
      readonly payload?: readonly Payload[];
    }
  | ({ readonly status: "error" } & ErrorContent)
  | { readonly status: "aborted" };

/** What completion found. */
export interface Completion {
  readonly matches: readonly string[];
  /** The range of the code that a match replaces. */
  readonly start: Utf16;
  readonly end: Utf16;
  /** For example `_jupyter_types_experimental`, whose `start` and `end` the session turns into code points. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What inspection found. */
export interface Inspection {
  readonly found: boolean;
  readonly data: MimeBundle;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Whether code could be run as it stands. */
export type Completeness =
  | { readonly status: "complete" | "invalid" | "unknown" }
  | { readonly status: "incomplete"; readonly indent?: string };

/** Something to show. */
export interface Display {
  readonly data: MimeBundle;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Not kept in the document; `display_id` makes the display one that can be updated. */
  readonly transient?: Readonly<Record<string, unknown>>;
  readonly buffers?: readonly Uint8Array[];
}

/** One message of a comm, in either direction. */
export interface CommMessage {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly buffers?: readonly Uint8Array[];
}

/** The message that opens a comm. */
export interface CommOpening extends CommMessage {
  readonly target: string;
}

/**
 * What a running cell, or the handler of a comm message, shows. Bound to the request that caused it for good: what is
 * shown after the cell ended still goes out in its name. Calls return at once, keep their order and never throw.
 */
export interface Output {
  /** Text of a stream; gathered for some milliseconds, and cut with a note when there is too much of it. */
  stream(name: StreamName, text: string): void;
  /** Shows something. */
  display(display: Display): void;
  /** Shows something in place of what was displayed under `transient.display_id`. */
  updateDisplay(display: Display): void;
  /** The value of the cell (`execute_result`); outside a cell it is a display. */
  result(display: Display): void;
  /** Clears what the cell has shown, now or (`wait`) when something new is shown. */
  clear(wait: boolean): void;
  /** Shows an error that is not how the cell ended, such as one thrown by a timer later. */
  error(error: ErrorContent): void;
  /**
   * Asks the user for a line.
   *
   * Rejects with a SessionError: `stdin-not-supported` when the client cannot ask or the cell has ended already,
   * `interrupted` when the user interrupts, the cell ends or the kernel ends before the answer, `end-of-input`.
   */
  input(prompt: string, password: boolean): Promise<string>;
  /** Opens a comm on the client's side. */
  openComm(opening: CommOpening): void;
  /** Sends to the client's side of a comm. */
  sendComm(message: CommMessage): void;
  /** Closes a comm. */
  closeComm(message: CommMessage): void;
}

/**
 * What runs code. A session knows no more of the language than this. Whatever a method throws becomes an error reply.
 *
 * While `execute` is under way, all other methods are called too, and should answer as soon as they can.
 */
export interface Evaluator {
  /** True when a second cell (of another subshell) may start while one waits; otherwise cells run one at a time. */
  readonly concurrent?: boolean;
  /** Runs a cell. Errors of the user's code are an outcome, not a rejection. */
  execute(execution: Execution, output: Output): Promise<ExecuteOutcome>;
  /** The code of a cell that waits behind one that is being executed, so that some of its work can be done meanwhile. It may never come. */
  foresee?(code: string): void;
  complete(code: string, cursor: Utf16): Promise<Completion>;
  inspect(code: string, cursor: Utf16, detail: 0 | 1): Promise<Inspection>;
  isComplete(code: string): Promise<Completeness>;
  /** Stops what runs; resolves when the attempt has been made. Open prompts have been rejected by then. */
  interrupt(): Promise<void>;
  /** Stops what runs and lets go of everything. The session waits a bounded time before it replies and closes. */
  shutdown(restart: boolean): Promise<void>;
  /** A client opens a comm; false when there is no such target. Comm messages are handed over in order. */
  commOpened?(opening: CommOpening, output: Output): Promise<boolean>;
  /** A message of an open comm. */
  commReceived?(message: CommMessage, output: Output): Promise<void>;
  /**
   * Answers a request of the Debug Adapter Protocol, with Jupyter's additions, by a response; `tell` publishes events, also later. Without it,
   * the kernel says that it has no debugger.
   */
  debug?(request: JsonObject, tell: (event: JsonObject) => void): Promise<JsonObject>;
  /** A client closed a comm. */
  commClosed?(message: CommMessage, output: Output): Promise<void>;
}
