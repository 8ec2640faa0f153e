import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runNotebook } from "../../../kernel/app/run.ts";
import { WidgetStates } from "../../../kernel/app/widget-states.ts";

const stateType = "application/vnd.jupyter.widget-state+json";

it("keeps what widgets were opened with and changed to, their bytes apart, and forgets those that were closed", () => {
  const states = new WidgetStates();
  const open = (comm_id: string, target_name: string, state: object, path?: string): void =>
    states.take({
      type: "comm_open",
      content: { comm_id, target_name, data: { state, buffer_paths: path === undefined ? [] : [[path]] } },
      buffers: [Uint8Array.of(1, 2, 3)],
    });
  const model = { _model_name: "AnyModel", _model_module: "anywidget", _model_module_version: "*" };
  open("a", "jupyter.widget", { ...model, value: 0 }, "bytes");
  open("b", "jupyter.widget", model);
  open("c", "chart", model);
  states.take({
    type: "comm_msg",
    content: { comm_id: "a", data: { method: "update", state: { value: 5 } } },
  });
  states.take({
    type: "comm_msg",
    content: { comm_id: "a", data: { method: "custom", content: { value: 6 } } },
  });
  states.take({ type: "comm_close", content: { comm_id: "b", data: {} } });
  const saved = {
    model_name: "AnyModel",
    model_module: "anywidget",
    model_module_version: "*",
    state: { ...model, value: 5 },
  };
  const buffer = { path: ["bytes"], encoding: "base64", data: "AQID" };
  const widgets = (state: object): object => ({ [stateType]: { version_major: 2, version_minor: 0, state } });
  expect(states.in({ title: "x", widgets: "of an earlier run" })).toEqual({
    title: "x",
    widgets: widgets({ a: { ...saved, buffers: [buffer] } }),
  });
  states.take({ type: "comm_msg", content: { comm_id: "a", data: { state: { bytes: null } } } });
  expect(states.in({})).toEqual({
    widgets: widgets({ a: { ...saved, state: { ...saved.state, bytes: null } } }),
  });
});

it("a notebook that was run without Jupyter has its widgets in it, and as text; one without widgets has none of an earlier run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-widget-states-"));
  const path = join(folder, "a.ipynb");
  const run = async (source: string) => {
    const cells = [{ cell_type: "code", source, metadata: {}, execution_count: null, outputs: [] }];
    const metadata = { widgets: { [stateType]: { state: {} } } };
    writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    return (await runNotebook(path, { env: { HOME: folder } })).notebook;
  };
  try {
    const { metadata, cells } = await run(`import { controls } from "lightnix/widgets";
const rate = controls.floatSlider({ description: "rate", value: 1 });
for (let n = 2; n < 5; n += 1) rate.state.value = n;
rate`);
    const output = cells[0]?.outputs?.[0] as { data: Record<string, { model_id: string }> };
    const { model_id: id = "" } = output.data["application/vnd.jupyter.widget-view+json"] ?? {};
    expect(metadata["widgets"]).toMatchObject({
      [stateType]: { state: { [id]: { model_name: "FloatSliderModel", state: { value: 4 } } } },
    });
    expect(output.data["text/plain"]).toContain("FloatSlider {");
    expect((await run("1")).metadata["widgets"]).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
