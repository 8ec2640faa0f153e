import { asHeader, type Header, type ParentHeader } from "./header.ts";
import { readJsonObject, textOf, writeJson, type JsonObject } from "./json.ts";
import type { Frames, Message, SentFrames } from "./message.ts";
import { SeenSignatures } from "./replay.ts";
import type { Signer } from "./signature.ts";

const DELIMITER = Buffer.from("<IDS|MSG>");
// A header of so many bytes has no room for a nesting that could not be written again.
const SURELY_SHALLOW = 2048;
// signature, header, parent header, metadata, content
const FIXED_FRAMES = 5;
// zeromq.js copies a text, while it wakes this thread's event loop when it is done with bytes.
const LONG_TEXT = 16_384;

/** Why frames are no message. */
type FrameFault =
  | "no-delimiter"
  | "too-few-frames"
  | "unsigned"
  | "wrong-signature"
  | "replayed"
  | "bad-header"
  | "bad-json";

/** What frames turned out to be. */
export type Decoded =
  | { readonly ok: true; readonly message: Message }
  | {
      readonly ok: false;
      readonly fault: FrameFault;
      readonly detail: string;
      /** Known when the sender is genuine and can be told that the rest made no sense. */
      readonly sender?: { readonly identities: Frames; readonly header: Header };
    };

/** Turns frames into messages for one connection and remembers what it has seen. */
export class FrameReader {
  readonly #signer: Signer;
  readonly #seen: SeenSignatures;

  constructor(signer: Signer, seen: SeenSignatures = new SeenSignatures()) {
    this.#signer = signer;
    this.#seen = seen;
  }

  /** Reads one multipart message; never throws, whatever the frames hold. */
  read(frames: Frames): Decoded {
    const at = frames.findIndex((frame) => DELIMITER.equals(frame));
    if (at < 0) return refusal("no-delimiter", `no <IDS|MSG> among ${frames.length} frames`);
    const [signature, header, parent, metadata, content, ...buffers] = frames.slice(at + 1);
    if (!signature || !header || !parent || !metadata || !content) {
      return refusal("too-few-frames", `${frames.length - at - 1} of ${FIXED_FRAMES} frames after <IDS|MSG>`);
    }
    const fault = this.#distrust(signature, [header, parent, metadata, content]);
    if (fault !== undefined) return fault;
    return parse({ identities: frames.slice(0, at), header, parent, metadata, content, buffers });
  }

  #distrust(signature: Uint8Array, parts: Frames): Decoded | undefined {
    if (!this.#signer.signs) return undefined;
    if (signature.byteLength === 0)
      return refusal("unsigned", "the signature is empty, and this kernel has a key");
    if (!this.#signer.verify(signature, parts)) return refusal("wrong-signature", "the key is another one");
    // Noted after it proved genuine, so that a stranger can neither fill the memory nor spoil a signature.
    return this.#seen.note(textOf(signature))
      ? undefined
      : refusal("replayed", "the signature was seen before");
  }
}

/**
 * Writes a message as frames.
 *
 * @throws WireError `not-json` when a part holds what JSON has no words for
 */
export function writeFrames(message: Message, signer: Signer): SentFrames {
  const parts = [message.header, message.parentHeader, message.metadata, message.content].map((part) => {
    const text = writeJson(part);
    // Once encoded, what is long is neither encoded again for the socket nor copied.
    return text.length > LONG_TEXT ? Buffer.from(text) : text;
  });
  return [...message.identities, DELIMITER, signer.sign(parts), ...parts, ...message.buffers];
}

/** Sent frames as they arrive. */
export function arrived(frames: SentFrames): Frames {
  return frames.map((frame) => (typeof frame === "string" ? Buffer.from(frame) : frame));
}

interface RawMessage {
  readonly identities: Frames;
  readonly header: Uint8Array;
  readonly parent: Uint8Array;
  readonly metadata: Uint8Array;
  readonly content: Uint8Array;
  readonly buffers: Frames;
}

function parse(raw: RawMessage): Decoded {
  const fields = readJsonObject(raw.header);
  const header = fields && asHeader(fields);
  if (!header) return refusal("bad-header", "the header is no JSON object with msg_id, msg_type and session");
  if (raw.header.byteLength > SURELY_SHALLOW && !canBeWritten(header))
    return refusal("bad-header", "the header is nested too deep to come back with a reply");
  const sender = { identities: raw.identities, header };
  const parent = readJsonObject(raw.parent);
  const metadata = readJsonObject(raw.metadata);
  const content = readJsonObject(raw.content);
  if (!parent || !metadata || !content) {
    const which = parent ? (metadata ? "content" : "metadata") : "parent header";
    return { ...refusal("bad-json", `the ${which} is no JSON object`), sender };
  }
  const parentHeader = asParent(parent);
  return { ok: true, message: { ...sender, parentHeader, metadata, content, buffers: raw.buffers } };
}

// JSON is read to any depth, and written only as deep as the stack is.
function canBeWritten(header: Header): boolean {
  try {
    return writeJson(header) !== "";
  } catch {
    return false;
  }
}

// Clients write all kinds of things here (jupyter_client's input_reply leaves it empty); what is no header counts as none.
function asParent(fields: JsonObject): ParentHeader {
  return asHeader(fields) ?? {};
}

function refusal(fault: FrameFault, detail: string): Decoded & { ok: false } {
  return { ok: false, fault, detail };
}
