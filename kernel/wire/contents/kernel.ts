import type { JsonObject } from "../json.ts";
import type { OkReply } from "./outcome.ts";

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
export type ConnectReply = OkReply &
  Partial<Readonly<Record<`${"shell" | "iopub" | "stdin" | "control" | "hb"}_port`, number>>>;

/** shutdown_request. */
export interface ShutdownRequest {
  readonly restart: boolean;
}

/** shutdown_reply. */
export interface ShutdownReply extends OkReply {
  readonly restart: boolean;
}

/** debug_request: a request of the Debug Adapter Protocol. */
export interface DebugRequest {
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
export interface UsageReply extends Usage, OkReply {
  readonly hostname: string;
  readonly pid: number;
  readonly cpu_count: number;
}

/** create_subshell_reply (JEP 91). */
export interface CreateSubshellReply extends OkReply {
  readonly subshell_id: string;
}

/** delete_subshell_request (JEP 91). */
export interface DeleteSubshellRequest {
  readonly subshell_id: string;
}

/** list_subshell_reply (JEP 91). */
export interface ListSubshellReply extends OkReply {
  readonly subshell_id: readonly string[];
}
