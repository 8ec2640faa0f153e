import { setTimeout as delay } from "node:timers/promises";
import type { Channels } from "../wire/channel.ts";
import type { Connection } from "../wire/connection.ts";
import { FrameReader } from "../wire/frames.ts";
import { messageOf, textOf } from "../wire/json.ts";
import { silentLog, type Log } from "../wire/log.ts";
import type { Frames } from "../wire/message.ts";
import type { Usage } from "../wire/contents/kernel.ts";
import { createSigner, type Signer } from "../wire/signature.ts";
import type { ZeromqChannels } from "../wire/zeromq.ts";
import { Comms } from "./comms.ts";
import { Dispatcher } from "./dispatch.ts";
import type { Evaluator } from "./evaluator.ts";
import type { SessionEnd, SessionInfo, SessionParts } from "./handler.ts";
import { interrupt } from "./handlers/interrupt.ts";
import { memoryHistory, type History } from "./history.ts";
import { Post } from "./post.ts";
import { Shells } from "./shells.ts";
import { Statuses } from "./status.ts";
import { Prompts } from "./stdin.ts";
import { DEFAULT_STREAM_LIMITS, type StreamLimits } from "./streams.ts";

const DRAIN_MS = 300;

/** Where a session's messages come from: the sockets of a connection file, or channels that are open already. */
type Place =
  | { readonly connection: Connection }
  | { readonly channels: Channels; readonly key?: string; readonly signatureScheme?: string };

/** What a session is made of. */
export type StartOptions = Place & {
  readonly evaluator: Evaluator;
  readonly info: SessionInfo;
  /** In memory by default. */
  readonly history?: History;
  /** Nothing is logged by default. */
  readonly log?: Log;
  readonly streamLimits?: Partial<StreamLimits>;
  /** Measures what the kernel uses of its machine, for a usage_request. */
  readonly usage?: () => Usage;
  /** How long a shutdown waits for the evaluator before it replies all the same; 2 s by default. */
  readonly releaseTimeoutMs?: number;
};

/** A session that answers. */
export interface RunningSession {
  /** Names it in the headers of its messages. */
  readonly id: string;
  /** Where its sockets are; none where its channels are not sockets. */
  readonly connection: Connection | undefined;
  /** How the client ended it, after the last message was sent and the channels were closed. */
  readonly closed: Promise<SessionEnd>;
  /** Does what an interrupt_request does; for signals. */
  interrupt(): Promise<void>;
  /** Ends it from this side, as a shutdown. */
  close(): Promise<void>;
}

/**
 * Starts a session: from when this resolves, it answers. kernel_info needs nothing of the evaluator, which may therefore
 * still be starting itself; its methods need only wait for that.
 *
 * ```ts
 * const session = await startSession({ connection: readConnectionFile(path), evaluator, info });
 * const how = await session.closed; // "shutdown" or "restart"
 * ```
 *
 * @throws WireError `cannot-bind`, `unknown-signature-scheme`, `not-registered`
 */
export async function startSession(options: StartOptions): Promise<RunningSession> {
  const log = options.log ?? silentLog;
  const place = await open(options, log);
  let end!: SessionParts["end"];
  const ended = new Promise<SessionEnd>((resolve) => {
    end = resolve;
  });
  const parts = assemble(options, { place, log, end });
  listen(parts, place);
  parts.statuses.starting();
  const closed = ended.then(async (how) => {
    await closeParts(parts, place.channels);
    return how;
  });
  return {
    id: parts.post.session,
    connection: parts.connection,
    closed,
    interrupt: () => interrupt(parts),
    async close() {
      end("shutdown");
      await closed;
    },
  };
}

type Surroundings = Pick<SessionParts, "log" | "end"> & { readonly place: OpenPlace };

