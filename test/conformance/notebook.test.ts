import { cp, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJupyterHome, projectRoot, python, runIn, runPython } from "../support/jupyter.ts";
import type { JupyterHome } from "../support/jupyter.ts";

interface Output {
  readonly output_type: string;
  readonly text?: string | string[];
  readonly data?: Record<string, string | string[]>;
}
interface Cell {
  readonly id?: string;
  readonly cell_type: string;
  readonly source: string | string[];
  readonly outputs?: readonly Output[];
}

// One home and one store for all, in order: what the first test builds, the later ones find.
describe("the quickstart notebook", () => {
  let home: JupyterHome;
  let folder: string;
  beforeAll(async () => {
    home = await createJupyterHome();
    folder = join(home.folder, "notebooks");
    await cp(join(projectRoot, "notebooks"), folder, {
      recursive: true,
      filter: (path) => !path.includes(join("notebooks", "out")),
    });
  });
  afterAll(() => home.remove());

  const nbclient = (result: string, name = "quickstart.ipynb") => String.raw`
import nbformat
from nbclient import NotebookClient
notebook = nbformat.read("${name}", as_version=4)
NotebookClient(notebook, timeout=300, kernel_name="lightnix", resources={"metadata": {"path": "."}}).execute()
nbformat.validate(notebook)
nbformat.write(notebook, "${result}")
`;

  it("is executed by nbclient: every stage is built, and what was shown is in the document", async () => {
    await runPython(home, nbclient("first.ipynb"), { cwd: folder });
    const cells = await readCells(join(folder, "first.ipynb"));
    const outcomes = cells.find(({ source }) => joined(source).startsWith("%outcomes"));
    expect(htmlOf(outcomes)).toMatch(/<table/u);
    expect(htmlOf(outcomes)).toMatch(/accuracy/u);
    const realized = cells.find(({ source }) => joined(source).startsWith("%realize classifier"));
    // One display, updated in place, that ends as the result.
    expect(realized?.outputs?.filter(({ output_type }) => output_type === "display_data")).toHaveLength(1);
    expect(cells.flatMap(({ outputs }) => outputs ?? []).filter((o) => o.output_type === "error")).toEqual(
      [],
    );
  }, 300_000);

  it("builds nothing when all cells run again in a new kernel", async () => {
    const before = await realizations(home.store);
    expect(before.length).toBeGreaterThanOrEqual(6);
    await runPython(home, nbclient("second.ipynb"), { cwd: folder });
    expect(await realizations(home.store)).toEqual(before);
  }, 300_000);

  it("is followed by the notebook of experiments, which builds nothing the second time either", async () => {
    await runPython(home, nbclient("experiments-1.ipynb", "experiments.ipynb"), { cwd: folder });
    const cells = await readCells(join(folder, "experiments-1.ipynb"));
    const shown = (id: string) => htmlOf(cells.find((cell) => cell.id === id));
    expect(shown("grid")).toMatch(/11 outcomes of 9 configs that differ in lr, depth/u);
    expect(shown("map-shown")).toContain("data:image/svg+xml");
    expect(shown("note-resume")).toContain("by hand");
    const before = await realizations(home.store);
    await runPython(home, nbclient("experiments-2.ipynb", "experiments.ipynb"), { cwd: folder });
    expect(await realizations(home.store)).toEqual(before);
  }, 300_000);

  it("has Python programs train, which are not even started the second time", async () => {
    await runPython(home, nbclient("python-1.ipynb", "python.ipynb"), { cwd: folder });
    const cells = await readCells(join(folder, "python-1.ipynb"));
    const shown = (id: string) => htmlOf(cells.find((cell) => cell.id === id));
    expect(shown("realize")).toContain("3 outcomes, 1 chosen by");
    expect(shown("sweep")).toMatch(/6 outcomes of 6 configs that differ in hidden, lr/u);
    const before = await realizations(home.store);
    const withoutPython = String.raw`
import os
os.makedirs("bin")
open("bin/python3", "w").write("#!/bin/sh\nexit 7\n")
os.chmod("bin/python3", 0o755)
os.environ["PATH"] = os.path.abspath("bin") + os.pathsep + os.environ["PATH"]
`;
    await runPython(home, withoutPython + nbclient("python-2.ipynb", "python.ipynb"), { cwd: folder });
    expect(await realizations(home.store)).toEqual(before);
  }, 300_000);

  it("becomes a page by nbconvert --execute", async () => {
    const before = await realizations(home.store);
    const args = [
      "-m",
      "nbconvert",
      "--to",
      "html",
      "--execute",
      "--output",
      "page.html",
      "quickstart.ipynb",
    ];
    await runIn(home, { command: python, args, cwd: folder });
    const page = await readFile(join(folder, "page.html"), "utf8");
    expect(page).toContain("accuracy");
    expect(page).toContain("data:image/png;base64,");
    expect(await realizations(home.store)).toEqual(before);
  }, 300_000);
});

/** Every realization in a store with the time that it was built, straight from the disk. */
async function realizations(store: string): Promise<string[]> {
  const found: string[] = [];
  const root = join(store, "store-v1");
  for (const derivation of await readdir(root, { withFileTypes: true })) {
    if (!derivation.isDirectory()) continue;
    for (const entry of await readdir(join(root, derivation.name), { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const record = await readFile(join(root, derivation.name, entry.name, "__build__.json"), "utf8");
      found.push(`${derivation.name}/${entry.name} ${record}`);
    }
  }
  return found.sort();
}

async function readCells(path: string): Promise<Cell[]> {
  return (JSON.parse(await readFile(path, "utf8")) as { cells: Cell[] }).cells;
}

function htmlOf(cell: Cell | undefined): string {
  return (cell?.outputs ?? []).map(({ data }) => joined(data?.["text/html"] ?? "")).join("\n");
}

function joined(text: string | string[]): string {
  return typeof text === "string" ? text : text.join("");
}
