import { setTimeout as delay } from "node:timers/promises";
import { FrameReader, writeFrames } from "../../../kernel/wire/frames.ts";
import { hasParent, HeaderWriter, type Header } from "../../../kernel/wire/header.ts";
import type { Connection } from "../../../kernel/wire/connection.ts";
import type { JsonObject } from "../../../kernel/wire/json.ts";
import type { Frames } from "../../../kernel/wire/message.ts";
import { createSigner } from "../../../kernel/wire/signature.ts";
import { connectZeromqChannels } from "../../../kernel/wire/zeromq-client.ts";

/** The sockets that a client hears. */
export type Socket = "shell" | "control" | "iopub" | "stdin";

/** A message of the kernel, as it came in. */
export interface Heard {
  readonly socket: Socket;
  readonly type: string;
  /** The request that it is for. */
  readonly parentId: string | undefined;
  readonly content: JsonObject;
}

/** A request, and all that came back for it. */
export interface Asked {
  readonly id: string;
  readonly type: string;
  readonly content: JsonObject;
  readonly heard: Heard[];
}

const replySockets: ReadonlySet<Socket> = new Set(["shell", "control"]);

/** The replies to a request: there must be one. */
export function repliesTo({ heard }: Asked): Heard[] {
  return heard.filter(({ socket }) => replySockets.has(socket));
}

/** What was published for a request. */
export function publishedFor({ heard }: Asked): Heard[] {
  return heard.filter(({ socket }) => socket === "iopub");
}

/** Whether a request has its end on all sockets. */
export function isOver(asked: Asked): boolean {
  const needsReply = asked.type.endsWith("_request");
  const isIdle = asked.heard.some(
    ({ type, content }) => type === "status" && content["execution_state"] === "idle",
  );
  return isIdle && (!needsReply || repliesTo(asked).length > 0);
}

/** A client that notes every message of a kernel, those without a parent and those that come late included. */
export class WireTap {
  /** Everything, in the order in which it came in. */
  readonly heard: Heard[] = [];
  readonly asked: Map<string, Asked> = new Map();
  readonly #channels: ReturnType<typeof connectZeromqChannels>;
  readonly #signer: ReturnType<typeof createSigner>;
  readonly #headers = new HeaderWriter("chaos");
  readonly #watchers = new Set<() => void>();

  constructor(connection: Connection) {
    this.#signer = createSigner(connection.key, connection.signatureScheme);
    this.#channels = connectZeromqChannels(connection);
    this.#channels.shell.listen(this.#taker("shell"));
    this.#channels.control.listen(this.#taker("control"));
    this.#channels.stdin.listen(this.#taker("stdin"));
    this.#channels.subscribe(this.#taker("iopub"));
  }

  /** Sends a request. */
  ask(
    type: string,
    content: JsonObject = {},
    { channel = "shell", subshell }: { channel?: "shell" | "control"; subshell?: string | undefined } = {},
  ): Asked {
    const written = this.#headers.write(type);
    const header: Header = subshell === undefined ? written : { ...written, subshell_id: subshell };
    const asked: Asked = { id: header.msg_id, type, content, heard: [] };
    this.asked.set(asked.id, asked);
    const message = { identities: [], header, parentHeader: {}, metadata: {}, content, buffers: [] };
    this.#channels[channel].send(writeFrames(message, this.#signer));
    return asked;
  }

  /** Waits for a state; false when it does not come in time. */
  async until(isThere: () => boolean, timeoutMs: number): Promise<boolean> {
    const late = new AbortController();
    const end = delay(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined);
    let isLate = false;
    void end.then(() => (isLate = true));
    try {
      while (!isThere()) {
        if (isLate) return false;
        let tell = (): void => undefined;
        const news = new Promise<void>((resolve) => (tell = resolve));
        this.#watchers.add(tell);
        await Promise.race([news, end]);
        this.#watchers.delete(tell);
      }
      return true;
    } finally {
      late.abort();
    }
  }

  /** Waits until the kernel answers and is heard: what it publishes before that is lost. */
  async ready(timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    while (performance.now() < end) {
      const asked = this.ask("kernel_info_request");
      const isHeard = await this.until(() => isOver(asked), 300);
      this.asked.delete(asked.id);
      if (isHeard) return true;
    }
    return false;
  }

  close(): void {
    this.#channels.close();
  }

  // To every question its own words.
  #answer(parentHeader: Header, value: string): void {
    const header = this.#headers.write("input_reply");
    const message = { identities: [], header, parentHeader, metadata: {}, content: { value }, buffers: [] };
    this.#channels.stdin.send(writeFrames(message, this.#signer));
  }

  #taker(socket: Socket): (frames: Frames) => void {
    const reader = new FrameReader(this.#signer);
    return (frames) => {
      const read = reader.read(frames);
      if (!read.ok) throw new Error(`The kernel sent what is no message: ${read.detail}`);
      const { header, parentHeader, content } = read.message;
      const parentId = hasParent(parentHeader) ? parentHeader.msg_id : undefined;
      const heard: Heard = { socket, type: header.msg_type, parentId, content };
      this.heard.push(heard);
      if (parentId !== undefined) this.asked.get(parentId)?.heard.push(heard);
      if (header.msg_type === "input_request") this.#answer(header, String(content["prompt"]));
      for (const tell of this.#watchers) tell();
    };
  }
}
