/**
 * All messages of Jupyter messaging 5.5, by type, with what is in them. Fields are called as on the wire.
 *
 * Source: jupyter_client's docs/messaging.rst.
 */
import type { CommData, CommInfoReply, CommInfoRequest, CommOpen } from "./contents/comms.ts";
import type { DisplayData, StreamName } from "./contents/display.ts";
import type { ExecuteReply, ExecuteRequest, InputReply } from "./contents/execute.ts";
import type {
  ConnectReply,
  CreateSubshellReply,
  DebugMessage,
  DebugRequest,
  DeleteSubshellRequest,
  KernelInfoReply,
  ListSubshellReply,
  ShutdownReply,
  ShutdownRequest,
  UsageReply,
} from "./contents/kernel.ts";
import type { ErrorContent, OkReply } from "./contents/outcome.ts";
import type {
  CompleteReply,
  CompleteRequest,
  HistoryReply,
  HistoryRequest,
  InspectReply,
  InspectRequest,
  IsCompleteReply,
  IsCompleteRequest,
} from "./contents/questions.ts";

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
