import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";

/** is_complete_request: whether a console should run the code or let the user go on typing. */
export const isCompleteHandler: ReplyHandler<"is_complete_request"> = {
  kind: "reply",
  type: "is_complete_request",
  async answer({ evaluator }, { message }) {
    const code = new Fields("is_complete_request", message.content).text("code");
    const completeness = await evaluator.isComplete(code);
    if (completeness.status !== "incomplete") return { content: { status: completeness.status } };
    return { content: { status: "incomplete", indent: completeness.indent ?? "" } };
  },
};
