import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Notebook } from "../../../../kernel/app/notebook.ts";
import { projectRoot } from "../../../support/jupyter.ts";
import { notebookOf } from "../../../support/notebook-of.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-parameters-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly exitCode: number;
  readonly printed: string;
  readonly notebook: Notebook | undefined;
}

/** Runs a notebook by the built command line, whose first cell has a tag. */
async function run(tag: string, cells: readonly string[], ...args: readonly string[]): Promise<Ran> {
  await writeFile(join(folder, "a.ipynb"), JSON.stringify(notebookOf(cells, { tags: [tag] })));
  const cli = join(projectRoot, "dist/kernel/app/cli.js");
  const env = { ...process.env, HOME: folder, LIGHTNIX_ROOT: join(folder, "store") };
  const [exitCode, printed] = await new Promise<[number, string]>((resolve) => {
    execFile(process.execPath, [cli, "run", "a.ipynb", ...args], { cwd: folder, env }, (error, out, err) => {
      resolve([error === null ? 0 : Number(error.code), out + err]);
    });
  });
  const written = await readFile(join(folder, "a.out.ipynb"), "utf8").catch(() => undefined);
  const notebook = written === undefined ? undefined : (JSON.parse(written) as Notebook);
  return { exitCode, printed, notebook };
}

const defaults = `type Optimizer = "adam" | "sgd";
let lr = 0.1;
const layers = [64];
const optimizer: Optimizer = "adam";`;

describe("lightnix run -p", () => {
  it("runs the notebook with these values, and writes down which", async () => {
    const use = "`${lr} ${layers} ${optimizer}`";
    const args = ["-p", "lr=0.5", "-p", "optimizer", "sgd", "-y", '{"layers":[1,2]}'];
    const { exitCode, printed, notebook } = await run("parameters", [defaults, use], ...args);
    expect({ exitCode, printed }).toMatchObject({ exitCode: 0 });
    expect(notebook?.cells[1]).toMatchObject({ metadata: { tags: ["injected-parameters"] } });
    expect(notebook?.cells[2]?.outputs).toMatchObject([{ data: { "text/plain": ["'0.5 1,2 sgd'"] } }]);
    expect(notebook?.metadata["lightnix"]).toEqual({
      parameters: { lr: 0.5, layers: [1, 2], optimizer: "sgd" },
    });
  });

  it("runs what papermill makes of parameters for C#, which reads alike", async () => {
    const injected = '// Parameters\nvar lr = 0.5;\nvar name = "two";\nvar isQuick = true;\n';
    const cells = [
      'const lr = 0.1;\nlet name = "one";\nconst isQuick = false;',
      injected,
      "[lr, name, isQuick].join()",
    ];
    const { exitCode, notebook } = await run("parameters", cells);
    expect(exitCode).toBe(0);
    expect(notebook?.cells[2]?.outputs).toMatchObject([{ data: { "text/plain": ["'0.5,two,true'"] } }]);
  });

  it.each([
    ["lr=fast", "Type 'string' is not assignable to type 'number'"],
    ["layers=[1,null]", "Type 'null' is not assignable to type 'number'"],
    ["optimizer=adagrad", `Type '"adagrad"' is not assignable to type 'Optimizer'`],
  ])("says where %s is of another type", async (assignment, message) => {
    const { exitCode, printed } = await run("parameters", [defaults, "1"], "-p", assignment);
    expect(exitCode).toBe(1);
    expect(printed).toContain(message);
    expect(printed).toContain("[2]:2:");
  });

  it("runs nothing when a name is unknown", async () => {
    const { exitCode, printed, notebook } = await run("parameters", [defaults], "-p", "lrr=1");
    expect({ exitCode, printed, notebook }).toEqual({
      exitCode: 1,
      printed:
        'Cannot set the parameter "lrr": the cell tagged "parameters" declares lr, layers, optimizer\n',
      notebook: undefined,
    });
  });

  it("says that a notebook has no tagged cell, and declares the values", async () => {
    const { exitCode, printed, notebook } = await run("other", ["lr * 2"], "-p", "lr=2");
    expect(exitCode).toBe(0);
    expect(printed).toContain('No cell is tagged "parameters"');
    expect(printed).toMatch(/\nran 2 cells in .* m?s: a\.out\.ipynb\n$/u);
    expect(notebook?.cells[1]?.outputs).toMatchObject([{ data: { "text/plain": ["4"] } }]);
  });
});
