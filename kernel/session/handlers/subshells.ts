import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";

/** create_subshell_request (JEP 91). */
export const createSubshellHandler: ReplyHandler<"create_subshell_request"> = {
  kind: "reply",
  type: "create_subshell_request",
  controlOnly: true,
  answer: ({ shells }) => Promise.resolve({ content: { status: "ok", subshell_id: shells.create() } }),
};

/** delete_subshell_request (JEP 91). */
export const deleteSubshellHandler: ReplyHandler<"delete_subshell_request"> = {
  kind: "reply",
  type: "delete_subshell_request",
  controlOnly: true,
  async answer({ shells }, { message }) {
    shells.delete(new Fields("delete_subshell_request", message.content).text("subshell_id"));
    return { content: { status: "ok" } };
  },
};

/** list_subshell_request (JEP 91): the parent shell is not among them. */
export const listSubshellHandler: ReplyHandler<"list_subshell_request"> = {
  kind: "reply",
  type: "list_subshell_request",
  controlOnly: true,
  answer: ({ shells }) => Promise.resolve({ content: { status: "ok", subshell_id: shells.list() } }),
};
