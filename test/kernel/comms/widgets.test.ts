import { mkdtempSync, rmSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from "vitest";
import type { MakeWidget } from "../../../kernel/comms/widgets/widget.ts";
import { createWidgets } from "../../../kernel/comms/widgets/create-widgets.ts";
import { toBundle } from "../../../kernel/display/bundle.ts";
import type { Header } from "../../../kernel/wire/header.ts";
import type { JsonObject } from "../../../kernel/wire/json.ts";
import type { Message } from "../../../kernel/wire/message.ts";
import { startCommKernel } from "./kernel.ts";
import type { CommKernel } from "./kernel.ts";

let it: CommKernel;
let folder: string;
let widget: MakeWidget;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lightnix-widgets-"));
  it = await startCommKernel();
  const widgets = createWidgets({ kernel: it.kernel, folder });
  it.atEnd(() => widgets.flush(raise));
  ({ widget } = widgets.module);
});
afterEach(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

const esm = "export default { render({ el }) { el.textContent = 'hello'; } }";

/** The data of the comm messages among these. */
function dataOf(messages: readonly Message[]): unknown[] {
  return messages
    .filter(({ header }) => header.msg_type === "comm_msg")
    .map(({ content }) => content["data"]);
}

/** What the last error says that is shown in a cell. */
function lastErrorOf(cell: Header): unknown {
  return it.client.publishedFor(cell).findLast(({ header }) => header.msg_type === "error")?.content[
    "evalue"
  ];
}

function update(state: JsonObject): JsonObject {
  return { method: "update", state, buffer_paths: [] };
}

test("a widget opens a model of anywidget by protocol 2.1, its bytes apart from its state", async () => {
  const state = { value: 0, picture: { pixels: new Uint8Array([7, 8]) }, parts: [1, new Float32Array([1])] };
  const { value: made, request } = await it.run(() => widget({ esm, css: ".a {}", state }));
  const open = await it.client.show(request, "comm_open");
  expect(open.metadata).toEqual({ version: "2.1.0" });
  expect(open.content).toEqual({
    comm_id: made.id,
    target_name: "jupyter.widget",
    data: {
      state: {
        _model_module: "anywidget",
        _model_module_version: "*",
        _model_name: "AnyModel",
        _view_module: "anywidget",
        _view_module_version: "*",
        _view_name: "AnyView",
        _view_count: null,
        _anywidget_id: expect.stringMatching(/^lightnix-[0-9a-f]{16}$/u) as string,
        _esm: esm,
        _css: ".a {}",
        value: 0,
        picture: {},
        parts: [1, null],
      },
      buffer_paths: [
        ["picture", "pixels"],
        ["parts", 1],
      ],
    },
  });
  expect(open.buffers.map((one) => [...one])).toEqual([
    [7, 8],
    [0, 0, 128, 63],
  ]);
});

test("widgets with the same style sheet share its place in the page, and others have places of their own", async () => {
  const placeOf = async (css: string): Promise<unknown> => {
    const { request } = await it.run(() => widget({ esm, css }));
    const { state } = (await it.client.show(request, "comm_open")).content["data"] as { state: JsonObject };
    return state["_anywidget_id"];
  };
  const first = await placeOf("a {}");
  expect(await placeOf("a {}")).toBe(first);
  expect(await placeOf("b {}")).not.toBe(first);
});

test("a widget is shown by the widget view's MIME type, and as text", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { value: 3 } }));
  expect(toBundle(made)).toEqual({
    "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 1, model_id: made.id },
    "text/plain":
      "Widget { value: 3 }\n(a widget as text, as nothing here draws widgets; pip install ipywidgets anywidget)",
  });
  expect(inspect({ made })).toBe("{ made: Widget { value: 3 } }");
});

test("what the kernel sets is sent, told of, and not sent again when it is the same", async () => {
  const told: unknown[] = [];
  const { value: made } = await it.run(() =>
    widget({ esm, state: { value: 0, name: "a", bytes: new Uint8Array(0) } }),
  );
  made.on("change:value", (value, previous) => told.push(["value", value, previous]));
  made.on("change", (changes) => told.push(changes));
  const { request } = await it.run(() => {
    made.set({ value: 2, name: "b" });
    made.state.value = 2;
  });
  expect(dataOf(it.client.publishedFor(request))).toEqual([update({ value: 2, name: "b" })]);
  const { request: next } = await it.run(() => (made.state.bytes = new Uint8Array([9])));
  const published = it.client.publishedFor(next);
  expect(dataOf(published)).toEqual([{ method: "update", state: {}, buffer_paths: [["bytes"]] }]);
  expect([...(published.at(-2)?.buffers[0] ?? [])]).toEqual([9]);
  expect(told).toEqual([["value", 2, 0], { value: 2, name: "b" }, { bytes: new Uint8Array([9]) }]);
});

