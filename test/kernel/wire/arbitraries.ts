import * as fc from "fast-check";
import { PROTOCOL_VERSION, type Header } from "../../../kernel/wire/header.ts";
import type { JsonObject } from "../../../kernel/wire/json.ts";
import type { Message } from "../../../kernel/wire/message.ts";

const text = fc.string({ unit: "grapheme" });

// JSON has no -0.
const jsonValues = fc
  .jsonValue({ stringUnit: "grapheme" })
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

/** JSON objects, nested, with all of Unicode. */
const jsonObjects: fc.Arbitrary<JsonObject> = fc.dictionary(text, jsonValues);

type Texts = Record<"msg_id" | "msg_type" | "session" | "username" | "date", string>;

function asHeader([more, fields]: [JsonObject, Texts]): Header {
  return { ...more, ...fields, version: PROTOCOL_VERSION };
}

/** Headers, with fields that the protocol does not know. */
const headers: fc.Arbitrary<Header> = fc
  .tuple(jsonObjects, fc.record({ msg_id: text, msg_type: text, session: text, username: text, date: text }))
  .map(asHeader);

/** Bytes of one frame. */
export const frameBytes: fc.Arbitrary<Buffer> = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes));

/** Messages of any type. */
export const messages: fc.Arbitrary<Message> = fc.record({
  identities: fc.array(frameBytes, { maxLength: 3 }),
  header: headers,
  parentHeader: fc.oneof(headers, fc.constant({})),
  metadata: jsonObjects,
  content: jsonObjects,
  buffers: fc.array(frameBytes, { maxLength: 3 }),
});
