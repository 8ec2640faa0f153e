import type { Engine } from "../engine/engine.ts";
import { Results, resultNamesIn } from "./results.ts";

/** The results of cells, under the names by which code means them. */
export class BoundResults {
  readonly #engine: Engine;
  readonly #results = new Results();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Keeps what a cell is. */
  addInput(cell: number, code: string): void {
    this.#results.addInput(cell, code);
  }

  /** Keeps what a cell resulted in. */
  add(cell: number, value: unknown): void {
    this.#results.add(cell, value);
  }

  /** What cells were, by their number. */
  inputs(): ReadonlyMap<number, string> {
    return this.#results.inputs();
  }

  /** Gives the session those that code mentions; most cells mention none. A name that a cell has declared is that cell's. */
  bind(code = ""): void {
    for (const name of resultNamesIn(code)) {
      const found = this.#results.named(name);
      if (found !== undefined) this.#engine.provide(name, found.value);
    }
  }

  /** Forgets the results. */
  clear(): void {
    this.#results.clear();
    this.bind("_ __ ___ Out");
  }
}
