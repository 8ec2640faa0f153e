import type { Output } from "../session/evaluator.ts";
import type { CellId, OutputCall } from "./port.ts";

// Callbacks of older cells than these show what they show in the latest cell.
const remembered = 1000;

/** The session's outputs of the cells that were handed to the main thread, by their ids. */
export class Outputs {
  readonly #outputs = new Map<CellId, Output>();
  #latest: Output | undefined;

  /** Remembers where what a cell shows goes. */
  open(id: CellId, output: Output): void {
    this.#latest = output;
    this.#outputs.set(id, output);
    for (const oldest of this.#outputs.keys()) {
      if (this.#outputs.size <= remembered) break;
      this.#outputs.delete(oldest);
    }
  }

  /** Where what the cell shows goes. */
  get(id: CellId): Output {
    const output = this.#outputs.get(id) ?? this.#latest;
    if (output === undefined) throw new RangeError(`Cannot show what cell ${id} shows: no cell has run`);
    return output;
  }

  /** Does what a cell asked for on the main thread. */
  call(id: CellId, call: OutputCall): void {
    const output = this.get(id);
    switch (call.kind) {
      case "stream":
        return output.stream(call.name, call.text);
      case "display":
        return output.display(call.display);
      case "updateDisplay":
        return output.updateDisplay(call.display);
      case "result":
        return output.result(call.display);
      case "clear":
        return output.clear(call.wait);
      case "error":
        return output.error(call.error);
    }
  }
}
