import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";

/** debug_request: refused in the words of the Debug Adapter Protocol, because there is no debugger. */
export const debugHandler: ReplyHandler<"debug_request"> = {
  kind: "reply",
  type: "debug_request",
  controlOnly: true,
  async answer(_parts, { message }) {
    const fields = new Fields("debug_request", message.content);
    const command = fields.text("command", "");
    return {
      content: {
        type: "response",
        seq: 0,
        request_seq: fields.integer("seq", 0),
        success: false,
        command,
        message: `Cannot answer debug request "${command}": this kernel has no debugger.`,
      },
    };
  },
};
