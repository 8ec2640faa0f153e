import { toUtf16, wireCursor } from "../cursor.ts";
import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";

/** inspect_request: what is known of what stands at the cursor. */
export const inspectHandler: ReplyHandler<"inspect_request"> = {
  kind: "reply",
  type: "inspect_request",
  async answer({ evaluator }, { message }) {
    const fields = new Fields("inspect_request", message.content);
    const code = fields.text("code");
    const cursor = toUtf16(code, wireCursor(code, fields.integer("cursor_pos", code.length)));
    const detail = fields.integer("detail_level", 0) > 0 ? 1 : 0;
    const { found, data, metadata = {} } = await evaluator.inspect(code, cursor, detail);
    return { content: { status: "ok", found, data, metadata } };
  },
};
