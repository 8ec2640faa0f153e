import type { Channel, Channels } from "./channel.ts";
import { arrived } from "./frames.ts";
import type { Frames, SentFrames } from "./message.ts";

/** The client's ends of in-memory channels. */
export interface MemoryClient {
  readonly shell: Channel;
  readonly control: Channel;
  readonly stdin: Channel;
  /** Sets who hears what the kernel publishes, and subscribes to a topic (all by default). */
  subscribe(receive: (frames: Frames) => void, topic?: string): void;
}

/**
 * Channels without sockets, for a client in the same thread: a whole session can be driven through them. Messages keep
 * their order and arrive in a later microtask, never inside the call that sends them. Frames are passed on, not copied.
 *
 * @param identity the routing prefix that the kernel sees, as zeromq would make one for a client
 */
export function memoryChannels(identity: Uint8Array = Buffer.from("client")): {
  kernel: Channels;
  client: MemoryClient;
} {
  const pairs = {
    shell: channelPair(identity),
    control: channelPair(identity),
    stdin: channelPair(identity),
  };
  const iopub = memoryBroadcast();
  let open = true;
  const whileOpen = (channel: Channel): Channel => ({
    send: (frames) => open && channel.send(frames),
    listen: (receive) => channel.listen(receive),
  });
  return {
    kernel: {
      shell: whileOpen(pairs.shell.kernel),
      control: whileOpen(pairs.control.kernel),
      stdin: whileOpen(pairs.stdin.kernel),
      iopub: {
        send: (frames) => open && iopub.send(frames),
        onSubscribe: (greet) => iopub.onSubscribe(greet),
      },
      close() {
        open = false;
        return Promise.resolve();
      },
    },
    client: {
      shell: pairs.shell.client,
      control: pairs.control.client,
      stdin: pairs.stdin.client,
      subscribe: (receive, topic) => iopub.subscribe(receive, topic),
    },
  };
}

// As a ROUTER does: what comes in gets the sender's identity in front, what goes out loses it.
function channelPair(identity: Uint8Array): { kernel: Channel; client: Channel } {
  const toKernel = queue();
  const toClient = queue();
  return {
    kernel: {
      send: (frames) => toClient.put(arrived(frames).slice(1)),
      listen: (receive) => toKernel.take(receive),
    },
    client: {
      send: (frames) => toKernel.put([identity, ...arrived(frames)]),
      listen: (receive) => toClient.take(receive),
    },
  };
}

interface Queue {
  put(frames: Frames): void;
  take(receive: (frames: Frames) => void): void;
}

function queue(): Queue {
  const waiting: Frames[] = [];
  let receiver: ((frames: Frames) => void) | undefined;
  const drain = (): void => {
    for (let frames = receiver && waiting.shift(); frames; frames = waiting.shift()) receiver?.(frames);
  };
  return {
    put(frames) {
      waiting.push(frames);
      queueMicrotask(drain);
    },
    take(receive) {
      receiver = receive;
      queueMicrotask(drain);
    },
  };
}

function memoryBroadcast() {
  const subscribers: { readonly topic: string; readonly queue: Queue }[] = [];
  const early: Uint8Array[] = [];
  let greet: (topic: Uint8Array) => void = (topic) => void early.push(topic);
  return {
    send(sent: SentFrames | (() => SentFrames)): void {
      const frames = arrived(typeof sent === "function" ? sent() : sent);
      const first = Buffer.from(frames[0] ?? []).toString();
      for (const { topic, queue: inbox } of subscribers) if (first.startsWith(topic)) inbox.put(frames);
    },
    onSubscribe(welcome: (topic: Uint8Array) => void): void {
      greet = welcome;
      for (const topic of early.splice(0)) greet(topic);
    },
    subscribe(receive: (frames: Frames) => void, topic: string = ""): void {
      const inbox = queue();
      inbox.take(receive);
      subscribers.push({ topic, queue: inbox });
      queueMicrotask(() => greet(Buffer.from(topic)));
    },
  };
}
