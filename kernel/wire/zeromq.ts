import { Router, XPublisher, type Socket, type SocketOptions } from "zeromq";
import type { Broadcast, Channel, Channels } from "./channel.ts";
import { endpoint, SOCKET_NAMES, type Connection, type SocketName } from "./connection.ts";
import { WireError } from "./errors.ts";
import { messageOf } from "./json.ts";
import { silentLog, type Log } from "./log.ts";
import type { Frames, SentFrames } from "./message.ts";

// The process waits so long at its end for what a client has not taken yet. Above half a second zeromq.js prints a warning.
const LINGER_MS = 400;
const SUBSCRIBED = 1;

// No high-water mark: a ROUTER and an XPUB drop what goes over it. How much output there can be is bounded by the session.
// With it and a send timeout of 0 each send is done when the call returns, so there is never a second one under way
// on one socket (zeromq.js allows one).
const UNBOUNDED = { linger: LINGER_MS, sendHighWaterMark: 0, receiveHighWaterMark: 0, sendTimeout: 0 };
// A client that has stopped reading, and is so many messages behind, misses the next ones: they would fill the kernel's memory.
const BEHIND_AT_MOST = 100_000;
// A client that connects anew under its identity takes its old connection's place: jupyter_client names all the clients of one
// kernel manager alike, and the second of them would wait for its answers in vain.
const ROUTER = { ...UNBOUNDED, handover: true };

/** Open sockets, and where they are: the connection with the ports that the system chose. */
export interface ZeromqChannels extends Channels {
  readonly connection: Connection;
}

/**
 * Binds the five sockets of a kernel and answers the heartbeat.
 *
 * @throws WireError `cannot-bind`, with all sockets closed again
 */
export async function openZeromqChannels(
  connection: Connection,
  log: Log = silentLog,
): Promise<ZeromqChannels> {
  const security = serverSecurity(connection);
  const router = { ...ROUTER, ...security };
  const publisher = { ...UNBOUNDED, ...security, sendHighWaterMark: BEHIND_AT_MOST };
  const sockets = {
    shell: new Router(router),
    control: new Router(router),
    stdin: new Router(router),
    // Also a second subscriber of a topic is told of, so that each client gets its welcome.
    iopub: new XPublisher({ ...publisher, verbosity: "allSubs" }),
    // REQ clients speak to a ROUTER as to a REP, and it cannot fall out of step when one of them dies.
    hb: new Router(router),
  };
  await bindAll(sockets, connection);
  void receiveForever(sockets.hb, (frames) => void sendNow(sockets.hb, frames, log), log);
  const outbox = new Outbox(log);
  return {
    shell: channelOf(sockets.shell, outbox, log),
    control: channelOf(sockets.control, outbox, log),
    stdin: channelOf(sockets.stdin, outbox, log),
    iopub: broadcastOf(sockets.iopub, outbox, log),
    connection: { ...connection, ports: portsOf(sockets, connection) },
    close: () => {
      outbox.flush();
      return closeAll(sockets);
    },
  };
}

function serverSecurity({ curve }: Connection): SecurityOptions {
  if (curve === undefined) return {};
  return { curveServer: true, curvePublicKey: curve.publicKey, curveSecretKey: curve.secretKey };
}

type SecurityOptions = Pick<SocketOptions<Router>, "curveServer" | "curvePublicKey" | "curveSecretKey">;
type Sockets = Readonly<Record<SocketName, Router | XPublisher>>;

async function bindAll(sockets: Sockets, connection: Connection): Promise<void> {
  const bound = await Promise.allSettled(
    SOCKET_NAMES.map((name) => bind(sockets[name], { name, address: endpoint(connection, name) })),
  );
  const failure = bound.find((one) => one.status === "rejected");
  if (failure === undefined) return;
  await closeAll(sockets);
  throw failure.reason;
}

