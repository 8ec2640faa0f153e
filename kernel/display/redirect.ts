import { Console } from "node:console";
import { StringDecoder } from "node:string_decoder";
import { inspect } from "node:util";
import type { CurrentOutput } from "./current-output.ts";
import type { StreamName } from "./mime.ts";

type Write = typeof process.stdout.write;

/**
 * Sends what is written to the process's streams, by `console` too, to the cell that writes it. Gives the way back.
 * What is written before the first cell goes where it always went.
 */
export function redirectStreams(current: CurrentOutput): () => void {
  const restore = [
    redirect("stdout", current),
    redirect("stderr", current),
    plainConsole(),
    quietResources(),
  ];
  return () => {
    for (const back of restore) back();
  };
}

function redirect(name: StreamName, current: CurrentOutput): () => void {
  const stream = process[name];
  const original = stream.write;
  // A character may be cut in two by the edge of a chunk.
  const decoder = new StringDecoder("utf8");
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const done = rest.find((one): one is () => void => typeof one === "function");
    const text = typeof chunk === "string" ? decoded(chunk, rest[0]) : decoder.write(Buffer.from(chunk));
    if (!current.print(name, text)) return Reflect.apply(original, stream, [chunk, ...rest]) as boolean;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = write as Write;
  return () => {
    stream.write = original;
  };
}

function decoded(chunk: string, encoding: unknown): string {
  const isText = typeof encoding !== "string" || /^utf-?8$/iu.test(encoding);
  return isText ? chunk : Buffer.from(chunk, encoding as BufferEncoding).toString("utf8");
}

// With an inspector session open, Node's console tells V8's as well, which keeps the last 1,000 messages and all that
// they speak of alive. A console of our own does not.
function plainConsole(): () => void {
  const own = new Console({ stdout: process.stdout, stderr: process.stderr });
  const originals = { ...console };
  for (const name of Object.keys(originals) as (keyof Console)[]) {
    const method: unknown = own[name];
    if (typeof method === "function") Object.assign(console, { [name]: method.bind(own) as unknown });
  }
  return () => void Object.assign(console, originals);
}

// AsyncLocalStorage hangs its context on every promise by a symbol, which util.inspect would show.
function quietResources(): () => void {
  const show = function (this: object): object {
    for (const key of Object.getOwnPropertySymbols(this)) {
      if (key.description === "kResourceStore") Object.defineProperty(this, key, { enumerable: false });
    }
    return this;
  };
  const prototype: object = Promise.prototype;
  Object.defineProperty(prototype, inspect.custom, {
    value: show,
    configurable: true,
    enumerable: false,
  });
  return () => void Reflect.deleteProperty(prototype, inspect.custom);
}
