import type { Header, ParentHeader } from "./header.ts";
import type { JsonObject } from "./json.ts";

/** One Jupyter message, apart from how it is signed. */
export interface Message {
  /** The zeromq routing prefix: who sent a request, whom a reply is for, or the topic on iopub. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly parentHeader: ParentHeader;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  /** Binary data that travels beside the JSON. */
  readonly buffers: readonly Uint8Array[];
}

/** The frames of one multipart message, as a socket gives them. */
export type Frames = readonly Uint8Array[];

/** The frames of one multipart message, as a socket takes them: text goes out as UTF-8. */
export type SentFrames = readonly (Uint8Array | string)[];
