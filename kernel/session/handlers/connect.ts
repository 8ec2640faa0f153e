import type { ReplyHandler } from "../handler.ts";

/** connect_request: the kernel's ports. Deprecated by the protocol, and answered all the same. */
export const connectHandler: ReplyHandler<"connect_request"> = {
  kind: "reply",
  type: "connect_request",
  answer({ connection }) {
    if (!connection) return Promise.resolve({ content: { status: "ok" } });
    const { shell, iopub, stdin, control, hb } = connection.ports;
    return Promise.resolve({
      content: {
        status: "ok",
        shell_port: shell,
        iopub_port: iopub,
        stdin_port: stdin,
        control_port: control,
        hb_port: hb,
      },
    });
  },
};