test("what changes faster than a page can take is sent together: the first change at once, of the others the last", async () => {
  let told = 0;
  const { value: made } = await it.run(() => widget({ esm, state: { step: 0, loss: 1, note: "" } }));
  made.on("change:step", () => (told += 1));
  const { value: tookMs, request } = await it.run(() => {
    const started = performance.now();
    for (let step = 1; step <= 1000; step += 1) {
      made.state.step = step;
      made.state.loss = 1 / step;
    }
    made.state.note = "done";
    return performance.now() - started;
  });
  const updates = dataOf(it.client.publishedFor(request)) as { state: Record<string, unknown> }[];
  expect(updates[0]).toEqual(update({ step: 1 }));
  expect(updates.length).toBeLessThan(3 + tookMs / 20);
  expect(Object.assign({}, ...updates.map(({ state }) => state))).toEqual({
    step: 1000,
    loss: 0.001,
    note: "done",
  });
  expect(told).toBe(1000);
});

test("changes reach the page also while the cell that makes them computes without end", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { step: 0 } }));
  const { request } = await it.run(() => {
    while (made.state.step < 5) {
      made.state.step += 1;
      const until = performance.now() + 30;
      while (performance.now() < until);
    }
  });
  expect(dataOf(it.client.publishedFor(request))).toEqual([1, 2, 3, 4, 5].map((step) => update({ step })));
});

test("large changes are sent less often, and a custom message comes after the changes before it", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { picture: new Uint8Array(0), n: 0 } }));
  const { request } = await it.run(() => {
    // A clock that goes on by 60 ms in all, however long this takes.
    let now = performance.now();
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    made.state.picture = new Uint8Array(50_000_000);
    for (let ms = 0; ms < 60; ms += 1) {
      now += 1;
      made.state.n += 1;
    }
    clock.mockRestore();
    made.send("look");
  });
  expect(dataOf(it.client.publishedFor(request))).toEqual([
    expect.objectContaining({ buffer_paths: [["picture"]] }),
    update({ n: made.state.n }),
    { method: "custom", content: "look" },
  ]);
});

test("what the page sets counts before what it has not been sent yet", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { value: 0 } }));
  made.state.value = 1;
  made.state.value = 2;
  await it.client.idle(it.client.send("comm_msg", { comm_id: made.id, data: update({ value: 7 }) }));
  const { request } = await it.run(() => undefined);
  expect(dataOf(it.client.publishedFor(request))).toEqual([]);
  expect(made.state.value).toBe(7);
});

test("an object that was changed within is sent when it is set again", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { losses: [3] } }));
  const { request } = await it.run(() => {
    const { losses } = made.state;
    losses.push(2);
    made.state.losses = losses;
  });
  expect(dataOf(it.client.publishedFor(request))).toEqual([update({ losses: [3, 2] })]);
});

test("an update from the page is echoed to all pages before what it causes, in its name", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { value: 0, double: 0 } }));
  made.on("change:value", (value) => {
    made.state.double = value * 2;
  });
  const sent = it.client.send("comm_msg", { comm_id: made.id, data: update({ value: 4, unknown: 1 }) });
  expect(dataOf(await it.client.idle(sent))).toEqual([
    { ...update({ value: 4 }), method: "echo_update" },
    update({ double: 8 }),
  ]);
  expect({ ...made.state }).toEqual({ value: 4, double: 8 });
});

test("bytes from the page stand where its paths say, and paths that lead nowhere are an error", async () => {
  const { value: made, request: cell } = await it.run(() =>
    widget({ esm, state: { deep: {} as object, value: 0 } }),
  );
  const data = {
    method: "update",
    state: { deep: { list: [null] } },
    buffer_paths: [["deep", "list", 0], ["value"]],
  };
  const buffers = [Buffer.from([1]), Buffer.from([2, 3])];
  await it.client.idle(it.client.send("comm_msg", { comm_id: made.id, data }, { buffers }));
  expect(inspect({ ...made.state })).toContain("list: [ <Buffer 01> ]");
  expect([...(made.state.value as unknown as Uint8Array)]).toEqual([2, 3]);
  for (const path of [["nowhere", "x"], ["deep", "__proto__", "x"], []]) {
    const wrong = { method: "update", state: {}, buffer_paths: [path] };
    await it.client.idle(it.client.send("comm_msg", { comm_id: made.id, data: wrong }, { buffers }));
    expect(lastErrorOf(cell)).toBe(
      `Cannot take buffer 0 of a message: its path ${JSON.stringify(path)} leads nowhere`,
    );
  }
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test("a page that asks gets the whole state", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { value: 0, none: undefined } }));
  made.state.value = 5;
  const request = it.client.send("comm_msg", { comm_id: made.id, data: { method: "request_state" } });
  const [data] = dataOf(await it.client.idle(request));
  expect(data).toMatchObject({
    method: "update",
    state: { _esm: esm, value: 5, none: null },
    buffer_paths: [],
  });
});

