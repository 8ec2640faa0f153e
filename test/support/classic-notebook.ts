import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { chromium } from "playwright-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { projectRoot } from "./jupyter.ts";
import type { JupyterHome } from "./jupyter.ts";
import { notebookOf } from "./notebook-of.ts";
import { startNotebookServer } from "./notebook-server.ts";

const screenshots = join(projectRoot, "test/out");

/** The classic notebook's server and a browser. */
export interface ClassicNotebook {
  /** Opens a notebook of the home's folder; resolves when its kernel is there. */
  open(path: string): Promise<Page>;
  /** Writes a notebook of some cells into the home's folder, and opens it. */
  openCells(name: string, sources: readonly string[]): Promise<Page>;
  close(): Promise<void>;
}

/** Starts them in a Jupyter home, which stays the caller's. */
export async function startClassicNotebook(home: JupyterHome): Promise<ClassicNotebook> {
  const { address, close } = await startNotebookServer(home);
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: browserOptions });
  const open = async (path: string): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1100, height: 1400 } });
    await page.goto(`${address}/notebooks/${path}`);
    await untilKernelIsThere(page);
    return page;
  };
  return {
    open,
    openCells: async (name, sources) => {
      await writeFile(
        join(home.folder, name),
        JSON.stringify(notebookOf(sources, { metadata: { kernelspec } })),
      );
      return await open(name);
    },
    close: async () => {
      await browser.close();
      close();
    },
  };
}

const browserOptions = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-sync",
  "--no-first-run",
];

/** Resolves when the notebook in a page has a kernel. */
export async function untilKernelIsThere(page: Page): Promise<void> {
  await page.waitForFunction("window.Jupyter?.notebook?.kernel?.is_connected() === true", undefined, {
    timeout: 60_000,
  });
}

/** Runs all cells; resolves when each has a number or one has failed. */
export async function runAllCells(page: Page): Promise<void> {
  await page.evaluate("Jupyter.notebook.execute_all_cells()");
  const done = `
    Jupyter.notebook.get_cells().filter((cell) => cell.cell_type === "code" && cell.get_text().trim() !== "")
      .every((cell) => typeof cell.input_prompt_number === "number") || document.querySelector(".output_error") !== null`;
  await page.waitForFunction(done, undefined, { timeout: 240_000 });
  await delay(500);
}

/** Runs code as a further cell of the notebook; gives the text of its result. */
export async function runCell(page: Page, code: string): Promise<string> {
  const program = `new Promise((resolve) => {
    const cell = Jupyter.notebook.insert_cell_at_bottom("code");
    cell.set_text(${JSON.stringify(code)});
    cell.events.on("finished_execute.CodeCell", (_, { cell: one }) => {
      if (one === cell) setTimeout(() => resolve(cell.output_area.outputs.map((output) => output.data?.["text/plain"]).join("")), 100);
    });
    cell.execute();
  })`;
  return (await page.evaluate(program)) as string;
}

/** A picture of the whole notebook, to be looked at by a person; it is `leastBytes` large or more. */
export async function expectScreenshot(page: Page, name: string, leastBytes: number): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  // The notebook scrolls inside the page: let the window be as tall as it is.
  const height = (await page.evaluate(
    "document.querySelector('#notebook-container').scrollHeight",
  )) as number;
  await page.setViewportSize({ width: 1100, height: Math.min(height + 200, 16_000) });
  await delay(500);
  const path = join(screenshots, name);
  await page.screenshot({ path });
  expect((await stat(path)).size).toBeGreaterThan(leastBytes);
}

const kernelspec = { name: "lightnix", display_name: "TypeScript (Lightnix)", language: "typescript" };
