import { deserialize, serialize } from "node:v8";
import type { LogStream } from "../../realize/events.ts";

/** What passes between a child process and its parent: a message, or a piece of text that was printed. */
export type Frame<M> =
  | { readonly kind: "message"; readonly message: M }
  | { readonly kind: "text"; readonly stream: LogStream; readonly text: string };

// Printed text is sent as it is, because it may be much. The second byte of a frame's head is one of these.
const kinds = ["message", "stdout", "stderr", "log"] as const;
const HEAD_BYTES = 5;

/** The bytes of a message: length, kind, the value as structured clone keeps it. */
export function messageFrame(message: unknown): Buffer {
  return framed(0, serialize(message));
}

/** The bytes of a text that was printed. */
export function textFrame(stream: LogStream, text: string): Buffer {
  return framed(kinds.indexOf(stream), Buffer.from(text, "utf8"));
}

function framed(kind: number, body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt8(kind, 4);
  body.copy(frame, HEAD_BYTES);
  return frame;
}

/** Takes frames out of a stream of bytes, however it is cut. Pieces of text that follow each other are handed on as one. */
export class FrameReader<M> {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** How many bytes there have to be for the next frame. */
  #needed: number = HEAD_BYTES;

  /** The frames that are complete with these bytes. */
  read(chunk: Buffer): Frame<M>[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return [];
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes);
    const frames: Frame<M>[] = [];
    let at = 0;
    for (;;) {
      this.#needed = HEAD_BYTES;
      if (bytes.length - at < HEAD_BYTES) break;
      this.#needed += bytes.readUInt32LE(at);
      if (bytes.length - at < this.#needed) break;
      add(frames, bytes.readUInt8(at + 4), bytes.subarray(at + HEAD_BYTES, at + this.#needed));
      at += this.#needed;
    }
    this.#chunks = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#bytes = bytes.length - at;
    return joinedTexts(frames);
  }
}

function add<M>(frames: Frame<M>[], kind: number, body: Buffer): void {
  const stream = kinds[kind] ?? "message";
  if (stream === "message") frames.push({ kind: "message", message: deserialize(body) as M });
  else frames.push({ kind: "text", stream, text: body.toString("utf8") });
}

function joinedTexts<M>(frames: readonly Frame<M>[]): Frame<M>[] {
  const joined: Frame<M>[] = [];
  let texts: string[] = [];
  for (const [at, frame] of frames.entries()) {
    if (frame.kind === "message") {
      joined.push(frame);
      continue;
    }
    texts.push(frame.text);
    const next = frames[at + 1];
    if (next?.kind === "text" && next.stream === frame.stream) continue;
    joined.push({ ...frame, text: texts.join("") });
    texts = [];
  }
  return joined;
}
