import type { JsonObject } from "../../wire/json.ts";
import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";

/**
 * debug_request: a request of the Debug Adapter Protocol, answered by a response of it; its events go out as debug_event. An evaluator without a
 * debugger has it refused in the same words.
 */
export const debugHandler: ReplyHandler<"debug_request"> = {
  kind: "reply",
  type: "debug_request",
  controlOnly: true,
  async answer({ evaluator, post }, { message: { content } }) {
    const tell = (event: JsonObject): void => void post.publish("debug_event", event);
    const answer = await evaluator.debug?.(content, tell);
    return { content: answer ?? refusal(content) };
  },
};

function refusal(content: JsonObject): JsonObject {
  const fields = new Fields("debug_request", content);
  const command = fields.text("command", "");
  return {
    type: "response",
    seq: 0,
    request_seq: fields.integer("seq", 0),
    success: false,
    command,
    message: `Cannot answer debug request "${command}": this kernel has no debugger.`,
  };
}
