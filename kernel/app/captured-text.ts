import { readSync } from "node:fs";
import { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import type { CapturedDescriptors } from "../display/descriptors.ts";
import type { StreamName } from "../wire/messages.ts";

const chunkBytes = 1 << 16;
let chunk: Buffer | undefined;
// A child that never stops printing must not keep this thread.
const chunksAtOnce = 64;

/** Reads, in the worker thread, what programs and native code of this process print to captured descriptors. */
export class CapturedText {
  readonly #read: () => void;

  /** `before` is called when something has come, before it is taken. */
  constructor(
    { stdout, stderr }: CapturedDescriptors,
    { before, take }: { readonly before: () => void; readonly take: TakeCaptured },
  ) {
    const sources = [sourceOf("stdout", stdout, take), sourceOf("stderr", stderr, take)];
    for (const { descriptor, take: taken } of sources) {
      new Socket({ fd: descriptor, readable: true, writable: false })
        .on("data", (bytes: Buffer) => {
          before();
          taken(bytes);
        })
        .on("error", () => undefined);
    }
    this.#read = () => sources.forEach(readAll);
  }

  /** Reads what is there at this moment. */
  drain(): void {
    this.#read();
  }
}

/** Reads the same from the thread that prints, for what it goes on to print by itself. */
export function capturedReader({ stdout, stderr }: CapturedDescriptors): () => readonly Captured[] {
  let found: Captured[] = [];
  const take: TakeCaptured = (name, text) => void found.push([name, text]);
  const sources = [sourceOf("stdout", stdout, take), sourceOf("stderr", stderr, take)];
  return () => {
    found = [];
    sources.forEach(readAll);
    return found;
  };
}

type Captured = readonly [StreamName, string];
type TakeCaptured = (name: StreamName, text: string) => void;

interface Source {
  readonly descriptor: number;
  readonly take: (bytes: Uint8Array) => void;
}

// oxlint-disable-next-line max-params -- a pair and who gets it
function sourceOf(name: StreamName, descriptor: number, print: TakeCaptured): Source {
  const decoder = new StringDecoder("utf8");
  return { descriptor, take: (bytes) => print(name, decoder.write(Buffer.from(bytes))) };
}

function readAll({ descriptor, take }: Source): void {
  // One for all: a new one at each message of a cell would have V8 collect all that lives every hundred cells.
  chunk ??= Buffer.allocUnsafeSlow(chunkBytes);
  for (let count = 0; count < chunksAtOnce; count += 1) {
    const length = readNow(descriptor, chunk);
    if (length === 0) return;
    take(chunk.subarray(0, length));
  }
}

// That there is nothing to read is thrown, and the trace of that would take as long as the reading.
function readNow(descriptor: number, into: Buffer): number {
  const limit = Error.stackTraceLimit;
  // A cell may have frozen it.
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return readSync(descriptor, into);
  } catch {
    return 0;
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}
