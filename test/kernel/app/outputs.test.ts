import { describe, expect, it } from "vitest";
import type { Published } from "../../../kernel/app/client.ts";
import { NotebookOutputs } from "../../../kernel/app/outputs.ts";

const stream = (text: string, name: "stdout" | "stderr" = "stdout"): Published => ({
  type: "stream",
  content: { name, text },
});
const display = (text: string, id?: string, type: "display_data" | "update_display_data" = "display_data") =>
  ({
    type,
    content: {
      data: { "text/plain": text },
      metadata: {},
      transient: id === undefined ? {} : { display_id: id },
    },
  }) satisfies Published;
const clear = (wait: boolean): Published => ({ type: "clear_output", content: { wait } });

/** The outputs of cell 0 after these messages. */
function outputsAfter(...published: readonly Published[]) {
  const outputs = new NotebookOutputs();
  for (const one of published) outputs.take(0, one);
  return outputs.of(0);
}

describe("NotebookOutputs", () => {
  it("merges what one stream prints in a row, and keeps the streams apart", () => {
    expect(outputsAfter(stream("a"), stream("b\n"), stream("oh", "stderr"), stream("c"))).toEqual([
      { output_type: "stream", name: "stdout", text: "ab\n" },
      { output_type: "stream", name: "stderr", text: "oh" },
      { output_type: "stream", name: "stdout", text: "c" },
    ]);
  });

  it("lets a carriage return overprint its line, and only that", () => {
    expect(outputsAfter(stream("one\n10%\r"), stream("20%\r30%\r\ntwo"))).toEqual([
      { output_type: "stream", name: "stdout", text: "one\n30%\r\ntwo" },
    ]);
    expect(outputsAfter(stream("10%\r"))).toEqual([{ output_type: "stream", name: "stdout", text: "10%\r" }]);
  });

  it("keeps displays and results, without the ids that belong to the run", () => {
    expect(
      outputsAfter(display("a", "id"), {
        type: "execute_result",
        content: { execution_count: 3, data: { "text/plain": "b" }, metadata: { m: 1 }, transient: {} },
      }),
    ).toEqual([
      { output_type: "display_data", data: { "text/plain": "a" }, metadata: {} },
      { output_type: "execute_result", execution_count: 3, data: { "text/plain": "b" }, metadata: { m: 1 } },
    ]);
  });

  it("updates a display wherever it stands, also one of an earlier cell", () => {
    const outputs = new NotebookOutputs();
    outputs.take(0, display("epoch 1", "id"));
    outputs.take(0, stream("between"));
    outputs.take(1, display("epoch 1", "id"));
    outputs.take(2, display("epoch 2", "id", "update_display_data"));
    const fresh = { output_type: "display_data", data: { "text/plain": "epoch 2" }, metadata: {} };
    expect(outputs.of(0)).toEqual([fresh, { output_type: "stream", name: "stdout", text: "between" }]);
    expect(outputs.of(1)).toEqual([fresh]);
    expect(outputs.of(2)).toEqual([]);
  });

  it("clears at once, or when the next output comes", () => {
    expect(outputsAfter(stream("a"), clear(false))).toEqual([]);
    expect(outputsAfter(stream("a"), clear(true))).toHaveLength(1);
    expect(outputsAfter(stream("a"), clear(true), stream("b"))).toEqual([
      { output_type: "stream", name: "stdout", text: "b" },
    ]);
  });

  it("does not revive a display that was cleared when it is updated", () => {
    expect(outputsAfter(display("a", "id"), clear(false), display("b", "id", "update_display_data"))).toEqual(
      [],
    );
  });
});
