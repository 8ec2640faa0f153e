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

test("a layout and a style are models of their own, which are there when something is said of them", async () => {
  const { made, states } = await sentBy(() =>
    controls.intSlider({ layout: { width: "50%", minWidth: "10em" }, style: { handleColor: "green" } }),
  );
  const opened = it.client.published
    .filter(({ header }) => header.msg_type === "comm_open")
    .map(({ content }) => String(content["comm_id"]));
  expect(states).toMatchObject([
    {
      _model_module: "@jupyter-widgets/base",
      _model_name: "LayoutModel",
      width: "50%",
      min_width: "10em",
    },
    { _model_module: "@jupyter-widgets/controls", _model_name: "SliderStyleModel", handle_color: "green" },
    {
      _model_name: "IntSliderModel",
      layout: `IPY_MODEL_${opened[0]}`,
      style: `IPY_MODEL_${opened[1]}`,
    },
  ]);
  expectTypeOf(made.state.style).toEqualTypeOf<
    { readonly descriptionWidth?: string; readonly handleColor?: string } | undefined
  >();
  expect(inspect(made)).toContain("layout: { width: '50%', minWidth: '10em' }");
});

test("a layout can be changed, given later, and goes with its control", async () => {
  const { made } = await sentBy(() => controls.button({ layout: { width: "50%", height: "3em" } }));
  const { states } = await sentBy(() => (made.state.layout = { width: "20%" }));
  expect(states).toEqual([
    { width: "20%", height: null },
    { layout: expect.stringMatching(/^IPY_MODEL_/u) as string },
  ]);
  expect((await sentBy(() => (made.state.style = { buttonColor: "red" }))).states).toMatchObject([
    { _model_name: "ButtonStyleModel", button_color: "red" },
    { style: expect.stringMatching(/^IPY_MODEL_/u) as string },
  ]);
  await fromPage(made.id, { method: "update", state: { layout: "IPY_MODEL_other", description: "x" } });
  expect(made.state).toMatchObject({ layout: { width: "20%" }, description: "x" });
  const { request } = await it.run(() => made.close());
  const closed = it.client.publishedFor(request).filter(({ header }) => header.msg_type === "comm_close");
  expect(closed).toHaveLength(3);
});

test("what is refused opens no model", async () => {
  const { value, request } = await it.run(() => {
    try {
      return controls.dropdown({ options: [1, 2], value: 3 as 1, layout: { width: "50%" } });
    } catch (error) {
      return String(error);
    }
  });
  expect(value).toContain("Cannot choose 3");
  expect(it.client.publishedFor(request).map(({ header }) => header.msg_type)).not.toContain("comm_open");
});

test("tabs and accordions hold widgets by titles, and tell which one is open", async () => {
  const { value: note } = await it.run(() => controls.label({ value: "a" }));
  const { made, states } = await sentBy(() =>
    controls.tab({ Data: note, Model: note }, { layout: { width: "9em" } }),
  );
  expect(states[1]).toMatchObject({
    _model_name: "TabModel",
    children: [`IPY_MODEL_${note.id}`, `IPY_MODEL_${note.id}`],
    titles: ["Data", "Model"],
    selected_index: 0,
  });
  await fromPage(made.id, { method: "update", state: { selected_index: 1 } });
  expect(made.state.selected).toBe(1);
  expect((await sentBy(() => (made.state.selected = null))).states).toEqual([{ selected_index: null }]);
  const { states: folded } = await sentBy(() => controls.accordion({ More: note }));
  expect(folded).toMatchObject([{ _model_name: "AccordionModel", selected_index: null }]);
});

test.each<[name: string, make: () => unknown, state: object]>([
  ["floatLogSlider", () => controls.floatLogSlider(), { value: 1, base: 10, min: -4, max: 0 }],
  ["intRangeSlider", () => controls.intRangeSlider({ value: [1, 2] }), { value: [1, 2], max: 100 }],
  ["floatRangeSlider", () => controls.floatRangeSlider(), { value: [2.5, 7.5], step: 0.1 }],
  ["intText", () => controls.intText({ value: 3 }), { value: 3, step: 1 }],
  ["floatText", () => controls.floatText(), { value: 0, step: null }],
  ["floatProgress", () => controls.floatProgress({ kind: "success" }), { bar_style: "success", max: 100 }],
  ["toggleButton", () => controls.toggleButton({ kind: "info" }), { button_style: "info", value: false }],
  ["textarea", () => controls.textarea({ rows: 3 }), { rows: 3, value: "" }],
  ["select", () => controls.select({ options: ["a"] }), { _options_labels: ["a"], index: 0 }],
  ["radioButtons", () => controls.radioButtons({ options: ["a"] }), { _options_labels: ["a"], index: 0 }],
  ["toggleButtons", () => controls.toggleButtons({ options: ["a"] }), { _options_labels: ["a"], index: 0 }],
])("%s is the model of that name", async (name, make, state) => {
  const { states } = await sentBy(make);
  const model = `${name.charAt(0).toUpperCase()}${name.slice(1)}Model`;
  expect(states).toMatchObject([{ _model_name: model, ...state }]);
});

function raise(error: unknown): never {
  throw error;
}
