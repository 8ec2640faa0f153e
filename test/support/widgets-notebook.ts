import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { startClassicNotebook } from "./classic-notebook.ts";
import type { ClassicNotebook } from "./classic-notebook.ts";
import { installWidgets, untilWidgetsCanBeDrawn } from "./install-widgets.ts";
import { createJupyterHome } from "./jupyter.ts";
import type { JupyterHome } from "./jupyter.ts";

/** A classic notebook whose pages draw widgets. */
export interface WidgetsNotebook {
  /** The folder that its notebooks lie in. */
  readonly folder: string;
  /** Opens a notebook of these cells; resolves when a page can draw widgets. Nothing has run. */
  openCells(name: string, cells: readonly string[]): Promise<Page>;
}

/** Starts one before all tests of a suite, and ends it after them. */
export function useWidgetsNotebook(): WidgetsNotebook {
  let home: JupyterHome | undefined;
  let notebook: ClassicNotebook | undefined;
  beforeAll(async () => {
    home = await createJupyterHome();
    await installWidgets(home);
    notebook = await startClassicNotebook(home);
  });
  afterAll(async () => {
    await notebook?.close();
    await home?.remove();
  });
  return {
    get folder() {
      if (home === undefined) throw new TypeError("The suite has not begun");
      return home.folder;
    },
    async openCells(name, cells) {
      if (notebook === undefined) throw new TypeError("The suite has not begun");
      const page = await notebook.openCells(name, cells);
      await untilWidgetsCanBeDrawn(page);
      return page;
    },
  };
}
