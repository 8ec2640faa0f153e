import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../support/jupyter.ts";
import { notebookOf } from "../support/notebook-of.ts";

let folder: string;
let browser: Browser;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-page-"));
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A package that makes one global variable, as the real ones do. */
async function install(name: string, code: string): Promise<void> {
  const root = join(folder, "node_modules", name);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, "package.json"), JSON.stringify({ name, unpkg: "browser.js" }));
  await writeFile(join(root, "browser.js"), code);
}

/** Runs a notebook with these cells; gives the texts that its page shows, without a network. */
async function shown(cells: readonly string[]): Promise<{ texts: readonly string[]; stderr: string }> {
  await writeFile(join(folder, "a.ipynb"), JSON.stringify(notebookOf(cells)));
  const cli = join(projectRoot, "dist/kernel/app/cli.js");
  const env = { ...process.env, HOME: folder, LIGHTNIX_ROOT: join(folder, "store") };
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [cli, "run", "a.ipynb", "--html", "a.html"],
    { cwd: folder, env },
  );
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  await page.goto(`file://${join(folder, "a.html")}`);
  await page.waitForFunction(
    "[...document.querySelectorAll('figure')].every((one) => one.lastChild.textContent)",
  );
  const texts = await page.locator(".outputs").allTextContents();
  await context.close();
  return { texts: texts.map((text) => text.trim()), stderr };
}

const charts = [
  `({ $schema: "https://vega.github.io/schema/vega-lite/v6.json", mark: "</script>" })`,
  `({ $schema: "https://vega.github.io/schema/vega/v6.json", marks: [] })`,
  `({ data: [{ y: [1] }], layout: { title: "<b>" } })`,
];

describe("the page of a notebook", () => {
  it("says what would draw its charts", async () => {
    const { texts, stderr } = await shown(charts);
    expect(texts[0]).toContain("npm install vega vega-lite");
    expect(stderr).toContain("npm install vega vega-lite plotly.js-dist-min");
  });

  it("draws its charts by what is installed for the notebook, with nothing from elsewhere", async () => {
    // "</script>" and "<!--" in a library must not end the element that it is in.
    await install(
      "vega",
      `var vega = { note: "</script><!--<script>", parse: (spec) => spec, View: class {
        constructor(spec, { container }) { Object.assign(this, { spec, container }); }
        async runAsync() { this.container.textContent = "vega drew " + JSON.stringify(this.spec); }
      } };`,
    );
    await install("vega-lite", `var vegaLite = { compile: ({ mark }) => ({ spec: { compiled: mark } }) };`);
    await install(
      "plotly.js-dist-min",
      `var Plotly = { newPlot: async (place, { layout }) => {
        if (layout.title === "fail") throw new Error("no such plot");
        place.textContent = "plotly drew " + layout.title;
      } };`,
    );
    const { texts, stderr } = await shown([...charts, `({ data: [{ y: [1] }], layout: { title: "fail" } })`]);
    expect(stderr).toBe("");
    expect(texts.map((text) => text.split("\n").at(-1))).toEqual([
      expect.stringContaining('vega drew {"compiled":"</script>"}'),
      expect.stringContaining('vega drew {"$schema"'),
      expect.stringContaining("plotly drew <b>"),
      expect.stringContaining("This chart cannot be drawn: Error: no such plot"),
    ]);
  });
});
