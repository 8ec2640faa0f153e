import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "../wire/connection.ts";
import { FrameReader, writeFrames } from "../wire/frames.ts";
import { hasParent, HeaderWriter, type Header, type ParentHeader } from "../wire/header.ts";
import type { JsonObject } from "../wire/json.ts";
import type { Frames, Message, SentFrames } from "../wire/message.ts";
import type { ErrorReply } from "../wire/contents/outcome.ts";
import type { InputRequest } from "../wire/contents/execute.ts";
import type { KernelInfoReply } from "../wire/contents/kernel.ts";
import type { PublishedContents, ReplyContents, RequestType } from "../wire/messages.ts";
import { createSigner, type Signer } from "../wire/signature.ts";
import type { ClientChannels } from "../wire/zeromq-client.ts";
import { AppError } from "./errors.ts";

/** What a kernel replies: what the request asked for, or why not. */
export type Reply<T extends RequestType> = ReplyContents[T] | ErrorReply;

/** What a kernel publishes, by its type. */
export type Published = {
  readonly [T in keyof PublishedContents]: {
    readonly type: T;
    readonly content: PublishedContents[T];
    /** Binary data that travelled beside it. */
    readonly buffers?: readonly Uint8Array[];
  };
}[keyof PublishedContents];

/** How a request is sent and who hears of what it causes. */
export interface RequestOptions {
  /** Defaults to `control` for interrupt and shutdown, to `shell` for all else. */
  readonly channel?: "shell" | "control";
  /** Told of each message that the kernel publishes for this request, also after the reply. */
  readonly onPublished?: (published: Published) => void;
  /** Answers what the kernel asks the user; without it, nothing is answered. */
  readonly onInput?: (question: InputRequest) => string | Promise<string>;
}

/** How code is run. */
export interface ExecuteOptions extends RequestOptions {
  /** Leaves no trace: no history, no execution count, no result. */
  readonly silent?: boolean;
  readonly storeHistory?: boolean;
  readonly userExpressions?: Readonly<Record<string, string>>;
  /** Whether requests that wait behind this one are dropped when it fails. */
  readonly stopOnError?: boolean;
}

/** A request under way, or one whose publications somebody still wants. */
interface Exchange {
  readonly id: string;
  readonly options: RequestOptions;
  readonly replied: Deferred<JsonObject>;
  readonly idle: Deferred<void>;
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

const nothing = (): void => {};
const controlRequests: ReadonlySet<string> = new Set([
  "interrupt_request",
  "shutdown_request",
  "debug_request",
]);

/**
 * A Jupyter client of one kernel, any kernel: it sends requests and hands out replies and what is published.
 *
 * @example
 * const client = new KernelClient(connectZeromqChannels(connection), connection);
 * await client.ready();
 * await client.execute("1 + 1", { onPublished: ({ type, content }) => console.log(type, content) });
 * client.close();
 */
export class KernelClient {
  readonly #channels: ClientChannels;
  readonly #signer: Signer;
  readonly #headers: HeaderWriter = new HeaderWriter("lightnix");
  readonly #exchanges: Map<string, Exchange> = new Map();
  readonly #listeners: Set<(published: Published) => void> = new Set();
  #closed: Error | undefined;

