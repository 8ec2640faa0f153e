import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import type { ProcessStream } from "./process-stream.ts";

type Data = string | NodeJS.ArrayBufferView;
type Rest = readonly unknown[];

/** Sends what is written to descriptors 1 and 2 by `fs.write` and `fs.writeSync` to the cell that writes it. Gives the way back. */
export function redirectDescriptorWrites(stdout: ProcessStream, stderr: ProcessStream): () => void {
  const { write, writeSync } = fs;
  const streamOf = (descriptor: unknown): ProcessStream | undefined =>
    descriptor === 1 ? stdout : descriptor === 2 ? stderr : undefined;
  const put = (stream: ProcessStream, data: Data, rest: Rest): number => {
    const bytes = bytesOf(data, rest);
    stream.write(bytes);
    return bytes.length;
  };
  fs.writeSync = (descriptor: number, data: Data, ...rest: unknown[]) => {
    const stream = streamOf(descriptor);
    if (stream === undefined || !isData(data))
      return Reflect.apply(writeSync, fs, [descriptor, data, ...rest]) as number;
    return put(stream, data, rest);
  };
  const redirected = (descriptor: number, data: Data, ...rest: unknown[]): void => {
    const done = rest.at(-1);
    const stream = streamOf(descriptor);
    if (stream === undefined || !isData(data) || typeof done !== "function")
      return Reflect.apply(write, fs, [descriptor, data, ...rest]) as void;
    const length = put(stream, data, rest);
    process.nextTick(done, null, length, data);
    return undefined;
  };
  // With all that promisify() goes by.
  fs.write = Object.defineProperties(redirected, Object.getOwnPropertyDescriptors(write)) as typeof fs.write;
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { write, writeSync });
    syncBuiltinESMExports();
  };
}

function isData(data: unknown): data is Data {
  return typeof data === "string" || ArrayBuffer.isView(data);
}

// A text is followed by a position and an encoding, bytes by an offset and a length, or by an object with these.
function bytesOf(data: Data, rest: Rest): Uint8Array {
  if (typeof data === "string") {
    const encoding = rest.findLast((one) => typeof one === "string");
    return Buffer.from(data, (encoding ?? "utf8") as BufferEncoding);
  }
  const [first, second] = rest;
  const options = typeof first === "object" && first !== null ? (first as Record<string, unknown>) : {};
  const offset = numberOr(options["offset"] ?? first, 0);
  const length = numberOr(options["length"] ?? second, data.byteLength - offset);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).subarray(offset, offset + length);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
