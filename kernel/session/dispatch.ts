import type { FrameReader } from "../wire/frames.ts";
import type { Header } from "../wire/header.ts";
import { messageOf } from "../wire/json.ts";
import type { Frames, Message } from "../wire/message.ts";
import { SessionError } from "./errors.ts";
import type { Handler, NoticeHandler, ReplyHandler, Request, SessionParts } from "./handler.ts";
import { handlers } from "./handlers/index.ts";
import { errorReply } from "./post.ts";

type Channel = "shell" | "control";
type Sender = Pick<Message, "identities" | "header">;

/** Takes what comes in by the shell and control channels to who answers it. Nothing that comes in makes it throw. */
export class Dispatcher {
  readonly #parts: SessionParts;
  readonly #reader: FrameReader;

  constructor(parts: SessionParts, reader: FrameReader) {
    this.#parts = parts;
    this.#reader = reader;
  }

  /** Takes the frames of one message. */
  receive(channel: Channel, frames: Frames): void {
    const decoded = this.#reader.read(frames);
    if (decoded.ok) return this.#dispatch(channel, decoded.message);
    this.#parts.log(
      "warn",
      `Dropped a message on the ${channel} channel: ${decoded.fault}, ${decoded.detail}`,
    );
    if (decoded.sender) {
      const { msg_type } = decoded.sender.header;
      const what = `Cannot answer ${msg_type || "a message"}: ${decoded.detail}.`;
      this.#refuse(channel, decoded.sender, new SessionError("malformed-request", what));
    }
    return undefined;
  }

  #dispatch(channel: Channel, message: Message): void {
    const { msg_type } = message.header;
    const handler = handlers.get(msg_type);
    if (!handler || (isControlOnly(handler) && channel !== "control")) {
      this.#parts.log("warn", `Dropped a message of unknown type "${msg_type}" on the ${channel} channel`);
      return this.#whileBusy(message.header, () => {});
    }
    try {
      const shell = this.#parts.shells.find(channel === "shell" ? message.header.subshell_id : undefined);
      this.#handle(handler, { message, channel, shell });
    } catch (error) {
      this.#refuse(channel, message, error);
    }
    return undefined;
  }

  #handle(handler: Handler, request: Request): void {
    switch (handler.kind) {
      case "queue":
        request.shell.queue.add(handler.enqueue(this.#parts, request));
        break;
      case "reply":
        void this.#answer(handler, request);
        break;
      case "notice":
        void this.#notice(handler, request);
        break;
    }
  }

  async #answer(handler: ReplyHandler, request: Request): Promise<void> {
    const { message, channel } = request;
    const { statuses, post } = this.#parts;
    statuses.busy(message.header);
    let afterwards: (() => void) | undefined;
    try {
      const answer = await handler.answer(this.#parts, request);
      post.reply(channel, message, answer);
      ({ afterwards } = answer);
    } catch (error) {
      post.reply(channel, message, { content: errorReply(error) });
    }
    statuses.idle(message.header);
    afterwards?.();
  }

  async #notice(handler: NoticeHandler, request: Request): Promise<void> {
    const { header } = request.message;
    this.#parts.statuses.busy(header);
    try {
      await handler.receive(this.#parts, request);
    } catch (error) {
      this.#parts.log("warn", `Cannot handle a ${header.msg_type}: ${messageOf(error)}`);
    }
    this.#parts.statuses.idle(header);
  }

  // Only requests have replies; who sends anything else does not wait for one.
  #refuse(channel: Channel, sender: Sender, error: unknown): void {
    this.#parts.log("warn", `Refused a ${sender.header.msg_type}: ${messageOf(error)}`);
    this.#whileBusy(sender.header, () => {
      if (!sender.header.msg_type.endsWith("_request")) return;
      this.#parts.post.reply(channel, sender, { content: errorReply(error) });
    });
  }

  #whileBusy(header: Header, act: () => void): void {
    this.#parts.statuses.busy(header);
    act();
    this.#parts.statuses.idle(header);
  }
}

function isControlOnly(handler: Handler): boolean {
  return handler.kind === "reply" && handler.controlOnly === true;
}
