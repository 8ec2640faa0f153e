import type { Broadcast, Channel, Channels } from "../wire/channel.ts";
import { writeFrames } from "../wire/frames.ts";
import { HeaderWriter, type Header, type ParentHeader } from "../wire/header.ts";
import { isJsonObject, messageOf, type JsonObject } from "../wire/json.ts";
import type { Log } from "../wire/log.ts";
import type { Message, SentFrames } from "../wire/message.ts";
import type { ErrorReply } from "../wire/contents/outcome.ts";
import type { InputRequest } from "../wire/contents/execute.ts";
import type { PublishedContents, ReplyContents } from "../wire/messages.ts";
import type { Signer } from "../wire/signature.ts";

/** The type of a message on iopub. */
export type PublishedType = keyof PublishedContents;

/** What else a message carries. */
export interface Enclosure {
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
}

/** Any reply: of a request that went well, or not. */
export type AnyReply = ReplyContents[keyof ReplyContents] | ErrorReply | JsonObject;

/** Writes, signs and sends messages in a session's name. */
export class Post {
  /** Names this kernel process in all its messages. */
  readonly session: string;
  readonly #channels: Channels;
  readonly #signer: Signer;
  readonly #log: Log;
  readonly #headers = new HeaderWriter("kernel");

  constructor(options: { channels: Channels; signer: Signer; log: Log }) {
    this.#channels = options.channels;
    this.#signer = options.signer;
    this.#log = options.log;
    this.session = this.#headers.session;
  }

  /**
   * Publishes to all clients.
   *
   * @returns why it could not be written, when it could not
   */
  publish<Type extends PublishedType>(
    type: Type,
    content: PublishedContents[Type],
    cause: Enclosure & { readonly parent?: ParentHeader; readonly topic?: Uint8Array } = {},
  ): string | undefined {
    const identities = [cause.topic ?? Buffer.from(type)];
    return this.#send(this.#channels.iopub, {
      ...this.#compose(type, content, cause),
      identities,
      parentHeader: cause.parent ?? {},
    });
  }

  /**
   * Publishes what is certain to be written as JSON: that a request is begun. It is written when it is sent, which is after what the
   * request sets going, and so costs it no time.
   */
  announce<Type extends "status" | "execute_input">(
    type: Type,
    content: PublishedContents[Type],
    parent: ParentHeader,
  ): void {
    const identities = [Buffer.from(type)];
    const message = { ...this.#compose(type, content, {}), identities, parentHeader: parent };
    this.#channels.iopub.send(() => writeFrames(message, this.#signer));
  }

  /** Replies to a request on the channel that it came by. */
  reply(
    channel: "shell" | "control",
    request: Pick<Message, "identities" | "header">,
    answer: {
      readonly content: AnyReply;
      readonly metadata?: JsonObject;
    },
  ): void {
    const type = replyType(request.header.msg_type);
    const send = (content: AnyReply): string | undefined =>
      this.#send(this.#channels[channel], {
        ...this.#compose(type, content, answer),
        identities: request.identities,
        parentHeader: request.header,
      });
    const fault = send(answer.content);
    if (fault !== undefined) send({ status: "error", ename: "WireError", evalue: fault, traceback: [] });
  }

  /** Asks the client that sent a request for a line of input; returns the header of the question. */
  ask(request: Pick<Message, "identities" | "header">, content: InputRequest): Header {
    const message = this.#compose("input_request", content, {});
    this.#send(this.#channels.stdin, {
      ...message,
      identities: request.identities,
      parentHeader: request.header,
    });
    return message.header;
  }

  #compose(
    type: string,
    content: object,
    enclosure: Enclosure,
  ): Pick<Message, "header" | "metadata" | "content" | "buffers"> {
    return {
      header: this.#headers.write(type),
      metadata: enclosure.metadata ?? {},
      content: isJsonObject(content) ? content : {},
      buffers: enclosure.buffers ?? [],
    };
  }

  #send(channel: Channel | Broadcast, message: Message): string | undefined {
    let frames: SentFrames;
    try {
      frames = writeFrames(message, this.#signer);
    } catch (error) {
      this.#log("warn", `Cannot send a ${message.header.msg_type}: ${messageOf(error)}`);
      return messageOf(error);
    }
    channel.send(frames);
    return undefined;
  }
}

/** The type of the reply to a type of request: `execute_request` gives `execute_reply`. */
function replyType(requestType: string): string {
  return requestType.replace(/_request$/, "_reply");
}

/** An error as the content of a reply. */
export function errorReply(error: unknown): ErrorReply {
  const ename = error instanceof Error ? error.name : "Error";
  return { status: "error", ename, evalue: messageOf(error), traceback: [`${ename}: ${messageOf(error)}`] };
}
