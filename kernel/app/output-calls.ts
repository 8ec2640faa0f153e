import type { Output } from "../session/evaluator.ts";
import type { CommAct } from "../comms/comm.ts";
import type { CellId, OutputCall } from "./port.ts";

// Callbacks of older cells than these show what they show in the latest cell.
const remembered = 1000;

/** The session's outputs of what was handed to the main thread, by ids. */
export class Outputs {
  readonly #cells = new Map<CellId, Output>();
  // Apart, because a slider makes more of them than there are cells.
  readonly #comms = new Map<CellId, Output>();
  #latest: Output | undefined;

  /** Remembers where what a cell shows goes. */
  open(id: CellId, output: Output): void {
    this.#latest = output;
    remember(this.#cells, id, output);
  }

  /** Remembers where what the callbacks of a comm's message show goes. */
  openComm(id: CellId, output: Output): void {
    remember(this.#comms, id, output);
  }

  /** Where what belongs to no cell in particular goes. */
  get latest(): Output | undefined {
    return this.#latest;
  }

  /** Where what the cell shows goes. */
  get(id: CellId): Output {
    const output = this.#cells.get(id) ?? this.#comms.get(id) ?? this.#latest;
    if (output === undefined) throw new RangeError(`Cannot show what cell ${id} shows: no cell has run`);
    return output;
  }

  /** Does what a cell asked for on the main thread. */
  call(id: CellId, call: OutputCall): void {
    const output = this.get(id);
    switch (call.kind) {
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
      case "comm":
        return sendComm(output, call.act);
    }
  }
}

function remember(outputs: Map<CellId, Output>, id: CellId, output: Output): void {
  outputs.set(id, output);
  for (const oldest of outputs.keys()) {
    if (outputs.size <= remembered) break;
    outputs.delete(oldest);
  }
}

function sendComm(output: Output, { kind, ...message }: CommAct): void {
  switch (kind) {
    case "open":
      return output.openComm(message);
    case "message":
      return output.sendComm(message);
    case "close":
      return output.closeComm(message);
  }
}
