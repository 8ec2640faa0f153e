import { readSync } from "node:fs";
import { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import type { CapturedDescriptors } from "../display/descriptors.ts";
import type { StreamName } from "../wire/contents/display.ts";

const chunkBytes = 1 << 16;
let chunk: Buffer | undefined;
// A child that never stops printing must not keep this thread.
const chunksAtOnce = 64;

/** Reads, in the worker thread, what programs and native code of this process print to captured descriptors. */
export class CapturedText {
  readonly #read: () => void;

  /** `before` is called when something has come, before it is taken. */
  constructor(
    captured: CapturedDescriptors,
    { before, take }: { readonly before: () => void; readonly take: TakeCaptured },
  ) {
    const sources = sourcesOf(captured, take);
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
export function capturedReader(captured: CapturedDescriptors): () => readonly Captured[] {
  let found: Captured[] = [];
  const take: TakeCaptured = (name, text) => void found.push([name, text]);
  const sources = sourcesOf(captured, take);
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
  readonly mayHaveText: () => boolean;
  readonly take: (bytes: Uint8Array) => void;
}

function sourcesOf({ stdout, stderr, isStderrGiven }: CapturedDescriptors, print: TakeCaptured): Source[] {
  const taking = (name: StreamName): Source["take"] => {
    const decoder = new StringDecoder("utf8");
    return (bytes) => print(name, decoder.write(Buffer.from(bytes)));
  };
  return [
    { descriptor: stdout, mayHaveText: () => true, take: taking("stdout") },
    {
      descriptor: stderr,
      mayHaveText: () => Atomics.load(isStderrGiven, 0) === 1,
      take: taking("stderr"),
    },
  ];
}

function readAll({ descriptor, mayHaveText, take }: Source): void {
  if (!mayHaveText()) return;
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
