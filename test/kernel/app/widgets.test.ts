import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

describe("widgets, as cells are checked and completed", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
    await kernel.run(`import { controls, widget } from "lightnix/widgets";
const counter = widget({ state: { count: 0, mode: "slow" as "slow" | "fast" }, render({ model, el }) { el.textContent = model.get("count"); } });
const choice = controls.dropdown({ options: ["sgd", "adam"] });`);
  });
  afterAll(() => kernel.stop());

  it.each([
    ["counter.state.cuont = 1", ":1:15 - error TS2551: Property 'cuont' does not exist"],
    ['counter.set({ count: "x" })', ":1:15 - error TS2322: Type 'string' is not assignable to type 'number'"],
    [
      'counter.on("change:cuont", () => 1)',
      `'"change" | "change:count" | "change:mode" | "close" | "message"'`,
    ],
    ['counter.on("change:mode", (mode) => mode.x)', `does not exist on type '"`],
    ['widget<{ count: number }>({ esm: "" })', "Property 'state' is missing"],
    ['widget({ state: { a: 1 }, render({ model }) { model.set("b", 1); } })', `'"b"' is not assignable`],
    ['choice.state.value = "x"', ":1:1 - error TS2322: Type '\"x\"' is not assignable"],
    ["controls.floatSlider({ maks: 1 })", "'maks' does not exist"],
  ])("%s is refused, with its place", async (cell, message) => {
    const { status, traceback } = await kernel.run(cell);
    expect(status).toBe("error");
    expect(traceback).toContain(message);
  });

  it.each([
    ["counter.state.|", ["count", "mode"]],
    ['counter.on("|', ["change", "change:count", "change:mode", "close", "message"]],
    ['controls.button().on("|', ["change:description", "click"]],
    ["controls.floatSlider({ | })", ["description", "max", "min", "step", "value"]],
    ['widget({ state: { a: 1 }, render({ model }) { model.get("|") } })', ["a"]],
    [
      'widget({ commands: { up: (n: number) => n }, render({ experimental }) { experimental.invoke("|") } })',
      ["up"],
    ],
  ])("%s is completed", async (marked, names) => {
    expect((await kernel.complete(marked)).matches).toEqual(expect.arrayContaining(names));
  });
});

it("a change of a widget that cannot be sent is told, and the result of its cell is there", async () => {
  const kernel = await startRealKernel();
  await kernel.run(`import { widget } from "lightnix/widgets";
const list: unknown[] = [];
const shown = widget({ state: { list, at: 0 }, render() {} });`);
  const cell = "shown.state.at = 1; shown.state.list = list; list.push(1n); 6 * 7";
  expect(await kernel.run(cell)).toMatchObject({ status: "ok", result: "42" });
  await kernel.stop();
});
