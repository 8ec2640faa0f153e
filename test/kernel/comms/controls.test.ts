import { inspect } from "node:util";
import { afterEach, beforeEach, expect, expectTypeOf, test } from "vitest";
import type { Controls } from "../../../kernel/comms/widgets/controls.ts";
import { createWidgets } from "../../../kernel/comms/widgets/create-widgets.ts";
import { startCommKernel } from "./kernel.ts";
import type { CommKernel } from "./kernel.ts";

let it: CommKernel;
let controls: Controls;
beforeEach(async () => {
  it = await startCommKernel();
  const widgets = createWidgets({ kernel: it.kernel, folder: "/" });
  it.atEnd(() => widgets.flush(raise));
  ({ controls } = widgets.module);
});
afterEach(() => it.close());

/** What the page was sent by a cell, of states alone. */
async function sentBy<Made>(cell: () => Made): Promise<{ made: Made; states: unknown[] }> {
  const { value: made, request } = await it.run(cell);
  const states = it.client
    .publishedFor(request)
    .filter(({ header }) => header.msg_type.startsWith("comm_"))
    .map(({ content }) => (content["data"] as { state: unknown }).state);
  return { made, states };
}

async function fromPage(id: string, data: object): Promise<void> {
  await it.client.idle(it.client.send("comm_msg", { comm_id: id, data: { buffer_paths: [], ...data } }));
}

test("a slider is a model of ipywidgets, with its bounds and whatever else was given", async () => {
  const { made, states } = await sentBy(() => controls.floatSlider({ max: 1, description: "rate" }));
  expect(states).toEqual([
    {
      _model_module: "@jupyter-widgets/controls",
      _model_module_version: "*",
      _model_name: "FloatSliderModel",
      value: 0,
      min: 0,
      max: 1,
      step: 0.1,
      description: "rate",
      disabled: false,
    },
  ]);
  await fromPage(made.id, { method: "update", state: { value: 0.5 } });
  expect(made.state.value).toBe(0.5);
});

test("a button tells that it was pressed", async () => {
  let pressed = 0;
  const { made, states } = await sentBy(() => controls.button({ description: "Stop", kind: "danger" }));
  expect(states).toMatchObject([{ description: "Stop", button_style: "danger" }]);
  made.on("click", () => (pressed += 1));
  await fromPage(made.id, { method: "custom", content: { event: "click" } });
  expect(pressed).toBe(1);
  await fromPage(made.id, { method: "update", state: { button_style: "info" } });
  expect(made.state.kind).toBe("info");
});

test("a dropdown has one of its values, of whatever type they are, and no other", async () => {
  const told: unknown[] = [];
  const { made, states } = await sentBy(() =>
    controls.dropdown({ options: ["sgd", "adam", 3], value: "adam" }),
  );
  expectTypeOf(made.state.value).toEqualTypeOf<"sgd" | "adam" | 3>();
  expect(states).toMatchObject([{ _options_labels: ["sgd", "adam", "3"], index: 1 }]);
  made.on("change:value", (value) => told.push(value));
  await fromPage(made.id, { method: "update", state: { index: 2 } });
  expect((await sentBy(() => (made.state.value = "sgd"))).states).toEqual([{ index: 0 }]);
  expect(told).toEqual([3, "sgd"]);
  expect(() => made.set({ value: "none" as "sgd" })).toThrow(
    "Cannot choose 'none': the options are [ 'sgd', 'adam', 3 ]",
  );
  expect(made.state.value).toBe("sgd");
  expect((await sentBy(() => made.set({ options: ["sgd"] }))).states).toEqual([
    { _options_labels: ["sgd"], index: 0 },
  ]);
  expect(() => controls.dropdown({ options: [1, 2], value: 3 as 1 })).toThrow("Cannot choose 3");
});

test("boxes hold widgets by their ids, and can be given others", async () => {
  const {
    value: [check, text],
  } = await it.run(
    () => [controls.checkbox({ value: true }), controls.text({ placeholder: "name" })] as const,
  );
  const { made, states } = await sentBy(() => controls.vbox([check, text]));
  expect(states).toMatchObject([
    { _model_name: "VBoxModel", children: [`IPY_MODEL_${check.id}`, `IPY_MODEL_${text.id}`] },
  ]);
  expect((await sentBy(() => (made.state.children = [text]))).states).toEqual([
    { children: [`IPY_MODEL_${text.id}`] },
  ]);
  expect(inspect(made)).toBe(
    "VBox {\n  children: [\n    Text { value: '', placeholder: 'name', description: '', disabled: false }\n  ]\n}",
  );
  expect(inspect([[[made]]])).toContain("[VBox]");
});

function raise(error: unknown): never {
  throw error;
}