async function bind(
  socket: Router | XPublisher,
  to: { readonly name: SocketName; readonly address: string },
): Promise<void> {
  try {
    await socket.bind(to.address);
  } catch (cause) {
    const text = `Cannot bind the ${to.name} socket to "${to.address}": ${messageOf(cause)}`;
    throw new WireError("cannot-bind", text, { cause });
  }
}

function portsOf(sockets: Sockets, { ports }: Connection): Connection["ports"] {
  return {
    shell: chosenPort(sockets.shell) ?? ports.shell,
    iopub: chosenPort(sockets.iopub) ?? ports.iopub,
    stdin: chosenPort(sockets.stdin) ?? ports.stdin,
    control: chosenPort(sockets.control) ?? ports.control,
    hb: chosenPort(sockets.hb) ?? ports.hb,
  };
}

// What follows the last colon of, for example, `tcp://127.0.0.1:40123`. An ipc address is what it was told to be.
function chosenPort({ lastEndpoint }: Router | XPublisher): number | undefined {
  const port = /^tcp:.*:(\d+)$/.exec(lastEndpoint ?? "")?.[1];
  return port === undefined ? undefined : Number(port);
}

function closeAll(sockets: Sockets): Promise<void> {
  for (const socket of Object.values(sockets)) if (!socket.closed) socket.close();
  return Promise.resolve();
}

// A promise is followed in a tenth of the time of `queueMicrotask`, which makes an asynchronous resource.
const settled = Promise.resolve();

/**
 * Keeps what is sent until all that is to be done at this moment is done: a send wakes another thread, and takes ten times as long as
 * to compose a message. So a cell is on its way to the main thread before its first messages are, and its last ones leave together.
 */
class Outbox {
  readonly #log: Log;
  #waiting: { readonly socket: Sender; readonly frames: SentFrames | (() => SentFrames) }[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes what is to be sent. The order is kept, also between sockets. */
  add(socket: Sender, frames: SentFrames | (() => SentFrames)): void {
    this.#waiting.push({ socket, frames });
    // A tick comes before the promises that are settled already, unless it is asked for by one of them.
    if (this.#waiting.length === 1) void settled.then(() => process.nextTick(() => this.flush()));
  }

  /** Sends it. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { socket, frames } of waiting)
      void sendNow(socket, typeof frames === "function" ? frames() : frames, this.#log);
  }
}

function channelOf(socket: Router, outbox: Outbox, log: Log): Channel {
  return {
    send: (frames) => outbox.add(socket, frames),
    listen: (receive) => void receiveForever(socket, receive, log),
  };
}

function broadcastOf(socket: XPublisher, outbox: Outbox, log: Log): Broadcast {
  return {
    send: (frames) => outbox.add(socket, frames),
    onSubscribe(greet) {
      const receive = ([event]: Frames): void => {
        if (event?.[0] === SUBSCRIBED) greet(event.subarray(1));
      };
      void receiveForever(socket, receive, log);
    },
  };
}

type Sender = Socket & { send(frames: (Uint8Array | string)[]): Promise<void> };
type Receiver = Socket & { receive(): Promise<Frames> };

// zeromq.js throws some faults at once, and one message's fault must not take those behind it along.
async function sendNow(socket: Sender, frames: SentFrames, log: Log): Promise<void> {
  if (socket.closed) return;
  try {
    await socket.send([...frames]);
  } catch (error) {
    const text = `Cannot send ${frames.length} frames on a ${socketName(socket)} socket: ${messageOf(error)}`;
    log("error", text);
  }
}

/** Gives each message to `receive` until the socket is closed; no error ends it. */
async function receiveForever(socket: Receiver, receive: (frames: Frames) => void, log: Log): Promise<void> {
  while (!socket.closed) {
    try {
      receive(await socket.receive());
    } catch (error) {
      if (socket.closed) return;
      log("error", `Cannot receive on a ${socketName(socket)} socket: ${messageOf(error)}`);
      // A fault that stays must not turn this loop into a spin that starves all other work.
      await new Promise((resume) => setTimeout(resume, 10));
    }
  }
}

function socketName(socket: Socket): string {
  return socket.constructor.name;
}
