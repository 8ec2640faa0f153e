import { randomUUID } from "node:crypto";
import { curveKeyPair, Dealer, Subscriber, type SocketOptions } from "zeromq";
import type { Channel } from "./channel.ts";
import { endpoint, type Connection } from "./connection.ts";
import { messageOf } from "./json.ts";
import { silentLog, type Log } from "./log.ts";
import type { Frames } from "./message.ts";

// A kernel that starts is found this soon after it is there; zeromq's own pace is 100 ms.
const RETRY_MS = 10;

/** The client's ends of a kernel's sockets. */
export interface ClientChannels {
  readonly shell: Channel;
  readonly control: Channel;
  readonly stdin: Channel;
  /** Sets who hears everything that the kernel publishes. */
  subscribe(receive: (frames: Frames) => void): void;
  /** Done when a kernel is at the other end of each, so that what it asks on stdin arrives. */
  readonly connected: Promise<void>;
  /** Closes all of them. May be called twice. */
  close(): void;
}

/**
 * Connects to a kernel, whether it is bound already or not: zeromq keeps trying. Nothing that a running kernel publishes
 * before the subscription has arrived there is received; its `iopub_welcome` tells when that is.
 */
export function connectZeromqChannels(connection: Connection, log: Log = silentLog): ClientChannels {
  // One identity on all three, since a kernel sends an input_request on stdin to the identity that asked on shell.
  const common = { linger: 0, reconnectInterval: RETRY_MS, ...clientSecurity(connection) };
  const options = { ...common, routingId: randomUUID() };
  const dealers = { shell: new Dealer(options), control: new Dealer(options), stdin: new Dealer(options) };
  const iopub = new Subscriber({ ...common, receiveHighWaterMark: 0 });
  const connected = Promise.all(Object.values(dealers).map(untilHandshake));
  for (const name of ["shell", "control", "stdin"] as const)
    dealers[name].connect(endpoint(connection, name));
  iopub.connect(endpoint(connection, "iopub"));
  return {
    shell: channelOf(dealers.shell, log),
    control: channelOf(dealers.control, log),
    stdin: channelOf(dealers.stdin, log),
    subscribe(receive) {
      iopub.subscribe();
      void receiveAll(iopub, receive, log);
    },
    connected: connected.then(() => undefined),
    close() {
      for (const socket of [...Object.values(dealers), iopub]) if (!socket.closed) socket.close();
    },
  };
}

// Any pair of keys will do for a client; what it must know is the kernel's public one.
function clientSecurity({ curve }: Connection): SecurityOptions {
  if (curve === undefined) return {};
  const { publicKey, secretKey } = curveKeyPair();
  return { curveServerKey: curve.publicKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
}

type SecurityOptions = Pick<SocketOptions<Dealer>, "curveServerKey" | "curvePublicKey" | "curveSecretKey">;

function untilHandshake(socket: Dealer): Promise<unknown> {
  return new Promise((resolve) => socket.events.on("handshake", resolve));
}

function channelOf(socket: Dealer, log: Log): Channel {
  // zeromq.js allows one send at a time, and a kernel that is not bound yet makes the first one wait.
  let last: Promise<void> = Promise.resolve();
  return {
    send(frames) {
      last = last
        .then(() => (socket.closed ? undefined : socket.send([...frames])))
        .catch((error: unknown) => log("error", `Cannot send to the kernel: ${messageOf(error)}`));
    },
    listen: (receive) => void receiveAll(socket, receive, log),
  };
}

async function receiveAll(
  socket: Dealer | Subscriber,
  receive: (frames: Frames) => void,
  log: Log,
): Promise<void> {
  try {
    for await (const frames of socket) receive(frames);
  } catch (error) {
    if (!socket.closed) log("error", `Cannot receive from the kernel: ${messageOf(error)}`);
  }
}
