import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { projectRoot } from "./jupyter.ts";
import type { JupyterHome } from "./jupyter.ts";

const sources = join(projectRoot, "test/support/widgets-extension");

/** Gives the classic notebook of a Jupyter home the front ends of ipywidgets and anywidget, made of their npm packages. */
export async function installWidgets(home: JupyterHome): Promise<void> {
  const folder = join(home.folder, "share/jupyter/nbextensions/lightnix-widgets");
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: ["jupyter-widgets.js", "jupyter-widgets.css"].map((name) => join(sources, name)),
    outdir: folder,
    bundle: true,
    loader: { ".svg": "dataurl", ".png": "dataurl", ".gif": "dataurl" },
    format: "iife",
    globalName: "packages",
    banner: { js: "define([], () => {" },
    // Some of the packages would look for the page's own, and register themselves with that.
    define: { define: "undefined" },
    footer: { js: "return packages; });" },
    logLevel: "warning",
  });
  await copyFile(join(sources, "extension.js"), join(folder, "extension.js"));
  await copyFile(createRequire(import.meta.url).resolve("anywidget"), join(folder, "anywidget.js"));
  const configuration = join(home.folder, "config/nbconfig");
  await mkdir(configuration, { recursive: true });
  const enabled = { load_extensions: { "lightnix-widgets/extension": true } };
  await writeFile(join(configuration, "notebook.json"), JSON.stringify(enabled));
}

/** Resolves when the notebook in a page has loaded that: a person is slower than it in running cells. */
export async function untilWidgetsCanBeDrawn(page: Page): Promise<void> {
  await page.waitForFunction("window.Jupyter.notebook.kernel.widget_manager !== undefined");
}