test("a page that was loaded anew gets all widgets that are open, and not those that were closed", async () => {
  const { value: made } = await it.run(() => {
    widget({ esm }).close();
    return widget({ esm, state: { value: 1, bytes: new Uint8Array([5]) } });
  });
  it.client.send("comm_open", { comm_id: "k", target_name: "jupyter.widget.control", data: {} });
  const request = it.client.send("comm_msg", { comm_id: "k", data: { method: "request_states" } });
  const answer = await it.client.show(request, "comm_msg");
  expect(answer.content["data"]).toMatchObject({
    method: "update_states",
    states: {
      [made.id]: { model_name: "AnyModel", model_module: "anywidget", state: { value: 1, _esm: esm } },
    },
    buffer_paths: [[made.id, "state", "bytes"]],
  });
  expect(Object.keys((answer.content["data"] as { states: object }).states)).toEqual([made.id]);
  expect([...(answer.buffers[0] ?? [])]).toEqual([5]);
});

test("custom messages go both ways, with buffers", async () => {
  const told: unknown[] = [];
  const { value: made } = await it.run(() => widget({ esm }));
  made.on("message", (content, buffers) => {
    told.push([content, [...(buffers[0] ?? [])]]);
    made.send(["pong"], { buffers });
  });
  const data = { method: "custom", content: { ping: 1 } };
  const sent = it.client.send("comm_msg", { comm_id: made.id, data }, { buffers: [Buffer.from([1, 2])] });
  const answer = await it.client.show(sent, "comm_msg");
  expect(told).toEqual([[{ ping: 1 }, [1, 2]]]);
  expect(answer.content["data"]).toEqual({ method: "custom", content: ["pong"] });
  expect([...(answer.buffers[0] ?? [])]).toEqual([1, 2]);
});

test("a method that nobody knows is an error, of a widget and of their control", async () => {
  const { value: made, request: cell } = await it.run(() => widget({ esm }));
  it.client.send("comm_open", { comm_id: "k", target_name: "jupyter.widget.control", data: {} });
  for (const [id, whose, shownIn] of [
    [made.id, `widget "${made.id}"`, cell],
    ["k", "the widgets' control", undefined],
  ] as const) {
    const request = it.client.send("comm_msg", { comm_id: id, data: { method: "backbone" } });
    await it.client.idle(request);
    expect(lastErrorOf(shownIn ?? request)).toBe(
      `Cannot take a message of ${whose}: the method "backbone" is unknown`,
    );
  }
});

test("a widget is closed from either side", async () => {
  let closed = 0;
  const { value: first } = await it.run(() => widget({ esm, state: { value: 0 } }));
  first.on("close", () => (closed += 1));
  await it.client.idle(it.client.send("comm_close", { comm_id: first.id, data: {} }));
  expect([closed, first.isOpen]).toEqual([1, false]);
  const { value: own, request } = await it.run(() => {
    const made = widget({ esm, state: { value: 0 } });
    made.close();
    return made;
  });
  expect(it.client.publishedFor(request).map(({ header }) => header.msg_type)).toContain("comm_close");
  expect(() => own.set({ value: 1 })).toThrow(`Cannot set the state of widget "${own.id}": it is closed`);
  expect(() => own.send("x")).toThrow("it is closed");
});

test("a widget that a page closes, as one without a widget manager does, goes on without the page", async () => {
  const told: unknown[] = [];
  const { value: made } = await it.run(() => widget({ esm, state: { value: 0 } }));
  made.on("change:value", (value) => told.push(value));
  await it.client.idle(it.client.send("comm_close", { comm_id: made.id, data: {} }));
  const { request } = await it.run(() => {
    made.state.value = 1;
    made.send({ ping: 1 });
    made.close();
  });
  expect([made.state.value, told]).toEqual([1, [1]]);
  expect(it.client.publishedFor(request).map(({ header }) => header.msg_type)).not.toContain("comm_msg");
});

test("a source in a file is sent again when the file has changed, also when another takes its place", async () => {
  const path = join(folder, "counter.js");
  await writeFile(path, "export default {}");
  const { value: made, request } = await it.run(() =>
    widget({ esm: { file: "counter.js" }, css: { file: pathToFileURL(path) } }),
  );
  const open = await it.client.show(request, "comm_open");
  expect(open.content["data"]).toMatchObject({
    state: { _esm: "export default {}", _css: "export default {}" },
  });
  const seen = (text: string): Promise<unknown> =>
    it.client.until(() => (JSON.stringify(dataOf(it.client.published)).includes(text) ? true : undefined));
  await writeFile(path, "export default { render() {} }");
  await seen("render() {}");
  await writeFile(`${path}.new`, "export default { again: 1 }");
  await rename(`${path}.new`, path);
  await seen("again");
  made.close();
});

