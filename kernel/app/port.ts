import type { CheckMode } from "../../magics/session.ts";
import type { CommAct } from "../comms/comm.ts";
import type { MessagePort } from "node:worker_threads";
import type { Display, Execution, ExecuteOutcome } from "../session/evaluator.ts";
import type { ErrorContent } from "../wire/contents/outcome.ts";
import type { LiveAnswer } from "./live-values.ts";

/** Names one cell that was handed to the main thread. */
export type CellId = number;

/** What the main thread has to know of a cell: its client's headers and metadata are not copied for it. */
export type Task = Pick<Execution, "code" | "userExpressions" | "executionCount" | "storeHistory">;

/** What the worker thread tells the main thread. */
export type ToMain =
  /** The sockets are there, and a client that asked at once which kernel this is has been answered: all else can begin. */
  | { readonly type: "bound" }
  | { readonly type: "execute"; readonly id: CellId; readonly task: Task }
  /** An interrupt has not ended it: the cell gets a reply in any case. */
  | { readonly type: "give-up"; readonly id: CellId }
  /** Asks for the properties of a live value, or what it is; answered when the main thread has a moment. */
  | { readonly type: "members" | "describe"; readonly request: number; readonly path: readonly string[] }
  /** A client's message of a comm; what its callbacks show goes by the id, as if it were a cell. */
  | { readonly type: "comm"; readonly id: CellId; readonly act: CommAct }
  | { readonly type: "input"; readonly request: number; readonly answer: InputAnswer }
  /** The session is over: the process shall end. */
  | { readonly type: "end"; readonly code: number };

/** What became of a prompt: a line, or what a SessionError says. */
export type InputAnswer =
  | { readonly line: string }
  | { readonly name: string; readonly code: string; readonly message: string };

/** What a cell shows: the calls of the session's Output that need no answer. What it prints comes through the ring. */
export type OutputCall =
  | { readonly kind: "display" | "updateDisplay" | "result"; readonly display: Display }
  | { readonly kind: "clear"; readonly wait: boolean }
  | { readonly kind: "error"; readonly error: ErrorContent }
  | { readonly kind: "comm"; readonly act: CommAct };

/** What the main thread tells the worker thread, with its place among what cells print. */
export type ToWorker = Told & { readonly mark?: number };

type Told =
  /** There is something in the ring. */
  | { readonly type: "printed" }
  /** Cells can run; the port is the engine's end of interrupts. */
  | { readonly type: "ready"; readonly interruptPort: MessagePort; readonly heapLimitBytes: number }
  | { readonly type: "output"; readonly id: CellId; readonly call: OutputCall }
  | {
      readonly type: "ask";
      readonly id: CellId;
      readonly request: number;
      readonly prompt: string;
      readonly password: boolean;
    }
  | (LiveAnswer & { readonly request: number })
  /** A cell has ended. What it results in comes along: one message, and one wake-up, instead of two. */
  | {
      readonly type: "executed";
      readonly id: CellId;
      readonly outcome: ExecuteOutcome;
      readonly result?: Display;
    }
  /** The callbacks for a comm's message have been called; `isOpen`: there is such a comm now. */
  | { readonly type: "comm-taken"; readonly id: CellId; readonly isOpen: boolean }
  /** What they promised is settled. */
  | { readonly type: "comm-done"; readonly id: CellId }
  | { readonly type: "check"; readonly mode: CheckMode }
  /** The session has forgotten these names; all that earlier cells declared, when none are given. */
  | { readonly type: "forgot"; readonly names?: readonly string[] }
  /** The processes that run realizers are these now. */
  | { readonly type: "processes"; readonly pids: readonly number[] }
  /** The user's code wants the process to end. */
  | { readonly type: "exit"; readonly code: number; readonly call: string };
