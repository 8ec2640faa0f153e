import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { expectScreenshot, runCell } from "../support/classic-notebook.ts";
import { useWidgetsNotebook } from "../support/widgets-notebook.ts";

const panel = `import { controls, widget } from "lightnix/widgets";

const rate = controls.floatSlider({ description: "rate", min: 0, max: 1, step: 0.01, value: 0.5 });
const optimizer = controls.dropdown<string>({ options: ["sgd", "adam"], description: "optimizer" });
const shuffle = controls.checkbox({ description: "shuffle" });
const name = controls.text({ description: "name", placeholder: "of the run" });
const stop = controls.button({ description: "Stop", kind: "danger" });
const progress = controls.intProgress({ description: "steps", max: 500 });
const note = controls.html({ value: "<i>not started</i>" });
const chart = widget({
  state: { losses: [] as number[] },
  css: ".loss { border: 1px solid #ccc; }",
  render({ model, el }) {
    const draw = () => {
      const losses = model.get("losses");
      const points = losses.map((loss, n) => (n / losses.length) * 600 + "," + (150 - loss * 140)).join(" ");
      el.innerHTML = '<svg class="loss" width="600" height="150" data-count="' + losses.length + '"><polyline fill="none" stroke="steelblue" points="' + points + '"/></svg>';
    };
    model.on("change:losses", draw);
    draw();
  },
});
const controller = new AbortController();
stop.on("click", () => { console.log("Stop was pressed"); controller.abort(); });
name.on("change:value", (text) => { note.state.value = "<b>" + text + "</b>"; });
controls.vbox([controls.hbox([rate, optimizer, shuffle]), controls.hbox([name, stop]), progress, note, chart])`;

const training = `let loss = 1;
let steps = 0;
const rates = new Set<number>();
while (!controller.signal.aborted) {
  loss *= 1 - rate.state.value / 100;
  steps += 1;
  rates.add(rate.state.value);
  progress.state.value = steps % 500;
  chart.state.losses = [...chart.state.losses, loss + Math.sin(steps / 9) / 40].slice(-300);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
[...rates].length > 1 ? "stopped, after more than one rate" : "stopped, after one rate"`;

describe("training in the classic notebook, with a live chart, a slider and a button", () => {
  const notebook = useWidgetsNotebook();
  let page: Page;

  beforeEach(async () => {
    page = await notebook.openCells("training.ipynb", [panel, training]);
    return () => page.close();
  }, 120_000);

  it("the chart is drawn while a cell trains, the slider changes its rate, and the button ends it", async () => {
    await page.evaluate("Jupyter.notebook.execute_cells([0])");
    await page.locator("svg.loss").waitFor();
    await page.evaluate("Jupyter.notebook.execute_cells([1])");
    await page.locator("svg.loss[data-count='300']").waitFor();
    const handle = page.locator(".noUi-handle").first();
    await handle.focus();
    for (let n = 0; n < 5; n += 1) await handle.press("ArrowRight");
    await page.locator("input[placeholder='of the run']").fill("first run");
    await page.locator("input[placeholder='of the run']").press("Enter");
    await page.locator("b", { hasText: "first run" }).waitFor();
    await page.waitForFunction("parseFloat(document.querySelector('.progress-bar').style.width) > 1");
    expect(await page.locator(".jupyter-widgets-error-widget").count()).toBe(0);
    await expectScreenshot(page, "training.png", 20_000);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("stopped, after more than one rate'").waitFor();
    await page.locator(".output_stdout", { hasText: "Stop was pressed" }).waitFor();
    expect(await runCell(page, "rate.state.value")).toBe("0.55");
    await page.getByLabel("optimizer").selectOption("adam");
    await page.getByLabel("shuffle").check();
    expect(await runCell(page, "[optimizer.state.value, shuffle.state.value].join()")).toBe("'adam,true'");
    await runCell(page, 'optimizer.set({ options: ["sgd", "lbfgs"], value: "lbfgs" })');
    await expect.poll(() => page.getByLabel("optimizer").inputValue()).toBe("lbfgs");
    expect(await page.locator(".output_error").count()).toBe(0);
  }, 180_000);
});
