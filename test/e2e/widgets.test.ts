import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { expectScreenshot, runAllCells, runCell, untilKernelIsThere } from "../support/classic-notebook.ts";
import { projectRoot } from "../support/jupyter.ts";
import { useWidgetsNotebook } from "../support/widgets-notebook.ts";

const cells = [
  `import { widget } from "lightnix/widgets";

const counter = widget({
  esm: { file: "counter.js" },
  css: ".counter { font-size: 20px; color: darkgreen; margin-right: 12px; }",
  state: { value: 0 },
});
const heard = display.text("nothing yet");
counter.on("change:value", (value, before) => heard.update({ "text/plain": \`from \${before} to \${value}\` }));
counter.on("message", (_, [bytes]) => {
  const sum = bytes!.reduce((a, b) => a + b, 0);
  counter.send({ sum }, { buffers: [new Float64Array([sum])] });
});
counter`,
  `const slider = widget({ esm: { file: "slider.js" }, state: { value: 8 } });
const bars = (count: number) => \`<svg width="600" height="60" data-count="\${count}">\${Array.from({ length: count }, (_, n) =>
  \`<rect x="\${n * 14}" y="\${30 - 28 * Math.sin(n / 4)}" width="10" height="30" fill="steelblue"/>\`).join("")}</svg>\`;
const chart = display.html(bars(slider.state.value));
slider.on("change:value", (value) => chart.update({ "text/html": bars(value) }));
slider`,
  `enum Step { Small = 1, Large = 10 }
const steps = widget({
  state: { total: 0, sizes: [1, 10] },
  render: ({ model, el }) => {
    const total: { textContent: string } = el.appendChild(Object.assign(el.ownerDocument.createElement("b"), { className: "total" }));
    const show = (): void => { total.textContent = \`total \${model.get("total").toFixed(1)}\`; };
    for (const size of model.get("sizes") as number[]) {
      const button = el.ownerDocument.createElement("button");
      button.textContent = \`add \${size}\`;
      button.onclick = () => { model.set("total", model.get("total") + size); model.save_changes(); };
      el.append(button);
    }
    model.on("change:total", show);
    show();
  },
});
steps.on("change:total", (total) => { if (total > 100) steps.state.total = Step.Large; });
steps`,
];

describe("widgets in the classic notebook, by the front ends of ipywidgets and anywidget", () => {
  const notebook = useWidgetsNotebook();
  let page: Page;

  beforeEach(async () => {
    for (const name of ["counter.js", "slider.js"]) {
      await copyFile(join(projectRoot, "test/e2e/widgets", name), join(notebook.folder, name));
    }
    page = await notebook.openCells("widgets.ipynb", cells);
    await runAllCells(page);
    await page.locator("button.counter").waitFor();
    return () => page.close();
  }, 120_000);

  it("a counter: the page counts, TypeScript hears of it, sets it, and the page shows that", async () => {
    const counter = page.locator("button.counter");
    expect(await counter.textContent()).toBe("count is 0");
    const size = "getComputedStyle(document.querySelector('button.counter')).fontSize";
    expect(await page.evaluate(size)).toBe("20px");
    await counter.click();
    await counter.click();
    await page.getByText("from 1 to 2").waitFor();
    expect(await runCell(page, "counter.state.value")).toBe("2");
    await runCell(page, "counter.state.value = 40");
    await expect.poll(textOf(page, "button.counter"), soon).toBe("count is 40");
    await counter.click();
    await expect.poll(textOf(page, "button.counter"), soon).toBe("count is 41");
    expect(await runCell(page, "counter.state.value")).toBe("41");
    expect(await page.locator(".output_error").count()).toBe(0);
    await expectScreenshot(page, "widgets-counter.png", 20_000);
  }, 120_000);

  it("a slider calls back into TypeScript, which updates another display", async () => {
    const slider = page.locator("input.slider");
    for (const value of [9, 15, 20, 31]) await slider.fill(String(value));
    await page.locator("svg[data-count='31']").waitFor();
    expect(await page.locator("svg[data-count] rect").count()).toBe(31);
    await runCell(page, "slider.state.value = 12");
    await page.waitForFunction("document.querySelector('input.slider').value === '12'");
    await page.locator("svg[data-count='12']").waitFor();
    await expectScreenshot(page, "widgets-slider.png", 20_000);
  }, 120_000);

  it("custom messages carry bytes to TypeScript and back", async () => {
    await page.locator("button.sum").click();
    await expect.poll(textOf(page, "button.sum"), soon).toBe("sum is 6, of 8 bytes");
  }, 120_000);

  it("a function in a cell draws a widget, its types taken away", async () => {
    await page.getByText("add 10").click();
    await expect.poll(textOf(page, "b.total"), soon).toBe("total 10.0");
    expect(await runCell(page, "steps.state.total")).toBe("10");
    await runCell(page, "steps.state.total = 99");
    await page.getByText("add 1", { exact: true }).click();
    await expect.poll(textOf(page, "b.total"), soon).toBe("total 100.0");
    await page.getByText("add 1", { exact: true }).click();
    await expect.poll(textOf(page, "b.total"), soon).toBe("total 10.0");
  }, 120_000);

  it("a changed source is drawn at once, with the state kept", async () => {
    await page.locator("button.counter").click();
    await expect.poll(textOf(page, "button.counter"), soon).toBe("count is 1");
    const path = join(notebook.folder, "counter.js");
    await writeFile(path, (await readFile(path, "utf8")).replace("count is", "it is now"));
    await expect.poll(textOf(page, "button.counter"), soon).toBe("it is now 1");
  }, 120_000);

  it("a page that is loaded anew shows the widgets again, as they are", async () => {
    await page.locator("button.counter").click();
    await expect.poll(textOf(page, "button.counter"), soon).toBe("count is 1");
    await page.evaluate("Jupyter.notebook.save_notebook()");
    await runCell(page, "counter.state.value = 7");
    await page.reload();
    await untilKernelIsThere(page);
    await expect.poll(textOf(page, "button.counter"), soon).toBe("count is 7");
    await page.locator("button.counter").click();
    await expect.poll(textOf(page, "button.counter"), soon).toBe("count is 8");
  }, 120_000);
});

const soon = { timeout: 20_000 };

/** Asks a page for a text in it. */
function textOf(page: Page, selector: string): () => Promise<string | null> {
  return () => page.locator(selector).textContent();
}
