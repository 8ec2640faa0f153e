import { randomUUID } from "node:crypto";
import type { Channel } from "../../../kernel/wire/channel.ts";
import { FrameReader, writeFrames } from "../../../kernel/wire/frames.ts";
import { hasParent, HeaderWriter, type Header } from "../../../kernel/wire/header.ts";
import type { JsonObject } from "../../../kernel/wire/json.ts";
import type { Frames, Message, SentFrames } from "../../../kernel/wire/message.ts";
import { createSigner, type Signer } from "../../../kernel/wire/signature.ts";

/** The client's ends of the channels that a session is bound to. */
export interface ClientEnds {
  readonly shell: Channel;
  readonly control: Channel;
  readonly stdin: Channel;
  subscribe(receive: (frames: Frames) => void): void;
  /** Writes, signs and sends a message, where another implementation does that. */
  sendMessage?(channel: "shell" | "control" | "stdin", message: Message): void;
}

/** What a request may carry beside its content. */
export interface Extras {
  readonly channel?: "shell" | "control" | "stdin";
  readonly parentHeader?: Header;
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
  readonly subshell?: string;
}

/** What a request came to. */
export interface Exchange {
  readonly reply: Message;
  /** All that was published for it, from busy to idle. */
  readonly published: readonly Message[];
}

/** A client that hides nothing of the protocol: what is sent and what comes back are messages. */
export class TestClient {
  /** All replies and prompts that came, oldest first. */
  readonly received: Message[] = [];
  /** All that was published, oldest first. */
  readonly published: Message[] = [];
  readonly signer: Signer;
  readonly #ends: ClientEnds;
  readonly #headers = new HeaderWriter("tester", randomUUID());
  readonly #waiting = new Set<() => void>();

  constructor(ends: ClientEnds, key: string) {
    this.#ends = ends;
    this.signer = createSigner(key);
    for (const channel of ["shell", "control", "stdin"] as const) {
      ends[channel].listen((frames) => this.#keep(this.received, frames));
    }
    ends.subscribe((frames) => this.#keep(this.published, frames));
  }

  /** Waits until the kernel answers and what it publishes arrives. */
  async ready(): Promise<void> {
    await this.until(() => this.published.find((message) => message.header.msg_type === "iopub_welcome"));
    await this.request("kernel_info_request");
  }

  /** Composes a message without sending it. */
  compose(type: string, content: JsonObject = {}, extras: Extras = {}): Message {
    const header = this.#headers.write(type);
    return {
      identities: [],
      header: extras.subshell === undefined ? header : { ...header, subshell_id: extras.subshell },
      parentHeader: extras.parentHeader ?? {},
      metadata: extras.metadata ?? {},
      content,
      buffers: extras.buffers ?? [],
    };
  }

  /** Sends raw frames. */
  sendFrames(channel: "shell" | "control" | "stdin", frames: SentFrames): void {
    this.#ends[channel].send(frames);
  }

  /** Sends a message and returns its header. */
  send(type: string, content: JsonObject = {}, extras: Extras = {}): Header {
    const message = this.compose(type, content, extras);
    const channel = extras.channel ?? "shell";
    if (this.#ends.sendMessage) this.#ends.sendMessage(channel, message);
    else this.sendFrames(channel, writeFrames(message, this.signer));
    return message.header;
  }

  /** Sends a request; resolves when its reply and its idle status are there. */
  request(type: string, content: JsonObject = {}, extras: Extras = {}): Promise<Exchange> {
    return this.outcome(this.send(type, content, extras));
  }

  /** Runs code. */
  run(code: string, content: JsonObject = {}, extras: Extras = {}): Promise<Exchange> {
    return this.request("execute_request", { code, ...content }, extras);
  }

  /** Waits for the reply and the idle status of a request that was sent. */
  async outcome(request: Header): Promise<Exchange> {
    const reply = await this.reply(request);
    return { reply, published: await this.idle(request) };
  }

  /** Waits for the reply of a request. */
  reply(request: Header): Promise<Message> {
    return this.until(() =>
      this.received.find(
        ({ header, parentHeader }) => header.msg_type.endsWith("_reply") && isChild(parentHeader, request),
      ),
    );
  }

  /** Waits until a request is done; gives all that was published for it so far. */
  async idle(request: Header): Promise<Message[]> {
    await this.until(() =>
      this.publishedFor(request).find((message) => message.content["execution_state"] === "idle"),
    );
    return this.publishedFor(request);
  }

  /** What was published for a request so far. */
  publishedFor(request: Header): Message[] {
    return this.published.filter(({ parentHeader }) => isChild(parentHeader, request));
  }

  /** Waits for something published for a request. */
  show(request: Header, type: string): Promise<Message> {
    return this.until(() => this.publishedFor(request).find(({ header }) => header.msg_type === type));
  }

  /** Waits for a prompt of a request; the n-th one. */
  prompt(request: Header, nth: number = 0): Promise<Message> {
    return this.until(
      () =>
        this.received.filter(
          ({ header, parentHeader }) => header.msg_type === "input_request" && isChild(parentHeader, request),
        )[nth],
    );
  }

  /** Resolves with what `look` finds, as soon as it finds something; fails after some seconds. */
  async until<Found>(look: () => Found | undefined): Promise<Found> {
    for (let found = look(); ; found = look()) {
      if (found !== undefined) return found;
      await this.#nextMessage(look.toString());
    }
  }

  #nextMessage(what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Nothing more came, waiting for: ${what}`)), 60_000);
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }

  #keep(messages: Message[], frames: Frames): void {
    const decoded = new FrameReader(this.signer).read(frames);
    if (!decoded.ok) throw new Error(`The kernel sent no message: ${decoded.fault}, ${decoded.detail}`);
    messages.push(decoded.message);
    for (const wake of this.#waiting) wake();
  }
}

/** The types of messages, without those of status, in order. */
export function typesOf(messages: readonly Message[]): string[] {
  return messages.map(({ header }) => header.msg_type).filter((type) => type !== "status");
}

/** The joined text of one stream. */
export function textOf(messages: readonly Message[], name: "stdout" | "stderr" = "stdout"): string {
  return messages
    .filter(({ header, content }) => header.msg_type === "stream" && content["name"] === name)
    .map(({ content }) => String(content["text"]))
    .join("");
}

function isChild(parent: Message["parentHeader"], request: Header): boolean {
  return hasParent(parent) && parent.msg_id === request.msg_id;
}
