import type { CellOutput, CurrentOutput, ShownBundle } from "../display/index.ts";
import type { Display } from "../session/evaluator.ts";
import { noCell, type RingWriter } from "./output-ring.ts";
import type { CellId, OutputCall } from "./port.ts";
import type { Post } from "./post.ts";

/** What {@link CellOutputs} works with. */
export interface OutputsParts {
  readonly current: CurrentOutput;
  /** Takes what cells print. */
  readonly printed: RingWriter;
  readonly post: Post;
}

/** The outputs of cells, and of comms' messages: what is printed and shown for one goes out under its number. */
export class CellOutputs {
  readonly #parts: OutputsParts;
  readonly #ids = new WeakMap<CellOutput, CellId>();

  constructor(parts: OutputsParts) {
    this.#parts = parts;
  }

  /** A new output for the cell or message. */
  of(id: CellId): CellOutput {
    const { printed, post } = this.#parts;
    const call = (one: OutputCall): void => post({ type: "output", id, call: one });
    const output: CellOutput = {
      stream: (name, text) => printed.text(id, name, text),
      display: (shown) =>
        call({ kind: shown.isUpdate === true ? "updateDisplay" : "display", display: onWire(shown) }),
      clear: (wait) => call({ kind: "clear", wait }),
    };
    this.#ids.set(output, id);
    return output;
  }

  /** The cell or message that the code which runs belongs to. */
  owner(): CellId {
    const output = this.#parts.current.cell();
    return (output && this.#ids.get(output)) ?? noCell;
  }
}

function onWire({ bundle, metadata, displayId }: ShownBundle): Display {
  return { data: bundle, metadata, transient: displayId === undefined ? {} : { display_id: displayId } };
}
