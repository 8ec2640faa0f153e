import { afterEach, beforeEach, expect, expectTypeOf, test } from "vitest";
import type { MakeWidget } from "../../../kernel/comms/widgets/widget.ts";
import { createWidgets } from "../../../kernel/comms/widgets/create-widgets.ts";
import { startCommKernel } from "./kernel.ts";
import type { CommKernel } from "./kernel.ts";

let it: CommKernel;
let widget: MakeWidget;
beforeEach(async () => {
  it = await startCommKernel();
  ({ widget } = createWidgets({ kernel: it.kernel, folder: "/" }).module);
});
afterEach(() => it.close());

const esm = "export default {}";

/** Calls a command as anywidget's `invoke` does; gives what is sent to the page. */
async function invoke(id: string, name: string, msg?: unknown, buffers: Buffer[] = []): Promise<unknown[]> {
  const content = { id: "1", kind: "anywidget-command", name, ...(msg !== undefined && { msg }) };
  const data = { method: "custom", content: content as never };
  const published = await it.client.idle(it.client.send("comm_msg", { comm_id: id, data }, { buffers }));
  return published
    .filter(({ header }) => header.msg_type === "comm_msg")
    .map((message) => [
      (message.content["data"] as { content: unknown }).content,
      message.buffers.map((one) => [...one]),
    ]);
}

test("a command is run with what the page sends, and its answer is sent, its bytes beside it", async () => {
  const { value: made } = await it.run(() =>
    widget({
      esm,
      commands: {
        add: ({ a, b }: { a: number; b: number }) => a + b,
        double: async (scale: number, [bytes]) =>
          await Promise.resolve({ scale, bytes: bytes?.map((n) => n * 2), rest: [new Uint8Array([0])] }),
        nothing: () => undefined,
      },
    }),
  );
  const response = (answer: unknown): object => ({
    kind: "anywidget-command-response",
    id: "1",
    response: answer,
  });
  expect(await invoke(made.id, "add", { a: 1, b: 2 })).toEqual([[response(3), []]]);
  expect(await invoke(made.id, "double", 2, [Buffer.from([4, 5])])).toEqual([
    [response({ scale: 2, rest: [null] }), [[8, 10], [0]]],
  ]);
  expect(await invoke(made.id, "nothing")).toEqual([[response(null), []]]);
});

test("a command that throws, or that nobody knows, is shown in the cell that made the widget, and told to the page", async () => {
  const { value: made, request: cell } = await it.run(() =>
    widget({
      esm,
      commands: {
        fail: () => {
          throw new RangeError("too far");
        },
        strange: () => 1n,
      },
    }),
  );
  const failure = (message: string): unknown[] => [
    [{ kind: "anywidget-command-failure", command: "1", message }, []],
  ];
  const wrong = {
    fail: "too far",
    strange: 'Cannot send the answer of command "strange": "response" is a bigint, which JSON does not have',
    toString: `Cannot run command "toString" of widget "${made.id}": it has "fail", "strange"`,
  };
  for (const [name, message] of Object.entries(wrong))
    expect(await invoke(made.id, name)).toEqual(failure(message));
  const errors = it.client.publishedFor(cell).filter(({ header }) => header.msg_type === "error");
  expect(errors.map(({ content }) => content["evalue"])).toEqual(Object.values(wrong));
  const { value: bare } = await it.run(() => widget({ esm }));
  expect(await invoke(bare.id, "fail")).toEqual(
    failure(`Cannot run command "fail" of widget "${bare.id}": it was made without "commands"`),
  );
});

test("types: the page calls commands by their names, with what they take, and gets what they answer", () => {
  const make = (): unknown =>
    widget({
      state: { value: 0 },
      commands: { grow: async (by: number) => await Promise.resolve([by, "steps"] as const) },
      initialize: ({ model }) => model.set("value", 1),
      render: async ({ model, experimental, signal }) => {
        const [answer, buffers] = await experimental.invoke("grow", model.get("value"), { signal });
        expectTypeOf(answer).toEqualTypeOf<readonly [number, "steps"]>();
        expectTypeOf(buffers).toEqualTypeOf<DataView<ArrayBuffer>[]>();
        // @ts-expect-error -- it takes a number
        await experimental.invoke("grow", "x");
        // @ts-expect-error -- there is no such command
        await experimental.invoke("shrink");
      },
    });
  expectTypeOf(make).toBeFunction();
});
