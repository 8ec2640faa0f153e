import { randomUUID } from "node:crypto";
import type { JsonObject } from "./json.ts";

/** The version of the Jupyter messaging protocol that messages are written in. */
export const PROTOCOL_VERSION = "5.5";

/**
 * The header of a message. Fields are called as on the wire, and unknown ones are kept, because the header of a request
 * comes back whole as the parent header of everything that the request causes.
 */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  /** Names the process that wrote the message. */
  readonly session: string;
  readonly username: string;
  /** ISO 8601. */
  readonly date: string;
  /** The protocol's version. */
  readonly version: string;
  /** The subshell that shall answer; none or null: the parent shell (JEP 91). */
  readonly subshell_id?: string | null;
  readonly [more: string]: unknown;
}

/** A parent header: that of a request, or empty where nothing asked. */
export type ParentHeader = Header | Readonly<Record<string, never>>;

/** Whether a parent header says who the parent is. */
export function hasParent(parent: ParentHeader): parent is Header {
  return "msg_id" in parent;
}

/** Takes a parsed frame as a header; `undefined` when what every message must have is missing. */
export function asHeader(fields: JsonObject): Header | undefined {
  const { msg_id, msg_type, session, username = "", date = "", version = "5.0" } = fields;
  if (typeof msg_id !== "string" || typeof msg_type !== "string" || typeof session !== "string")
    return undefined;
  if (typeof username !== "string" || typeof date !== "string" || typeof version !== "string")
    return undefined;
  return { ...fields, msg_id, msg_type, session, username, date, version };
}

/** Writes headers in the name of one session; ids are unique in it. */
export class HeaderWriter {
  /** The session's id. */
  readonly session: string;
  readonly #username: string;
  #count = 0;

  constructor(username: string, session: string = randomUUID()) {
    this.session = session;
    this.#username = username;
  }

  /** A fresh header for a message of this type. */
  write(msgType: string): Header {
    this.#count += 1;
    return {
      msg_id: `${this.session}_${this.#count}`,
      msg_type: msgType,
      session: this.session,
      username: this.#username,
      date: new Date().toISOString(),
      version: PROTOCOL_VERSION,
    };
  }
}
