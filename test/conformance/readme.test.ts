import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJupyterHome, projectRoot, runIn } from "../support/jupyter.ts";
import type { JupyterHome } from "../support/jupyter.ts";

describe("the README", () => {
  let home: JupyterHome;
  beforeAll(async () => {
    home = await createJupyterHome();
  });
  afterAll(() => home.remove());

  it("has a tour whose cells run as they stand", async () => {
    const folder = await mkdtemp(join(home.folder, "readme-"));
    const notebook = join(folder, "readme.ipynb");
    const cells = await tourCells();
    expect(cells.length).toBeGreaterThanOrEqual(4);
    await writeFile(
      notebook,
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: cells.map(asCell) }),
    );
    const executed = join(folder, "executed.ipynb");
    const cli = join(projectRoot, "dist/kernel/app/cli.js");
    await runIn(home, {
      command: process.execPath,
      args: [cli, "run", notebook, "--output", executed],
      cwd: folder,
    });
    const text = await readFile(executed, "utf8");
    expect(text).toContain("5 outcomes, 1 chosen");
    await rm(folder, { recursive: true });
  });

  it("shows a picture that is there", async () => {
    const picture =
      /!\[[^\]]*\]\(([^)]+)\)/u.exec(await readFile(join(projectRoot, "README.md"), "utf8"))?.[1] ?? "";
    expect((await readFile(join(projectRoot, picture))).subarray(1, 4).toString()).toBe("PNG");
  });
});

/** The TypeScript examples of the tour, each a cell; lines of magics and of plain code make cells of their own. */
async function tourCells(): Promise<string[]> {
  const readme = await readFile(join(projectRoot, "README.md"), "utf8");
  const tour = readme.slice(readme.indexOf("## Five-minute tour"), readme.indexOf("## How it compares"));
  return [...tour.matchAll(/^```ts\n([^]*?)^```$/gmu)].map(([, code = ""]) => code);
}

function asCell(source: string, index: number): object {
  return { cell_type: "code", id: `cell-${index}`, metadata: {}, execution_count: null, outputs: [], source };
}
