import { AsyncLocalStorage } from "node:async_hooks";
import { StringDecoder } from "node:string_decoder";
import type { Capture } from "../../../core/index.ts";

type Sink = Parameters<Capture>[0];

/** The streams of this process, apart from what is printed by realizers that run in it. */
export interface OwnStreams {
  /** Hands what a realizer prints, at once or later, to its log. */
  readonly capture: Capture;
  /** Writes to the real output, also where a realizer is what caused it. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Takes the streams of this process over, until it ends. */
export function ownStreams(): OwnStreams {
  const sinks = new AsyncLocalStorage<Sink>();
  const stdout = takeOver("stdout", sinks);
  const stderr = takeOver("stderr", sinks);
  return { stdout, stderr, capture: (sink, run) => sinks.run(sink, run) };
}

function takeOver(name: "stdout" | "stderr", sinks: AsyncLocalStorage<Sink>): (text: string) => void {
  const stream = process[name];
  const original = stream.write.bind(stream);
  // A character may be cut in two by the edge of a chunk.
  const decoder = new StringDecoder("utf8");
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const sink = sinks.getStore();
    if (sink === undefined) return Reflect.apply(original, stream, [chunk, ...rest]) as boolean;
    const encoding = typeof rest[0] === "string" ? (rest[0] as BufferEncoding) : "utf8";
    sink.log(
      name,
      decoder.write(typeof chunk === "string" ? Buffer.from(chunk, encoding) : Buffer.from(chunk)),
    );
    const done = rest.find((one): one is () => void => typeof one === "function");
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = write;
  return (text) => void original(text);
}
