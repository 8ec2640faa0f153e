import { isJsonObject } from "../../wire/json.ts";
import { toCodePoints, toUtf16, utf16Cursor, wireCursor } from "../cursor.ts";
import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";

// Clients that know it show the type of each match; IPython came up with it and all take it.
const TYPES = "_jupyter_types_experimental";

/** complete_request: what could stand at the cursor. */
export const completeHandler: ReplyHandler<"complete_request"> = {
  kind: "reply",
  type: "complete_request",
  async answer({ evaluator }, { message }) {
    const fields = new Fields("complete_request", message.content);
    const code = fields.text("code");
    const cursor = toUtf16(code, wireCursor(code, fields.integer("cursor_pos", code.length)));
    const { matches, start, end, metadata = {} } = await evaluator.complete(code, cursor);
    return {
      content: {
        status: "ok",
        matches,
        cursor_start: toCodePoints(code, start),
        cursor_end: toCodePoints(code, end),
        metadata: withWirePositions(code, metadata),
      },
    };
  },
};

function withWirePositions(
  code: string,
  metadata: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const types = metadata[TYPES];
  if (!Array.isArray(types)) return metadata;
  return { ...metadata, [TYPES]: types.map((entry: unknown) => withWireRange(code, entry)) };
}

function withWireRange(code: string, entry: unknown): unknown {
  if (!isJsonObject(entry)) return entry;
  const convert = (position: unknown): unknown =>
    typeof position === "number" ? toCodePoints(code, utf16Cursor(code, position)) : position;
  return { ...entry, start: convert(entry["start"]), end: convert(entry["end"]) };
}
