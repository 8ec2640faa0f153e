import { messageOf } from "../../wire/json.ts";
import { Fields } from "../fields.ts";
import type { CommOpening } from "../evaluator.ts";
import type { NoticeHandler, Request, SessionParts } from "../handler.ts";
import { RequestOutput } from "../output.ts";
import { commMessageOf, COMM_MANNER } from "./comm-message.ts";

/** comm_open: a client opens a comm. When nobody wants it, it is closed again at once. */
export const commOpenHandler: NoticeHandler = {
  kind: "notice",
  type: "comm_open",
  async receive(parts, request) {
    const fields = new Fields("comm_open", request.message.content);
    const opening = { ...commMessageOf("comm_open", request), target: fields.text("target_name") };
    const output = new RequestOutput(parts, request.message, COMM_MANNER);
    const opened = await parts.comms.whileOpening(opening.id, opening.target, () =>
      open(parts, request, { opening, output }).catch((error: unknown) => {
        parts.log(
          "error",
          `Cannot open comm "${opening.id}" of target "${opening.target}": ${messageOf(error)}`,
        );
        return false;
      }),
    );
    if (opened === "refused") {
      parts.log("warn", `Closed comm "${opening.id}" again: nobody takes it for target "${opening.target}"`);
      output.closeComm({ id: opening.id, data: {} });
    }
    output.end();
  },
};

// The cell that registers the target may have been sent just before and still wait or run. Then the comm waits for it,
// as it would in a kernel that answers in order.
async function open(
  { evaluator }: SessionParts,
  { shell }: Request,
  { opening, output }: { opening: CommOpening; output: RequestOutput },
): Promise<boolean> {
  const cellsBefore = shell.queue.busy;
  if (!evaluator.commOpened) return false;
  if (await evaluator.commOpened(opening, output)) return true;
  if (!cellsBefore) return false;
  await shell.queue.drained();
  return evaluator.commOpened(opening, output);
}
