import { Console } from "node:console";
import { inspect } from "node:util";
import type { CurrentOutput } from "./current-output.ts";
import { redirectDescriptorWrites } from "./descriptor-writes.ts";
import type { CapturedDescriptors } from "./descriptors.ts";
import { redirectInherited } from "./inherited.ts";
import { ProcessStream } from "./process-stream.ts";

/** How {@link redirectStreams} goes about it. */
export interface RedirectOptions {
  /** Where what programs and native code print comes from, if that is captured. */
  readonly captured?: CapturedDescriptors | undefined;
  /** Waits until what was printed so far has been taken. */
  readonly settle?: () => void;
}

/**
 * Sends what is written to the process's streams and descriptors, by `console` too, to the cell that writes it. Gives the way
 * back. What is written before the first cell goes to the real stderr, for it is about the kernel.
 */
export function redirectStreams(current: CurrentOutput, options: RedirectOptions = {}): () => void {
  const { captured, settle = () => undefined } = options;
  const real = process.stderr;
  const realWrite = real.write.bind(real);
  const elsewhere = (text: string): void => void realWrite(text);
  const stdout = new ProcessStream("stdout", current, elsewhere);
  const stderr = new ProcessStream("stderr", current, elsewhere);
  const restore = [
    replaceStream("stdout", stdout),
    replaceStream("stderr", stderr),
    plainConsole(stdout, stderr),
    faintNothing(),
    quietResources(),
    redirectDescriptorWrites(stdout, stderr),
    ...(captured === undefined ? [] : [redirectInherited(captured, settle)]),
  ];
  return () => {
    for (const back of restore.toReversed()) back();
  };
}

function replaceStream(name: "stdout" | "stderr", stream: ProcessStream): () => void {
  const before = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get: () => stream,
  });
  return () => {
    if (before !== undefined) Object.defineProperty(process, name, before);
  };
}

// Node writes `undefined` in bright black, which cannot be read on JupyterLab's dark ground.
function faintNothing(): () => void {
  const before = inspect.styles.undefined;
  inspect.styles.undefined = "dim";
  return () => {
    inspect.styles.undefined = before;
  };
}

// With an inspector session open, Node's console tells V8's as well, which keeps the last 1,000 messages and all that
// they speak of alive. A console of our own does not.
function plainConsole(stdout: ProcessStream, stderr: ProcessStream): () => void {
  const own = new Console({ stdout: withoutCallbacks(stdout), stderr: withoutCallbacks(stderr) });
  const originals = { ...console };
  for (const name of Object.keys(originals) as (keyof Console)[]) {
    const method: unknown = own[name];
    if (typeof method === "function") Object.assign(console, { [name]: method.bind(own) as unknown });
  }
  return () => void Object.assign(console, originals);
}

// The console wants to be told of each write that it is done. In a loop that never ends nobody ever comes to tell it.
function withoutCallbacks(stream: ProcessStream): ProcessStream {
  return Object.defineProperty(Object.create(stream) as ProcessStream, "write", {
    value: (text: string) => stream.write(text),
  });
}

// What Node itself hangs on every promise, because contexts are kept, util.inspect would show.
const resourceKeys = new Set(["kResourceStore", "async_id_symbol", "trigger_async_id_symbol"]);

function quietResources(): () => void {
  const show = function (this: object): object {
    for (const key of Object.getOwnPropertySymbols(this)) {
      if (resourceKeys.has(key.description ?? "")) Object.defineProperty(this, key, { enumerable: false });
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
