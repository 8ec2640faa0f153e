import type { DisplayData } from "../wire/contents/display.ts";
import type { PublishedContents } from "../wire/messages.ts";
import type { Published } from "./client.ts";
import type { CellOutput } from "./notebook.ts";
import { textOf } from "./notebook.ts";

/**
 * Gathers what a kernel publishes into the outputs of cells, as a notebook keeps them: streams merged, displays
 * replaced where they stand, whichever cell they belong to, and `clear_output` obeyed.
 */
export class NotebookOutputs {
  readonly #cells: Map<number, CellOutput[]> = new Map();
  readonly #clearBeforeNext: Set<number> = new Set();
  /** Where displays with an id stand, so that they can be replaced. */
  readonly #displays: Map<unknown, readonly { outputs: CellOutput[]; output: CellOutput }[]> = new Map();

  /** The outputs of one cell so far. */
  of(cell: number): readonly CellOutput[] {
    return this.#cells.get(cell) ?? [];
  }

  /** Takes in what was published for a cell; what shows nothing is let by. */
  take(cell: number, { type, content }: Published): void {
    switch (type) {
      case "stream":
        return this.#stream(cell, content);
      case "display_data":
        return this.#display(cell, { output_type: type, ...shown(content) }, content);
      case "execute_result":
        return this.#display(
          cell,
          { output_type: type, execution_count: content.execution_count, ...shown(content) },
          content,
        );
      case "update_display_data":
        return this.#update(content);
      case "error":
        return this.#add(cell, errorOutput(content));
      case "clear_output":
        return content.wait ? void this.#clearBeforeNext.add(cell) : this.#clear(cell);
      case "status":
      case "execute_input":
      case "comm_open":
      case "comm_msg":
      case "comm_close":
      case "shutdown_reply":
      case "iopub_welcome":
      case "debug_event":
        return undefined;
    }
  }

  #add(cell: number, output: CellOutput): void {
    this.#outputs(cell).push(output);
  }

  #outputs(cell: number): CellOutput[] {
    if (this.#clearBeforeNext.delete(cell)) this.#clear(cell);
    const outputs = this.#cells.get(cell) ?? [];
    this.#cells.set(cell, outputs);
    return outputs;
  }

  #clear(cell: number): void {
    this.#cells.get(cell)?.splice(0);
  }

  #stream(cell: number, { name, text }: PublishedContents["stream"]): void {
    const outputs = this.#outputs(cell);
    const last = outputs.at(-1);
    if (last?.output_type !== "stream" || last.name !== name) {
      outputs.push({ output_type: "stream", name, text: overprint(text) });
    } else {
      outputs[outputs.length - 1] = { ...last, text: overprint(textOf(last.text) + text) };
    }
  }

  #display(cell: number, output: CellOutput, { transient }: DisplayData): void {
    const outputs = this.#outputs(cell);
    outputs.push(output);
    const id = transient?.["display_id"];
    if (id !== undefined) this.#displays.set(id, [...(this.#displays.get(id) ?? []), { outputs, output }]);
  }

  #update(content: DisplayData): void {
    const id = content.transient?.["display_id"];
    const places = this.#displays.get(id)?.map(({ outputs, output }) => {
      const fresh = { ...output, ...shown(content) };
      const at = outputs.indexOf(output);
      if (at >= 0) outputs[at] = fresh;
      return { outputs, output: fresh };
    });
    if (places) this.#displays.set(id, places);
  }
}

/** What of a display is kept: not its id, which is of this run only. */
function shown({ data, metadata }: DisplayData): Pick<DisplayData, "data" | "metadata"> {
  return { data, metadata };
}

function errorOutput({ ename, evalue, traceback }: PublishedContents["error"]): CellOutput {
  return { output_type: "error", ename, evalue, traceback };
}

/** A carriage return goes back to the start of the line, as progress bars of other programs rely on. */
function overprint(text: string): string {
  return text.replace(/^[^\n]*\r(?=[^\r\n])/gm, "");
}
