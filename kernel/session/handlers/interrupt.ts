import type { ReplyHandler } from "../handler.ts";

/** interrupt_request: stops the cells that run, and gives up open prompts. What waits behind them is left to stop_on_error. */
export const interruptHandler: ReplyHandler<"interrupt_request"> = {
  kind: "reply",
  type: "interrupt_request",
  async answer({ prompts, evaluator }) {
    prompts.cancel("The user interrupted the cell while it waited for input.");
    await evaluator.interrupt();
    return { content: { status: "ok" } };
  },
};
