import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";

/** comm_info_request: which comms are open. Answered without the evaluator, so at once. */
export const commInfoHandler: ReplyHandler<"comm_info_request"> = {
  kind: "reply",
  type: "comm_info_request",
  answer({ comms }, { message }) {
    const target = new Fields("comm_info_request", message.content).optionalText("target_name");
    return Promise.resolve({ content: { status: "ok", comms: comms.list(target) } });
  },
};
