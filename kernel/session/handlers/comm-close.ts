import type { NoticeHandler } from "../handler.ts";
import { RequestOutput } from "../output.ts";
import { COMM_MANNER, commMessageOf } from "./comm-message.ts";

/** comm_close: a client closes a comm. */
export const commCloseHandler: NoticeHandler = {
  kind: "notice",
  type: "comm_close",
  async receive(parts, request) {
    const message = commMessageOf("comm_close", request);
    if (!(await parts.comms.isOpen(message.id))) return;
    parts.comms.closed(message.id);
    const output = new RequestOutput(parts, request.message, COMM_MANNER);
    await parts.evaluator.commClosed?.(message, output);
    output.end();
  },
};
