import { Fields } from "../fields.ts";
import type { ReplyHandler } from "../handler.ts";

/** shutdown_request: ends the session after its reply. Accepted on the shell channel as well, as before messaging 5.4. */
export const shutdownHandler: ReplyHandler<"shutdown_request"> = {
  kind: "reply",
  type: "shutdown_request",
  async answer(parts, { message }) {
    const restart = new Fields("shutdown_request", message.content).flag("restart", false);
    parts.prompts.cancel("The kernel is shutting down.");
    parts.shells.close();
    await parts.releaseEvaluator(restart);
    const content = { status: "ok", restart } as const;
    // Other clients of this kernel hear of it too, as ipykernel tells them.
    parts.post.publish("shutdown_reply", content, { parent: message.header });
    return { content, afterwards: () => parts.end(restart ? "restart" : "shutdown") };
  },
};
