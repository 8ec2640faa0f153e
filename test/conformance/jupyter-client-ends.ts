import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { arrived, writeFrames } from "../../kernel/wire/frames.ts";
import type { Header, ParentHeader } from "../../kernel/wire/header.ts";
import type { JsonObject } from "../../kernel/wire/json.ts";
import type { Frames, Message } from "../../kernel/wire/message.ts";
import { createSigner } from "../../kernel/wire/signature.ts";
import type { ClientEnds } from "../kernel/session/client.ts";
import { python } from "../support/jupyter.ts";

type Receive = (frames: Frames) => void;
type RequestChannel = "shell" | "control" | "stdin";

interface Told {
  readonly channel: RequestChannel | "iopub";
  readonly header: Header;
  readonly parent_header: ParentHeader;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly string[];
}

/** A client's ends of the channels of a kernel, held by Python's jupyter_client: it writes, signs, reads and checks the messages. */
export function jupyterClientEnds(
  connectionFile: string,
  key: string,
): ClientEnds & { close(): Promise<void> } {
  const program = join(import.meta.dirname, "jupyter_client_driver.py");
  const child = spawn(python, [program, connectionFile], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const say = (request: JsonObject): void => void child.stdin.write(`${JSON.stringify(request)}\n`);
  // What the driver has taken for genuine is handed on in the form that the tests' client reads.
  const signer = createSigner(key);
  const early: Told[] = [];
  const receivers: Partial<Record<Told["channel"], Receive>> = {};
  const handOn = (told: Told): void => {
    const receive = receivers[told.channel];
    if (receive) receive(arrived(writeFrames(messageOf(told), signer)));
    else early.push(told);
  };
  createInterface({ input: child.stdout }).on("line", (line) => handOn(JSON.parse(line) as Told));
  const listen = (channel: Told["channel"], receive: Receive): void => {
    receivers[channel] = receive;
    for (const told of early.splice(0)) handOn(told);
  };
  const channel = (name: RequestChannel): ClientEnds[RequestChannel] => ({
    send: (frames) => say({ channel: name, frames: arrived(frames).map(base64) }),
    listen: (receive) => listen(name, receive),
  });
  return {
    shell: channel("shell"),
    control: channel("control"),
    stdin: channel("stdin"),
    subscribe: (receive) => listen("iopub", receive),
    sendMessage: (name, { header, parentHeader, metadata, content, buffers }) =>
      say({
        channel: name,
        message: { header, parent_header: parentHeader, metadata, content, buffers: buffers.map(base64) },
      }),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function messageOf({ header, parent_header, metadata, content, buffers }: Told): Message {
  return {
    identities: [],
    header,
    parentHeader: parent_header,
    metadata,
    content,
    buffers: buffers.map((text) => Buffer.from(text, "base64")),
  };
}
