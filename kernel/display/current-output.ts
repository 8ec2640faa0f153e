import { AsyncLocalStorage } from "node:async_hooks";
import type { CellOutput, StreamName } from "./mime.ts";

interface Place {
  /** The output of the cell. */
  readonly cell: CellOutput;
  /** What takes its place. */
  readonly sink?: CellOutput;
}

/**
 * Knows, wherever it is asked, which cell the running code belongs to: the one that started it, also in timers,
 * promises and event handlers long after that cell has ended.
 */
export class CurrentOutput {
  readonly #places = new AsyncLocalStorage<Place>();
  readonly #unshown = new WeakMap<CellOutput, Set<Promise<void>>>();
  #latest: CellOutput | undefined;

  /** Runs what belongs to a cell. */
  run<T>(output: CellOutput, run: () => T): T {
    this.#latest = output;
    return this.#places.run({ cell: output }, run);
  }

  /** Runs what belongs to something else than a cell; code that belongs to nothing keeps to the latest cell. */
  runBeside<T>(output: CellOutput, run: () => T): T {
    return this.#places.run({ cell: output }, run);
  }

  /** Runs `run`; what it prints and displays, at once or later, goes to `sink`. Of nested captures the innermost counts. */
  capture<T>(sink: CellOutput, run: () => T): T {
    const cell = this.cell();
    return cell === undefined ? run() : this.#places.run({ cell, sink }, run);
  }

  /** Remembers what the calling code belongs to: what runs in what this gives belongs to the same. */
  keep(): <T>(run: () => T) => T {
    const cell = this.cell();
    const place = this.#places.getStore() ?? (cell && { cell });
    return (run) => (place === undefined ? run() : this.#places.run(place, run));
  }

  /** Where what is shown goes. Code that belongs to no cell shows what it shows in the latest; nothing before the first cell. */
  get(): CellOutput | undefined {
    return this.#places.getStore()?.sink ?? this.cell();
  }

  /** The output of the cell, whatever captures what its code shows. */
  cell(): CellOutput | undefined {
    return this.#places.getStore()?.cell ?? this.#latest;
  }

  /** Remembers what the cell of the calling code is still to show. */
  expect(shown: Promise<void>): void {
    const cell = this.cell();
    if (cell === undefined) return;
    const unshown = this.#unshown.get(cell) ?? new Set();
    this.#unshown.set(cell, unshown.add(shown));
    const forget = (): void => void unshown.delete(shown);
    shown.then(forget, forget);
  }

  /** Waits until the cell of the calling code has shown all that it is to show; nothing when there is nothing to wait for. */
  allShown(): Promise<void> | undefined {
    const cell = this.cell();
    const unshown = cell && this.#unshown.get(cell);
    if (unshown === undefined || unshown.size === 0) return undefined;
    return Promise.allSettled(unshown).then(() => this.allShown());
  }

  /** Prints; false when there is no cell yet. */
  print(name: StreamName, text: string): boolean {
    const output = this.get();
    output?.stream(name, text);
    return output !== undefined;
  }
}