test("a source that cannot be read, a state that is no JSON, and names of the protocol are refused, and nothing is opened", async () => {
  const { request } = await it.run(() => {
    expect(() => widget({ esm: { file: "missing.js" } })).toThrow(
      `Cannot read the source of a widget "${join(folder, "missing.js")}": ENOENT`,
    );
    expect(() => widget({ esm, state: { _esm: "" } })).toThrow(
      'Cannot make a widget with the state "_esm": names that begin with "_" belong to the protocol',
    );
    expect(() => widget({ esm, state: { f: () => 1 } })).toThrow(
      'Cannot send the state of a widget: "f" is a function, which JSON does not have',
    );
  });
  expect(it.client.publishedFor(request).some(({ header }) => header.msg_type === "comm_open")).toBe(false);
});

test("a state that cannot be sent is not set, and nothing of it can be deleted", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { value: 0 as unknown } }));
  expect(() => (made.state.value = 1n)).toThrow('"value" is a bigint');
  expect(made.state.value).toBe(0);
  expect(() => delete (made.state as { value?: unknown }).value).toThrow(TypeError);
  expect("value" in made.state).toBe(true);
});

test("a widget is drawn by a function, whose text is sent, however it is written", async () => {
  const sourceOf = async (make: () => unknown): Promise<string> => {
    const { request } = await it.run(make);
    const data = (await it.client.show(request, "comm_open")).content["data"] as { state: { _esm: string } };
    return data.state._esm;
  };
  const drawn = async (esmOf: string): Promise<unknown> => {
    const module = (await import(`data:text/javascript,${encodeURIComponent(esmOf)}`)) as {
      default: { render: (context: object) => unknown };
    };
    const el = { textContent: "" };
    await module.default.render({ model: { get: (name: string) => `${name} 7` }, el });
    return el.textContent;
  };
  const state = { value: 7 };
  const texts = [
    await sourceOf(() =>
      widget({ state, render: ({ model, el }) => void (el.textContent = model.get("value")) }),
    ),
    await sourceOf(() =>
      widget({
        state,
        render({ model, el }) {
          el.textContent = model.get("value");
        },
      }),
    ),
    await sourceOf(() =>
      widget({
        state,
        // oxlint-disable-next-line typescript/require-await -- however it is written
        async render({ model, el }) {
          el.textContent = model.get("value");
        },
      }),
    ),
    await sourceOf(() =>
      widget({
        state,
        render: function draw({ model, el }) {
          el.textContent = model.get("value");
        },
      }),
    ),
  ];
  for (const text of texts) expect(await drawn(text)).toBe("value 7");
  await it.run(() =>
    expect(() => widget({ render: (() => undefined).bind(undefined) })).toThrow(
      'Cannot make a widget: the text of its function "bound " is unknown.',
    ),
  );
});

test("types: the state is what was given, and events are of its fields", async () => {
  const { value: made } = await it.run(() => widget({ esm, state: { value: 0, name: "a" } }));
  expectTypeOf(made.state).toEqualTypeOf<{ value: number; name: string }>();
  made.on("change:name", (value, previous) => {
    expectTypeOf(value).toEqualTypeOf<string>();
    expectTypeOf(previous).toEqualTypeOf<string>();
  });
  // @ts-expect-error -- there is no such field
  made.on("change:nothing", () => undefined);
  widget({
    state: { value: 0 },
    render: ({ model }) => {
      expectTypeOf(model.get("value")).toEqualTypeOf<number>();
      // @ts-expect-error -- there is no such field
      model.get("nothing");
    },
  });
  widget({
    state: { floats: new Float32Array(1), deep: [{ bytes: new ArrayBuffer(1), n: 1 }] },
    render: ({ model }) => {
      expectTypeOf(model.get("floats")).toEqualTypeOf<DataView<ArrayBuffer>>();
      expectTypeOf(model.get("deep")).toEqualTypeOf<{ bytes: DataView<ArrayBuffer>; n: number }[]>();
      model.set("floats", new Uint8Array(4));
    },
  });
  // @ts-expect-error -- a state whose type is given has to be there
  widget<{ count: number }>({ esm });
  const given = widget<{ count: number; mode: "fast" | "slow" }>({ esm, state: { count: 1, mode: "fast" } });
  expectTypeOf(given.state.mode).toEqualTypeOf<"fast" | "slow">();
  // @ts-expect-error -- it is a number
  expect(() => made.set({ value: "x" })).not.toThrow();
});

function raise(error: unknown): never {
  throw error;
}
