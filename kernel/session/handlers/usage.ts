import { availableParallelism, hostname } from "node:os";
import type { ReplyHandler } from "../handler.ts";

/** usage_request: what the kernel uses of its machine. Not of the specification, but of ipykernel. */
export const usageHandler: ReplyHandler<"usage_request"> = {
  kind: "reply",
  type: "usage_request",
  controlOnly: true,
  answer: ({ usage }) =>
    Promise.resolve({
      content: {
        status: "ok",
        hostname: hostname(),
        pid: process.pid,
        cpu_count: availableParallelism(),
        ...usage(),
      },
    }),
};
