/**
 * The contents of all messages of Jupyter messaging 5.5. Fields are called as on the wire.
 *
 * Source: jupyter_client's docs/messaging.rst.
 */
import type { JsonObject } from "./json.ts";

/** Representations of one thing, by MIME type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** A MIME bundle with what describes it. */
interface Representation {
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An error as the protocol tells it. */
export interface ErrorContent {
  /** The error's name, as in `TypeError`. */
  readonly ename: string;
  /** What it says. */
  readonly evalue: string;
  /** Lines for a terminal, ANSI colours allowed. */
  readonly traceback: readonly string[];
}

/** Any reply of a request that failed. */
export interface ErrorReply extends ErrorContent {
  readonly status: "error";
}

/** A reply that says no more than that all is well. */
interface OkReply {
  readonly status: "ok";
}

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

/** execute_reply. */
export type ExecuteReply = { readonly execution_count: number } & (
  | (OkReply & {
      readonly payload: readonly Payload[];
      readonly user_expressions: Readonly<Record<string, ExpressionResult>>;
    })
  | ErrorReply
  | { readonly status: "aborted" }
);

/** complete_request. */
interface CompleteRequest {
  readonly code: string;
  readonly cursor_pos: number;
}

/** complete_reply. */
interface CompleteReply extends OkReply {
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** inspect_request. */
interface InspectRequest {
  readonly code: string;
  readonly cursor_pos: number;
  readonly detail_level: 0 | 1;
}

/** inspect_reply. */
interface InspectReply extends OkReply, Representation {
  readonly found: boolean;
}

/** is_complete_request. */
interface IsCompleteRequest {
  readonly code: string;
}

/** is_complete_reply. */
type IsCompleteReply =
  | { readonly status: "complete" | "invalid" | "unknown" }
  | { readonly status: "incomplete"; readonly indent: string };

/** history_request, one of its three forms. */
export type HistoryRequest = { readonly output: boolean; readonly raw: boolean } & (
  | {
      readonly hist_access_type: "range";
      /** A session's number; 0 and below count back from the current one. */
      readonly session: number;
      readonly start: number;
      /** The first line that is not wanted; none: to the end. */
      readonly stop: number | undefined;
    }
  | { readonly hist_access_type: "tail"; readonly n: number }
  | {
      readonly hist_access_type: "search";
      /** `*` stands for any text, `?` for any character. */
      readonly pattern: string;
      readonly n: number | undefined;
      readonly unique: boolean;
    }
);

/** One line of a history_reply: session, line, and the input or input and output. */
export type HistoryLine = readonly [
  session: number,
  line: number,
  text: string | readonly [input: string, output: string | null],
];

/** history_reply. */
interface HistoryReply extends OkReply {
  readonly history: readonly HistoryLine[];
}

/** comm_info_request. */
interface CommInfoRequest {
  readonly target_name: string | undefined;
}

/** comm_info_reply. */
export interface CommInfoReply extends OkReply {
  readonly comms: Readonly<Record<string, { readonly target_name: string }>>;
}

/** The language that a kernel runs, as clients need to know it. */
interface LanguageInfo {
  readonly name: string;
  readonly version: string;
  readonly mimetype: string;
  readonly file_extension: string;
  readonly pygments_lexer: string;
  readonly codemirror_mode: string;
  readonly nbconvert_exporter: string;
}

/** A link of a client's help menu. */
export interface HelpLink {
  readonly text: string;
  readonly url: string;
}

/** kernel_info_reply. */
export interface KernelInfoReply extends OkReply {
  readonly protocol_version: string;
  readonly implementation: string;
  readonly implementation_version: string;
  readonly language_info: LanguageInfo;
  readonly banner: string;
  readonly debugger: boolean;
  readonly help_links: readonly HelpLink[];
  readonly supported_features: readonly string[];
}

/** connect_reply; deprecated by the protocol. */
type ConnectReply = OkReply &
  Partial<Readonly<Record<`${"shell" | "iopub" | "stdin" | "control" | "hb"}_port`, number>>>;

/** shutdown_request. */
interface ShutdownRequest {
  readonly restart: boolean;
}

/** shutdown_reply. */
interface ShutdownReply extends OkReply {
  readonly restart: boolean;
}

/** debug_request: a request of the Debug Adapter Protocol. */
interface DebugRequest {
  readonly type: "request";
  readonly seq: number;
  readonly command: string;
}

/** debug_reply: a response of the Debug Adapter Protocol. debug_event: an event of it. */
export type DebugMessage = JsonObject;

/** How much a kernel and its machine have to do; fields that cannot be known are left out. */
export interface Usage {
  /** Of one processor, in percent, since this was last asked. */
  readonly kernel_cpu?: number;
  /** In bytes, with all processes that the kernel has started. */
  readonly kernel_memory?: number;
  /** Of all processors, in percent, since this was last asked. */
  readonly host_cpu_percent?: number;
  /** In bytes, and what is in use in percent. */
  readonly host_virtual_memory?: {
    readonly total: number;
    readonly available: number;
    readonly used: number;
    readonly free: number;
    readonly percent: number;
  };
}

/** usage_reply, which is ipykernel's: jupyter-resource-usage shows it. */
interface UsageReply extends Usage, OkReply {
  readonly hostname: string;
  readonly pid: number;
  readonly cpu_count: number;
}

/** create_subshell_reply (JEP 91). */
interface CreateSubshellReply extends OkReply {
  readonly subshell_id: string;
}

/** delete_subshell_request (JEP 91). */
interface DeleteSubshellRequest {
  readonly subshell_id: string;
}

/** list_subshell_reply (JEP 91). */
interface ListSubshellReply extends OkReply {
  readonly subshell_id: readonly string[];
}

/** comm_open, from either side. */
interface CommOpen {
  readonly comm_id: string;
  readonly target_name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** comm_msg and comm_close, from either side. */
interface CommData {
  readonly comm_id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The two streams of a program. */
export type StreamName = "stdout" | "stderr";

/** display_data and update_display_data. */
export interface DisplayData extends Representation {
  readonly transient: Readonly<Record<string, unknown>>;
}

/** input_request, from the kernel to the client. */
export interface InputRequest {
  readonly prompt: string;
  readonly password: boolean;
}

/** input_reply. */
interface InputReply {
  readonly value: string;
}

/** What a kernel publishes on iopub, by message type. */
export interface PublishedContents {
  readonly status: { readonly execution_state: "starting" | "busy" | "idle" };
  readonly execute_input: { readonly code: string; readonly execution_count: number };
  readonly stream: { readonly name: StreamName; readonly text: string };
  readonly display_data: DisplayData;
  readonly update_display_data: DisplayData;
  readonly execute_result: DisplayData & { readonly execution_count: number };
  readonly clear_output: { readonly wait: boolean };
  readonly error: ErrorContent;
  readonly comm_open: CommOpen;
  readonly comm_msg: CommData;
  readonly comm_close: CommData;
  readonly shutdown_reply: ShutdownReply;
  readonly iopub_welcome: { readonly subscription: string };
  readonly debug_event: DebugMessage;
}

type Empty = Readonly<Record<string, never>>;

/** What a client sends on shell, control and stdin, by message type. */
export interface RequestContents {
  readonly execute_request: ExecuteRequest;
  readonly complete_request: CompleteRequest;
  readonly inspect_request: InspectRequest;
  readonly is_complete_request: IsCompleteRequest;
  readonly history_request: HistoryRequest;
  readonly comm_info_request: CommInfoRequest;
  readonly kernel_info_request: Empty;
  readonly connect_request: Empty;
  readonly shutdown_request: ShutdownRequest;
  readonly interrupt_request: Empty;
  readonly debug_request: DebugRequest;
  readonly usage_request: Empty;
  readonly create_subshell_request: Empty;
  readonly delete_subshell_request: DeleteSubshellRequest;
  readonly list_subshell_request: Empty;
  readonly comm_open: CommOpen;
  readonly comm_msg: CommData;
  readonly comm_close: CommData;
  readonly input_reply: InputReply;
}

/** What a kernel replies when all is well, by the type of the request. */
export interface ReplyContents {
  readonly execute_request: ExecuteReply;
  readonly complete_request: CompleteReply;
  readonly inspect_request: InspectReply;
  readonly is_complete_request: IsCompleteReply;
  readonly history_request: HistoryReply;
  readonly comm_info_request: CommInfoReply;
  readonly kernel_info_request: KernelInfoReply;
  readonly connect_request: ConnectReply;
  readonly shutdown_request: ShutdownReply;
  readonly interrupt_request: OkReply;
  readonly debug_request: DebugMessage;
  readonly usage_request: UsageReply;
  readonly create_subshell_request: CreateSubshellReply;
  readonly delete_subshell_request: OkReply;
  readonly list_subshell_request: ListSubshellReply;
}

/** The requests that get a reply. */
export type RequestType = keyof ReplyContents;
