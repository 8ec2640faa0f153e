import type { ReplyHandler, SessionParts } from "../handler.ts";

/** interrupt_request: stops what runs. */
export const interruptHandler: ReplyHandler<"interrupt_request"> = {
  kind: "reply",
  type: "interrupt_request",
  async answer(parts) {
    await interrupt(parts);
    return { content: { status: "ok" } };
  },
};

/** Stops the cells that run, and gives up open prompts. What waits behind them is left to stop_on_error. */
export async function interrupt({ prompts, evaluator }: SessionParts): Promise<void> {
  prompts.cancel("The user interrupted the cell while it waited for input.");
  await evaluator.interrupt();
}
