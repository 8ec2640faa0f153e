import type { OkReply } from "./outcome.ts";

/** comm_info_request. */
export interface CommInfoRequest {
  readonly target_name: string | undefined;
}

/** comm_info_reply. */
export interface CommInfoReply extends OkReply {
  readonly comms: Readonly<Record<string, { readonly target_name: string }>>;
}

/** comm_open, from either side. */
export interface CommOpen {
  readonly comm_id: string;
  readonly target_name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** comm_msg and comm_close, from either side. */
export interface CommData {
  readonly comm_id: string;
  readonly data: Readonly<Record<string, unknown>>;
}
