import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { deserialize, serialize } from "node:v8";
import type { Channel } from "../../kernel/wire/channel.ts";
import type { Frames, SentFrames } from "../../kernel/wire/message.ts";
import type { ClientEnds } from "../kernel/session/client.ts";

/** The client's ends of the channels of `test/support/memory-kernel.mjs`, whose pipe 3 leads there. */
export function memoryEnds(kernel: ChildProcess): ClientEnds {
  const pipe = kernel.stdio[3] as Duplex;
  // The kernel may end with something of ours still unread.
  pipe.on("error", () => undefined);
  const listeners = new Map<string, (frames: Frames) => void>();
  let early: (readonly [channel: string, frames: Frames])[] = [];
  receiveAll(pipe, (channel, frames) => {
    const listener = listeners.get(channel);
    if (listener) listener(frames);
    else early.push([channel, frames]);
  });
  const send = (channel: string, frames: SentFrames): void => {
    const bytes = serialize([channel, frames.map((frame) => Buffer.from(frame))]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.byteLength);
    pipe.write(Buffer.concat([length, bytes]));
  };
  const listen = (channel: string, receive: (frames: Frames) => void): void => {
    listeners.set(channel, receive);
    for (const [name, frames] of early) if (name === channel) receive(frames);
    early = early.filter(([name]) => name !== channel);
  };
  const end = (channel: string): Channel => ({
    send: (frames) => send(channel, frames),
    listen: (receive) => listen(channel, receive),
  });
  return {
    shell: end("shell"),
    control: end("control"),
    stdin: end("stdin"),
    subscribe(receive) {
      listen("iopub", receive);
      send("iopub", []);
    },
  };
}

function receiveAll(pipe: Duplex, receive: (channel: string, frames: Frames) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  pipe.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readUInt32LE(0)) {
      const end = 4 + rest.readUInt32LE(0);
      const [channel, frames] = deserialize(rest.subarray(4, end)) as [string, Frames];
      rest = rest.subarray(end);
      receive(channel, frames);
    }
  });
}
