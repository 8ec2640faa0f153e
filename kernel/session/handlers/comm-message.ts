import type { CommMessage } from "../evaluator.ts";
import { Fields } from "../fields.ts";
import type { NoticeHandler, Request } from "../handler.ts";
import { RequestOutput, type OutputManner } from "../output.ts";

/** How a comm's handler may show things: as a cell, but without a number and without prompts. */
export const COMM_MANNER: OutputManner = { silent: false, allowStdin: false, executionCount: undefined };

/** comm_msg: something for the kernel's side of a comm. */
export const commMessageHandler: NoticeHandler = {
  kind: "notice",
  type: "comm_msg",
  async receive(parts, request) {
    const message = commMessageOf("comm_msg", request);
    if (!(await parts.comms.isOpen(message.id))) {
      parts.log("warn", `Dropped a comm_msg for comm "${message.id}", which is not open`);
      return;
    }
    const output = new RequestOutput(parts, request.message, COMM_MANNER);
    await parts.evaluator.commReceived?.(message, output);
    output.end();
  },
};

/** The comm message that a request carries. */
export function commMessageOf(
  type: "comm_open" | "comm_msg" | "comm_close",
  { message }: Request,
): CommMessage {
  const fields = new Fields(type, message.content);
  return {
    id: fields.text("comm_id"),
    data: fields.object("data"),
    metadata: message.metadata,
    buffers: message.buffers,
  };
}
