import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { runCell } from "../support/classic-notebook.ts";
import { useWidgetsNotebook } from "../support/widgets-notebook.ts";

const panel = `import { controls } from "lightnix/widgets";

const rate = controls.floatLogSlider({ description: "rate", value: 0.01, layout: { width: "500px" }, style: { handleColor: "rgb(0, 128, 0)" } });
const range = controls.intRangeSlider({ description: "range", value: [10, 20] });
const fraction = controls.floatRangeSlider({ description: "fraction" });
const epochs = controls.intText({ description: "epochs", value: 5 });
const decay = controls.floatText({ description: "decay", value: 0.5 });
const done = controls.floatProgress({ description: "done", value: 30, kind: "success", style: { barColor: "rgb(1, 2, 3)" } });
const live = controls.toggleButton({ description: "live", kind: "info" });
const notes = controls.textarea({ description: "notes", rows: 3 });
const title = controls.label({ value: "a title", style: { fontWeight: "bold" } });
const size = controls.select({ description: "size", options: ["small", "large"] });
const kind = controls.radioButtons({ description: "kind", options: ["sgd", "adam"] });
const mode = controls.toggleButtons({ description: "mode", options: ["train", "test"], value: "test" });
const stop = controls.button({ description: "Stop", style: { buttonColor: "rgb(9, 8, 7)" } });
const inputs = controls.vbox([rate, range, fraction, epochs, decay, done, live, notes], { layout: { width: "600px" } });
const tabs = controls.tab({ Inputs: inputs, Choices: controls.vbox([title, size, kind, mode, stop]) });
controls.vbox([tabs, controls.accordion({ More: controls.checkbox({ description: "folded" }) })])`;

describe("the controls in the classic notebook, by the front end of ipywidgets", () => {
  const notebook = useWidgetsNotebook();
  let page: Page;

  beforeEach(async () => {
    page = await notebook.openCells("controls.ipynb", [panel]);
    return () => page.close();
  }, 120_000);

  // Of the first element that is seen.
  const css = async (selector: string, property: string): Promise<unknown> =>
    await page.evaluate(
      `getComputedStyle([...document.querySelectorAll(${JSON.stringify(selector)})].find((one) => one.offsetParent)).${property}`,
    );

  it("are drawn with their layouts and styles, and tell what the user does", async () => {
    await page.evaluate("Jupyter.notebook.execute_cells([0])");
    await page.locator(".widget-hslider").first().waitFor();
    expect(await css(".widget-hslider", "width")).toBe("500px");
    expect(await css(".noUi-handle", "backgroundColor")).toBe("rgb(0, 128, 0)");
    expect(await css(".progress-bar", "backgroundColor")).toBe("rgb(1, 2, 3)");
    await runCell(page, 'rate.state.layout = { width: "300px" }; epochs.state.layout = { width: "200px" };');
    await expect.poll(() => css(".widget-hslider", "width")).toBe("300px");
    await expect.poll(() => css(".widget-text", "width")).toBe("200px");
    await page.locator(".noUi-handle").first().press("ArrowRight");
    await expect.poll(() => runCell(page, "rate.state.value > 0.01")).toBe("true");
    await page.getByRole("button", { name: "live" }).click();
    await page.locator(".lm-TabBar-tabLabel", { hasText: "Choices" }).click();
    await expect.poll(() => runCell(page, "[live.state.value, tabs.state.selected].join()")).toBe("'true,1'");
    expect(await css(".jupyter-button:not(.widget-toggle-button)", "backgroundColor")).toBe("rgb(9, 8, 7)");
    await page.getByLabel("adam").check();
    await page.getByRole("button", { name: "train" }).click();
    await expect
      .poll(() => runCell(page, "[kind.state.value, mode.state.value].join()"))
      .toBe("'adam,train'");
    expect(await page.locator(".jupyter-widgets-error-widget").count()).toBe(0);
    expect(await page.locator(".output_error").count()).toBe(0);
  }, 180_000);
});
