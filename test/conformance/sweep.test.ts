import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJupyterHome, projectRoot, runIn } from "../support/jupyter.ts";
import type { JupyterHome } from "../support/jupyter.ts";

const model = `%%stage model
import { writeFile } from "node:fs/promises";
export const config = { lr: 0.1, depth: 2, metrics: self("metrics.json") };
export const matcher = best("metrics.json", { key: "accuracy" });
export default async (build: Build) => {
  const { lr, depth } = build.config;
  await writeFile(build.lens.metrics.syspath, JSON.stringify({ accuracy: 1 - lr - depth / 100, loss: [3, 2, lr] }));
};`;

// The value of a cell is checked by TypeScript before it runs: a misspelt field would stop it.
const winner = `%%stage report
import { writeFile } from "node:fs/promises";
export const config = { model: grid.winner(best("metrics.json", { key: "accuracy" })), text: self("report.txt") };
export default async (build: Build) => {
  const { accuracy } = build.lens.model.winner.metrics.json as { accuracy: number };
  await writeFile(build.lens.text.syspath, \`\${accuracy} at \${build.lens.model.winner.lr.val.toFixed(2)}\`);
};`;

describe("a sweep in a notebook", () => {
  let home: JupyterHome;
  beforeAll(async () => {
    home = await createJupyterHome();
  });
  afterAll(() => home.remove());

  it("of nine points builds nine, and three more when there is one more value; a stage goes on from the winner", async () => {
    const first = await execute([model, "%sweep model --grid lr=0.1,0.2,0.3 depth=2,4,8 --plot lr accuracy"]);
    expect(first).toContain("9 outcomes of 9 configs that differ in lr, depth");
    expect(first).toContain("plot of accuracy over lr: 9 points");
    expect(await countRealizations("model")).toBe(9);
    const second = await execute([
      model,
      "%sweep model --grid lr=0.1,0.2,0.3,0.4 depth=2,4,8 --as grid",
      "grid.points[0]?.stage.config.lr.toFixed(1)",
      winner,
      "%realize report\n%lens report.text",
      "await grid.pick(best('metrics.json', { key: 'accuracy' })).then(({ point }) => JSON.stringify(point.values))",
      "%outcomes grid --group depth",
    ]);
    expect(second).toContain("built 3, reused 9");
    expect(await countRealizations("model")).toBe(12);
    expect(second).toContain("0.88 at 0.10");
    expect(second).toContain('{"lr":0.1,"depth":2}');
    expect(second).toContain("12 outcomes in 3 groups by depth");
  }, 120_000);

  /** Runs cells in a kernel of their own, and gives what they put out as text. */
  async function execute(cells: readonly string[]): Promise<string> {
    const folder = await mkdtemp(join(home.folder, "sweep-"));
    const [notebook, executed] = [join(folder, "sweep.ipynb"), join(folder, "executed.ipynb")];
    await writeFile(
      notebook,
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: cells.map(asCell) }),
    );
    const cli = join(projectRoot, "dist/kernel/app/cli.js");
    const args = [cli, "run", notebook, "--output", executed];
    await runIn(home, { command: process.execPath, args, cwd: folder });
    const { cells: done } = JSON.parse(await readFile(executed, "utf8")) as { cells: readonly Cell[] };
    return done
      .flatMap(({ outputs }) => outputs.map(({ data }) => [data?.["text/plain"]].flat().join("")))
      .join("\n");
  }

  async function countRealizations(name: string): Promise<number> {
    const objects = join(home.store, "store-v1");
    const folders = (await readdir(objects)).filter((one) => one.endsWith(`-${name}`));
    const inside = await Promise.all(folders.map((folder) => readdir(join(objects, folder))));
    return inside.flat().filter((one) => /^[0-9a-f]{32}$/u.test(one)).length;
  }
});

interface Cell {
  readonly outputs: readonly { readonly data?: Readonly<Record<string, string | readonly string[]>> }[];
}

function asCell(source: string, index: number): object {
  return { cell_type: "code", id: `cell-${index}`, metadata: {}, execution_count: null, outputs: [], source };
}
