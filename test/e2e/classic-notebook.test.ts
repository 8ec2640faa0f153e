import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cp, mkdir, stat } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJupyterHome, projectRoot, python } from "../support/jupyter.ts";
import type { JupyterHome } from "../support/jupyter.ts";

const screenshots = join(projectRoot, "test/out");

describe("the classic notebook", () => {
  let home: JupyterHome;
  let server: ChildProcess;
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    home = await createJupyterHome();
    await cp(join(projectRoot, "notebooks"), join(home.folder, "notebooks"), {
      recursive: true,
      filter: (path) => !path.includes(join("notebooks", "out")),
    });
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    server = startServer(home, port);
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-sync",
        "--no-first-run",
      ],
    });
    await untilAnswers(`${address}/api`);
  });
  afterAll(async () => {
    await browser?.close();
    server?.kill("SIGTERM");
    await mkdir(screenshots, { recursive: true });
    await home?.remove();
  });

  it("runs every cell of the quickstart and shows the results inline", async () => {
    const page = await browser.newPage({ viewport: { width: 1100, height: 1400 } });
    await page.goto(`${address}/notebooks/notebooks/quickstart.ipynb`);
    await untilKernelIsIdle(page);
    await page.evaluate("Jupyter.notebook.execute_all_cells()");
    await untilAllCellsRan(page);

    expect(await page.locator(".output_error").count()).toBe(0);
    expect(await page.locator(".output_html table").count()).toBeGreaterThan(0);
    expect(await page.locator(".output_html img").count()).toBeGreaterThan(0);
    await expectScreenshot(page, "classic-notebook.png");
  }, 300_000);
});

/** A picture of the whole notebook, and of its outcome table; to be looked at by a person. */
async function expectScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  // The notebook scrolls inside the page: let the window be as tall as it is.
  const height = (await page.evaluate(
    "document.querySelector('#notebook-container').scrollHeight",
  )) as number;
  await page.setViewportSize({ width: 1100, height: Math.min(height + 200, 16_000) });
  await delay(500);
  const path = join(screenshots, name);
  await page.screenshot({ path });
  expect((await stat(path)).size).toBeGreaterThan(50_000);
}

function startServer(home: JupyterHome, port: number): ChildProcess {
  const options = [
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    `--port=${port}`,
    "--NotebookApp.token=",
    "--NotebookApp.password=",
    "--NotebookApp.disable_check_xsrf=True",
  ];
  return spawn(python, ["-m", "notebook", ...options], { cwd: home.folder, env: home.env, stdio: "ignore" });
}

async function untilKernelIsIdle(page: Page): Promise<void> {
  await page.waitForFunction("window.Jupyter?.notebook?.kernel?.is_connected() === true", undefined, {
    timeout: 60_000,
  });
}

async function untilAllCellsRan(page: Page): Promise<void> {
  const done = `
    Jupyter.notebook.get_cells().filter((cell) => cell.cell_type === "code" && cell.get_text().trim() !== "")
      .every((cell) => typeof cell.input_prompt_number === "number") || document.querySelector(".output_error") !== null`;
  await page.waitForFunction(done, undefined, { timeout: 240_000 });
  await delay(500);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, "127.0.0.1", resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return port;
}

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await delay(100);
  }
  throw new Error(`nothing answers at ${url} after 30 s`);
}