  constructor(channels: ClientChannels, connection: Pick<Connection, "key" | "signatureScheme">) {
    this.#channels = channels;
    this.#signer = createSigner(connection.key, connection.signatureScheme);
    channels.shell.listen(this.#reader(settle));
    channels.control.listen(this.#reader(settle));
    channels.stdin.listen(this.#reader((question, exchange) => void this.#answer(question, exchange)));
    channels.subscribe(this.#reader((message, exchange) => this.#publish(message, exchange)));
  }

  /**
   * Waits until the kernel answers and its publications arrive here.
   *
   * @throws {AppError} `kernel-gone` when the client is closed meanwhile
   */
  async ready(): Promise<KernelInfoReply> {
    let stop = nothing;
    const heard = new Promise<boolean>((resolve) => {
      stop = this.listen(() => resolve(true));
    });
    try {
      for (;;) {
        const info = await this.request("kernel_info_request");
        // What a kernel published before it knew of this subscriber is lost, so it is asked again. Not every kernel gives a
        // status when all is well.
        const isHeard = await Promise.race([heard, delay(100, false)]);
        if (info.status === "error") await delay(100);
        if (info.status === "error" || !isHeard) continue;
        await this.#channels.connected;
        return info;
      }
    } finally {
      stop();
    }
  }

  /**
   * Sends a request; gives the content of its reply, which may have `status: "error"`.
   *
   * @throws {AppError} `kernel-gone` when the client is closed before the reply is there
   */
  request<T extends RequestType>(
    type: T,
    content: JsonObject = {},
    options: RequestOptions = {},
  ): Promise<Reply<T>> {
    return this.#send(type, content, options).replied;
  }

  /** Runs code; done when the reply is there and, by the kernel's word, all that it publishes for it. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<Reply<"execute_request">> {
    const { silent = false, storeHistory = !silent, userExpressions = {}, stopOnError = true } = options;
    const content = {
      code,
      silent,
      store_history: storeHistory,
      user_expressions: userExpressions,
      allow_stdin: options.onInput !== undefined,
      stop_on_error: stopOnError,
    };
    const { replied, idle } = this.#send("execute_request", content, options);
    const reply = await replied;
    await idle;
    return reply;
  }

  /** Tells the listener of everything that is published, whoever caused it; the answer stops that. */
  listen(listener: (published: Published) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether requests can no longer be sent. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Closes the sockets; requests without a reply fail with the reason. May be called twice. */
  close(reason: Error = new AppError("kernel-gone", "Cannot reach the kernel: this client is closed")): void {
    this.#closed ??= reason;
    for (const { replied, idle } of this.#exchanges.values()) {
      replied.reject(this.#closed);
      idle.reject(this.#closed);
    }
    this.#exchanges.clear();
    this.#channels.close();
  }

  #send<T extends RequestType>(
    type: T,
    content: JsonObject,
    options: RequestOptions,
  ): { replied: Promise<Reply<T>>; idle: Promise<void> } {
    const header = this.#headers.write(type);
    const exchange = { id: header.msg_id, options, replied: deferred<JsonObject>(), idle: deferred<void>() };
    this.#exchanges.set(exchange.id, exchange);
    void this.#forget(exchange);
    if (this.#closed) this.close();
    else this.#channels[options.channel ?? channelOf(type)].send(this.#frames(header, content));
    return { replied: trusted(exchange.replied.promise), idle: exchange.idle.promise };
  }

  /** Lets go of an exchange that is over, unless somebody wants what its late callbacks still print. */
  async #forget({ id, options, replied, idle }: Exchange): Promise<void> {
    await Promise.allSettled([replied.promise, idle.promise]);
    if (!options.onPublished) this.#exchanges.delete(id);
  }

  #frames(header: Header, content: JsonObject, parentHeader: ParentHeader = {}): SentFrames {
    const message = { identities: [], header, parentHeader, metadata: {}, content, buffers: [] };
    return writeFrames(message, this.#signer);
  }

  /** Passes on the messages of one socket with what asked for them; drops what is not genuine. */
  #reader(receive: (message: Message, exchange: Exchange | undefined) => void): (frames: Frames) => void {
    const reader = new FrameReader(this.#signer);
    return (frames) => {
      const read = reader.read(frames);
      if (!read.ok) return;
      const { parentHeader } = read.message;
      receive(read.message, hasParent(parentHeader) ? this.#exchanges.get(parentHeader.msg_id) : undefined);
    };
  }

  #publish({ header, content, buffers }: Message, exchange: Exchange | undefined): void {
    const published = trusted<Published>({
      type: header.msg_type,
      content,
      ...(buffers.length > 0 && { buffers }),
    });
    for (const listener of this.#listeners) listener(published);
    exchange?.options.onPublished?.(published);
    if (published.type === "status" && published.content.execution_state === "idle") exchange?.idle.resolve();
  }

  async #answer(question: Message, exchange: Exchange | undefined): Promise<void> {
    const value = await exchange?.options.onInput?.(trusted(question.content));
    if (value === undefined || this.#closed) return;
    this.#channels.stdin.send(this.#frames(this.#headers.write("input_reply"), { value }, question.header));
  }
}

/** What a kernel's genuine messages hold is taken to be what the protocol says. */
function trusted<T>(received: unknown): T {
  return received as T;
}

function settle(reply: Message, exchange: Exchange | undefined): void {
  exchange?.replied.resolve(reply.content);
}

function channelOf(type: RequestType): "shell" | "control" {
  return controlRequests.has(type) ? "control" : "shell";
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = nothing;
  let reject: (error: Error) => void = nothing;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Not everybody waits for both the reply and the end; a closed client must not end the process for that.
  promise.catch(nothing);
  return { promise, resolve, reject };
}
