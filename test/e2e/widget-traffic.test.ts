import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { expectScreenshot, runAllCells, runCell } from "../support/classic-notebook.ts";
import { useWidgetsNotebook } from "../support/widgets-notebook.ts";

const cells = [
  `import { widget } from "lightnix/widgets";

// What is in the page of a state, as text, and what it sends back.
const bytes = widget({
  state: { floats: new Float32Array([0.5, 2]), deep: { list: [new Uint8Array([7, 8])] }, big: new Uint8Array(0), back: { parts: new Float64Array(0), inner: [new Uint8Array(0)], big: new Uint8Array(0) } },
  render({ model, el }) {
    const show = () => {
      const floats = model.get("floats");
      const numbers = new Float32Array(floats.buffer.slice(floats.byteOffset, floats.byteOffset + floats.byteLength));
      const inner = model.get("deep").list[0]!;
      const big = model.get("big");
      let sum = 0;
      for (let n = 0; n < big.byteLength; n += 1000) sum += big.getUint8(n);
      el.innerHTML = '<pre class="bytes">' + [numbers.join(), inner.getUint8(1), big.byteLength, sum].join(" ") + '</pre><button class="back">back</button>';
      el.querySelector("button").onclick = () => {
        model.set("back", { parts: new Float64Array([1.5]), inner: [new DataView(new Uint8Array([2, 3]).buffer)], big: new Uint8Array(10_000_000).fill(3) });
        model.save_changes();
      };
    };
    model.on("change:floats", show);
    model.on("change:deep", show);
    model.on("change:big", show);
    show();
  },
});
bytes`,
  `const asked = widget({
  state: { prepared: 0, removed: 0 },
  commands: {
    scale: async (by: number, [data]: readonly Uint8Array[]) => ({ by, scaled: data!.map((n) => n * by) }),
    fail: () => { throw new RangeError("no such step"); },
  },
  initialize({ model }) { model.set("prepared", model.get("prepared") + 1); model.save_changes(); },
  render({ model, el, signal, experimental }) {
    el.innerHTML = '<button class="scale">scale</button> <button class="fail">fail</button> <pre class="asked"></pre>';
    const said = el.querySelector("pre");
    signal.addEventListener("abort", () => { model.set("removed", model.get("removed") + 1); model.save_changes(); });
    el.querySelector(".scale").onclick = async () => {
      const [answer, [scaled]] = await experimental.invoke("scale", 3, { buffers: [new Uint8Array([1, 2])] });
      said.textContent = "by " + answer.by + ": " + scaled!.getUint8(0) + "," + scaled!.getUint8(1);
    };
    el.querySelector(".fail").onclick = () => experimental.invoke("fail").catch((error) => { said.textContent = String(error); });
  },
});
display(asked);
asked`,
  `const plain = widget({
  commands: { shout: (text: string) => text.toUpperCase() },
  esm: \`export default { async render({ el, experimental }) {
    const [answer, buffers] = await experimental.invoke("shout", "hello");
    el.innerHTML = "<pre class=plain>" + answer + " " + buffers.length + "</pre>";
  } }\`,
});
plain`,
  `const loud = widget({ state: { clicks: 0 }, render({ model, el }) {
  el.innerHTML = '<button class="loud">click</button>';
  el.firstChild.onclick = () => { model.set("clicks", model.get("clicks") + 1); model.save_changes(); };
} });
loud`,
  `loud.on("change:clicks", async (clicks) => {
  console.log("click", clicks);
  if (clicks === 2) display.html("<b class='shown'>two</b>");
  if (clicks === 3) { await null; missing.call(); }
});
declare const missing: { call(): void };`,
];

describe("what widgets send and show in the classic notebook", () => {
  const notebook = useWidgetsNotebook();
  let page: Page;

  beforeEach(async () => {
    page = await notebook.openCells("traffic.ipynb", cells);
    await runAllCells(page);
    await page.locator("button.loud").waitFor();
    return () => page.close();
  }, 120_000);

  /** The text in a place of the page, once it is what it should be. */
  async function untilText(selector: string, text: string): Promise<void> {
    await expect.poll(() => page.locator(selector).first().textContent(), { timeout: 20_000 }).toBe(text);
  }

  it("typed arrays, in objects and lists, and 10 MB go both ways", async () => {
    await untilText("pre.bytes", "0.5,2 8 0 0");
    await runCell(
      page,
      "bytes.set({ floats: new Float32Array([4]), big: new Uint8Array(10_000_000).fill(2) })",
    );
    await untilText("pre.bytes", "4 8 10000000 20000");
    await page.locator("button.back").click();
    const back = `const { parts, inner, big } = bytes.state.back;
      [parts[0], inner[0]!.join(), big.length, big[9_999_999]].join(" ")`;
    await expect.poll(() => runCell(page, back), { timeout: 20_000 }).toBe("'1.5 2,3 10000000 3'");
  }, 180_000);

  it("commands answer what the page asks, of a function that draws and of a module; their errors are shown on both sides", async () => {
    await page.locator("button.scale").first().click();
    await untilText("pre.asked", "by 3: 3,6");
    await untilText("pre.plain", "HELLO 0");
    await page.locator("button.fail").first().click();
    await untilText("pre.asked", "Error: no such step");
    await page.locator(".output_error", { hasText: "no such step" }).waitFor();
    expect(await cellOf(page, ".output_error")).toBe(1);
  }, 180_000);

  it("what a callback prints, displays and throws is shown in the cell that registered it", async () => {
    const button = page.locator("button.loud");
    for (let n = 0; n < 3; n += 1) await button.click();
    await page.locator(".output_stdout", { hasText: "click 3" }).waitFor();
    await page.locator("b.shown").waitFor();
    await page.locator(".output_error", { hasText: "ReferenceError" }).waitFor();
    for (const shown of [".output_stdout", "b.shown", ".output_error"])
      expect(await cellOf(page, shown)).toBe(4);
    await expectScreenshot(page, "widget-traffic.png", 20_000);
  }, 180_000);

  it("a widget that is shown twice is one, prepared once; when it is closed both views are gone and told so", async () => {
    expect(await page.locator("button.scale").count()).toBe(2);
    expect(await runCell(page, "asked.state.prepared")).toBe("1");
    await runCell(page, "asked.close()");
    await expect.poll(() => page.locator("button.scale").count(), { timeout: 20_000 }).toBe(0);
    expect(await runCell(page, "asked.isOpen")).toBe("false");
  }, 180_000);

  it("after a restart of the kernel, old widgets in the page do no harm, and new ones work", async () => {
    await page.evaluate("new Promise((resolve) => Jupyter.notebook.kernel.restart(resolve))");
    await page.waitForFunction("Jupyter.notebook.kernel.is_connected()");
    await page.locator("button.loud").click();
    expect(await runCell(page, '"alive"')).toBe("'alive'");
    await runAllCells(page);
    await page.locator("button.loud").last().click();
    await page.locator(".output_stdout", { hasText: "click 1" }).waitFor();
  }, 180_000);
});

/** The number of the notebook's cell that an element stands in. */
async function cellOf(page: Page, selector: string): Promise<number> {
  const program = `[...document.querySelectorAll(".cell")].findIndex((cell) => cell.querySelector(${JSON.stringify(selector)}))`;
  return (await page.evaluate(program)) as number;
}