function assemble(options: StartOptions, { place, log, end }: Surroundings): SessionParts {
  const { evaluator, info, history = memoryHistory(), releaseTimeoutMs: timeoutMs = 2_000 } = options;
  const post = new Post({ channels: place.channels, signer: place.signer, log });
  return {
    post,
    log,
    evaluator,
    info,
    history,
    end,
    connection: place.connection,
    usage: options.usage ?? (() => ({})),
    comms: new Comms(),
    prompts: new Prompts(post, log),
    statuses: new Statuses(post),
    shells: new Shells({ history, concurrent: evaluator.concurrent === true }),
    streamLimits: { ...DEFAULT_STREAM_LIMITS, ...options.streamLimits },
    releaseEvaluator: releaseOnce(evaluator, { log, timeoutMs }),
  };
}

interface OpenPlace {
  readonly channels: Channels;
  /** None: the channels are not sockets. Its ports are known, also where the system chose them. */
  readonly connection: Connection | undefined;
  readonly signer: Signer;
}

async function open(place: Place, log: Log): Promise<OpenPlace> {
  if ("channels" in place) {
    const signer = createSigner(place.key ?? "", place.signatureScheme);
    return { channels: place.channels, connection: undefined, signer };
  }
  // Before anything is bound: a scheme that is not known must not leave sockets behind.
  const signer = createSigner(place.connection.key, place.connection.signatureScheme);
  // Loaded here, so that a session without sockets needs no native module.
  const { openZeromqChannels } = await import("../wire/zeromq.ts");
  const channels = await openZeromqChannels(place.connection, log);
  const { connection } = channels;
  if (connection.registration) await registerOrClose(channels);
  return { channels, connection, signer };
}

async function registerOrClose(channels: ZeromqChannels): Promise<void> {
  const { register } = await import("../wire/zeromq-register.ts");
  try {
    await register(channels.connection);
  } catch (error) {
    await channels.close();
    throw error;
  }
}

function listen(parts: SessionParts, { channels, signer }: OpenPlace): void {
  const reader = new FrameReader(signer);
  const dispatcher = new Dispatcher(parts, reader);
  channels.shell.listen((frames) => dispatcher.receive("shell", frames));
  channels.control.listen((frames) => dispatcher.receive("control", frames));
  channels.stdin.listen((frames) => receiveInput(parts, reader, frames));
  channels.iopub.onSubscribe((topic) => welcome(parts.post, topic));
}

function receiveInput(parts: SessionParts, reader: FrameReader, frames: Frames): void {
  const decoded = reader.read(frames);
  if (decoded.ok && decoded.message.header.msg_type === "input_reply") parts.prompts.receive(decoded.message);
  else
    parts.log(
      "warn",
      `Dropped a message on the stdin channel: ${decoded.ok ? "no input_reply" : decoded.detail}`,
    );
}

// JEP 65: a subscription that is no UTF-8 gets no welcome.
function welcome(post: Post, topic: Uint8Array): void {
  const subscription = textOf(topic);
  if (subscription.includes("\ufffd")) return;
  post.publish("iopub_welcome", { subscription }, { topic });
}

function releaseOnce(evaluator: Evaluator, { log, timeoutMs }: { log: Log; timeoutMs: number }) {
  let released: Promise<void> | undefined;
  const release = async (restart: boolean): Promise<void> => {
    const done = evaluator.shutdown(restart).catch((error: unknown) => {
      log("error", `Cannot shut the evaluator down: ${messageOf(error)}`);
    });
    await Promise.race([done, delay(timeoutMs, undefined, { ref: false })]);
  };
  return (restart: boolean): Promise<void> => (released ??= release(restart));
}

async function closeParts(parts: SessionParts, channels: Channels): Promise<void> {
  parts.prompts.cancel("The kernel is shutting down.");
  parts.shells.close();
  await parts.releaseEvaluator(false);
  // Clients wait for the replies of the cells that ran; what cannot be stopped is not waited for.
  await Promise.race([parts.shells.drained(), delay(DRAIN_MS, undefined, { ref: false })]);
  await parts.history.close();
  await channels.close();
}
