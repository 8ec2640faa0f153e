import type { MimeBundle, Representation } from "./display.ts";
import type { ErrorReply, OkReply } from "./outcome.ts";

/** execute_request, with what was left out filled in. */
export interface ExecuteRequest {
  readonly code: string;
  readonly silent: boolean;
  readonly store_history: boolean;
  readonly user_expressions: Readonly<Record<string, string>>;
  readonly allow_stdin: boolean;
  readonly stop_on_error: boolean;
}

/** What one of an execute_request's user_expressions came to. */
export type ExpressionResult = (OkReply & Representation) | ErrorReply;

/** Asks the client to do something after the cell; deprecated by the protocol, and used by every client. */
export type Payload =
  | { readonly source: "page"; readonly data: MimeBundle; readonly start: number }
  | { readonly source: "set_next_input"; readonly text: string; readonly replace: boolean }
  | { readonly source: "ask_exit"; readonly keepkernel: boolean };

/** execute_reply. What was aborted has no count, as in ipykernel: clients would write it beside a cell that never ran. */
export type ExecuteReply =
  | ({ readonly execution_count: number } & (
      | (OkReply & {
          readonly payload: readonly Payload[];
          readonly user_expressions: Readonly<Record<string, ExpressionResult>>;
        })
      | ErrorReply
    ))
  | { readonly status: "aborted" };

/** input_request, from the kernel to the client. */
export interface InputRequest {
  readonly prompt: string;
  readonly password: boolean;
}

/** input_reply. */
export interface InputReply {
  readonly value: string;
}
