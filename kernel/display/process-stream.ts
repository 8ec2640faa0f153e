import { StringDecoder } from "node:string_decoder";
import { Writable } from "node:stream";
import type { CurrentOutput } from "./current-output.ts";
import type { StreamName } from "./mime.ts";

/**
 * What `process.stdout` and `process.stderr` are for cells: what is written goes to the cell that writes it, at once, so that
 * callbacks are called and nothing ever has to drain. It is no terminal and cannot be ended or destroyed, as Node's own.
 */
export class ProcessStream extends Writable {
  readonly fd: 1 | 2;
  readonly #name: StreamName;
  readonly #current: CurrentOutput;
  readonly #elsewhere: (text: string) => void;
  // A character may be cut in two by the edge of a chunk.
  readonly #decoder = new StringDecoder("utf8");

  /** What is printed before there is any cell goes `elsewhere`. */
  constructor(name: StreamName, current: CurrentOutput, elsewhere: (text: string) => void) {
    super({ decodeStrings: false });
    this.fd = name === "stdout" ? 1 : 2;
    this.#name = name;
    this.#current = current;
    this.#elsewhere = elsewhere;
  }

  // Past the machinery of streams: what is terminated in the midst of that would leave it waiting for its own end for ever.
  override write(chunk: unknown, ...rest: unknown[]): boolean {
    const done = rest.find((one): one is () => void => typeof one === "function");
    if (typeof chunk === "string") this.#print(decoded(chunk, rest[0]));
    else if (ArrayBuffer.isView(chunk)) this.#print(this.#decoder.write(bytesOf(chunk)));
    else
      throw new TypeError(`Cannot write to ${this.#name}: a string or bytes are needed, not ${typeof chunk}`);
    if (done !== undefined) process.nextTick(done);
    return true;
  }

  override end(...args: unknown[]): this {
    const [chunk] = args;
    const done = args.find((one): one is () => void => typeof one === "function");
    if (chunk !== undefined && chunk !== null && chunk !== done) this.write(...(args as [unknown]));
    else if (done !== undefined) process.nextTick(done);
    return this;
  }

  override destroy(): this {
    return this;
  }

  #print(text: string): void {
    if (!this.#current.print(this.#name, text)) this.#elsewhere(text);
  }
}

function decoded(chunk: string, encoding: unknown): string {
  const isText = typeof encoding !== "string" || /^utf-?8$/iu.test(encoding);
  return isText ? chunk : Buffer.from(chunk, encoding as BufferEncoding).toString("utf8");
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
