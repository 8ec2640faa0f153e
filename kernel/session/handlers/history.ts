import type { HistoryRequest } from "../../wire/contents/questions.ts";
import { SessionError } from "../errors.ts";
import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";
import { recall } from "../history.ts";

/** history_request: cells that were run before, in this session and others. */
export const historyHandler: ReplyHandler<"history_request"> = {
  kind: "reply",
  type: "history_request",
  async answer({ history }, { message, shell }) {
    const request = parse(new Fields("history_request", message.content));
    const current = await shell.historySession();
    return { content: { status: "ok", history: recall(await history.entries(), request, current) } };
  },
};

function parse(fields: Fields<"history_request">): HistoryRequest {
  const how = { output: fields.flag("output", false), raw: fields.flag("raw", true) };
  const type = fields.text("hist_access_type", "tail");
  switch (type) {
    case "tail":
      return { ...how, hist_access_type: type, n: fields.integer("n", 10) };
    case "range":
      return {
        ...how,
        hist_access_type: type,
        session: fields.integer("session", 0),
        start: fields.integer("start", 0),
        stop: fields.optionalInteger("stop"),
      };
    case "search":
      return {
        ...how,
        hist_access_type: type,
        pattern: fields.text("pattern", "*"),
        n: fields.optionalInteger("n"),
        unique: fields.flag("unique", false),
      };
    default:
      throw new SessionError(
        "malformed-request",
        `Cannot answer history_request: hist_access_type "${type}" is none of "tail", "range" and "search".`,
      );
  }
}
