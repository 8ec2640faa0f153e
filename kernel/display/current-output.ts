import { AsyncLocalStorage } from "node:async_hooks";
import type { CellOutput, StreamName } from "./mime.ts";

/** Takes what is printed. */
export type StreamSink = (name: StreamName, text: string) => void;

interface Place {
  readonly output: CellOutput;
  /** Takes what is printed instead of the output. */
  readonly sink?: StreamSink;
}

/**
 * Knows, wherever it is asked, which cell the running code belongs to: the one that started it, also in timers,
 * promises and event handlers long after that cell has ended.
 */
export class CurrentOutput {
  readonly #places = new AsyncLocalStorage<Place>();
  #latest: CellOutput | undefined;

  /** Runs what belongs to a cell. */
  run<T>(output: CellOutput, run: () => T): T {
    this.#latest = output;
    return this.#places.run({ output }, run);
  }

  /** Runs `run`; what it prints, at once or later, goes to `sink`. Of nested captures the innermost counts. */
  capture<T>(sink: StreamSink, run: () => T): T {
    const output = this.get();
    return output === undefined ? run() : this.#places.run({ output, sink }, run);
  }

  /** Where displays go. Code that belongs to no cell shows what it shows in the latest; nothing before the first cell. */
  get(): CellOutput | undefined {
    return this.#places.getStore()?.output ?? this.#latest;
  }

  /** Prints; false when there is no cell yet. */
  print(name: StreamName, text: string): boolean {
    const place = this.#places.getStore();
    const output = this.get();
    if (place?.sink !== undefined) place.sink(name, text);
    else output?.stream(name, text);
    return output !== undefined;
  }
}
