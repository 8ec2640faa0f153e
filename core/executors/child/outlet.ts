import { writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { errorCode } from "../../errors.ts";
import type { LogStream } from "../../realize/events.ts";
import { messageFrame, textFrame } from "../processes/frames.ts";
import { descriptors, type FromChild } from "../processes/protocol.ts";

/** Tells the parent something. Waits while the parent has too much to read already. */
export function tell(message: FromChild): void {
  writeAll(messageFrame(message));
}

/** Tells the parent what was printed. It has left this process when this returns: a crash takes none of it along. */
export function print(stream: LogStream, text: string): void {
  if (text !== "") writeAll(textFrame(stream, text));
}

/**
 * Sends what JavaScript writes to the process's streams by the same way as everything else, so that it comes in order. What native code
 * and other processes write to the descriptors goes through the parent's pipes.
 */
export function redirectPrinting(): void {
  redirect("stdout");
  redirect("stderr");
}

function redirect(name: "stdout" | "stderr"): void {
  // A character may be cut in two by the edge of a chunk.
  const decoder = new StringDecoder("utf8");
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const done = rest.find((one): one is () => void => typeof one === "function");
    print(name, typeof chunk === "string" ? decoded(chunk, rest[0]) : decoder.write(Buffer.from(chunk)));
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  process[name].write = write;
}

function decoded(chunk: string, encoding: unknown): string {
  const isText = typeof encoding !== "string" || /^utf-?8$/iu.test(encoding);
  return isText ? chunk : Buffer.from(chunk, encoding as BufferEncoding).toString("utf8");
}

function writeAll(bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptors.toParent, bytes, at);
    } catch (error) {
      // Otherwise the parent is gone, and this process soon will be. A frame that was begun has to be ended.
      if (errorCode(error) !== "EAGAIN") return;
    }
  }
}
