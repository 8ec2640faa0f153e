import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectScreenshot, runAllCells, startClassicNotebook } from "../support/classic-notebook.ts";
import type { ClassicNotebook } from "../support/classic-notebook.ts";
import { createJupyterHome, projectRoot } from "../support/jupyter.ts";
import type { JupyterHome } from "../support/jupyter.ts";

describe("the classic notebook", () => {
  let home: JupyterHome;
  let notebook: ClassicNotebook;

  beforeAll(async () => {
    home = await createJupyterHome();
    await cp(join(projectRoot, "notebooks"), join(home.folder, "notebooks"), {
      recursive: true,
      filter: (path) => !path.includes(join("notebooks", "out")),
    });
    notebook = await startClassicNotebook(home);
  });
  afterAll(async () => {
    await notebook?.close();
    await home?.remove();
  });

  it("runs every cell of the quickstart and shows the results inline", async () => {
    const page = await notebook.open("notebooks/quickstart.ipynb");
    await runAllCells(page);

    expect(await page.locator(".output_error").count()).toBe(0);
    expect(await page.locator(".output_html table").count()).toBeGreaterThan(0);
    expect(await page.locator(".output_html img").count()).toBeGreaterThan(0);
    await expectScreenshot(page, "classic-notebook.png", 50_000);
  }, 300_000);

  it("shows tables of which no cell runs into the next one", async () => {
    const page = await notebook.open("notebooks/experiments.ipynb");
    await runAllCells(page);

    expect(await page.locator(".output_error").count()).toBe(0);
    expect(await page.locator("td .l-spark").count()).toBeGreaterThan(20);
    const cut =
      "[...document.querySelectorAll('td')].filter((cell) => cell.scrollWidth > cell.clientWidth).length";
    expect(await page.evaluate(cut)).toBe(0);
    await expectScreenshot(page, "experiments.png", 50_000);
  }, 300_000);

  it("shows a running stage at one height, whatever it prints and counts", async () => {
    const page = await notebook.openCells("running.ipynb", [
      `%%stage slow
export const config = { epochs: 20 };
export default async (build: Build) => {
  for (let current = 1; current <= 20; current++) {
    build.log(\`line \${current}\${" and more".repeat(current % 5 === 0 ? 40 : 0)}\n\`);
    build.progress({ current, total: 20, message: \`loss \${current % 3 === 0 ? 0.5 : "0.123456789 ".repeat(8)}\` });
    await new Promise((go) => setTimeout(go, 60));
  }
};`,
      "%realize slow",
    ]);
    await page.evaluate(`(() => {
      window.heights = new Set();
      const look = () => {
        const log = document.querySelector(".l-live pre");
        if (log !== null) window.heights.add(Math.round(log.closest("section").getBoundingClientRect().height));
        requestAnimationFrame(look);
      };
      look();
    })()`);
    await runAllCells(page);

    expect(await page.locator(".output_error").count()).toBe(0);
    expect(await page.evaluate("[...window.heights]")).toHaveLength(1);
  }, 120_000);

  it("shows views of a notebook from elsewhere, whose styles and pictures it takes out, as words and tables", async () => {
    const page = await notebook.openCells("own.ipynb", [
      "%%stage first\nexport const config = { n: 1 };\nexport default () => {};",
      `%%stage second\nexport const config = { first, curve: [${Array.from({ length: 30 }, (_, at) => at / 7).join()}] };\nexport default () => {};`,
      "%graph second",
    ]);
    await runAllCells(page);
    const own = (await page.evaluate("Jupyter.notebook.toJSON()")) as object;
    await writeFile(join(home.folder, "foreign.ipynb"), JSON.stringify(own));
    const foreign = await notebook.open("foreign.ipynb");

    expect(await foreign.locator(".output_html svg").count()).toBe(0);
    const [, stage = "", graph = ""] = await foreign.locator(".output_html").allInnerTexts();
    expect(stage).toMatch(/^second stage [0-9a-f]{8} not realized yet\n/u);
    expect(stage).toContain("▁▂▂▃▄▄▅▅▆▇▇█ 0, 0.1429, 0.2857");
    expect(graph).toMatch(/^second graph [0-9a-f]{8} 2 would run\n▸ second .*\n {2}▸ first .*$/u);
  }, 120_000);
});
