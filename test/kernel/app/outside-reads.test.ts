import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The built kernel, as users start it.
const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "lightnix-reads-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stageCell = (name: string, flags = ""): string => `%%stage ${name} ${flags}
import { readFileSync, writeFileSync } from "node:fs";
export const config = { size: self("size") };
export default async (build: Build) => writeFileSync(build.lens.size.syspath, String(readFileSync("train.csv").length));`;

// The file is made in a cell of its own, and so before anything reads it.
const cells = [
  `import { writeFileSync as write } from "node:fs";\nwrite("train.csv", "1,2");`,
  stageCell("train"),
  `%realize train`,
  stageCell("here", "--open"),
  `%realize here`,
  `%realize train`,
  `write("train.csv", "1,2,3");`,
  `%realize train`,
  `%explain train`,
  `const again = await realize(train);`,
  `%realize here`,
  `import { file } from "lightnix";`,
  `%%stage train
import { readFileSync, writeFileSync } from "node:fs";
import { file } from "lightnix";
export const config = { size: self("size"), train: file({ name: "train.csv", path: "train.csv" }) };
export default async (build: Build) => writeFileSync(build.lens.size.syspath, readFileSync(build.lens.train.file.syspath));`,
  `%realize train`,
];

interface Cell {
  readonly outputs: readonly { readonly output_type: string; readonly name?: string }[];
}

describe("in a notebook, a realizer that reads a file that is not among its inputs", () => {
  let shown: readonly string[];
  let outputs: readonly Cell["outputs"][];

  beforeAll(() => {
    const code = cells.map((source, index) => ({
      cell_type: "code",
      id: `c${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    }));
    const notebook = { cells: code, metadata: {}, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(join(folder, "a.ipynb"), JSON.stringify(notebook));
    const cli = join(root, "dist", "kernel", "app", "cli.js");
    execFileSync(process.execPath, [cli, "run", "a.ipynb", "--output", "b.ipynb"], {
      cwd: folder,
      env: { ...process.env, HOME: folder, LIGHTNIX_ROOT: join(folder, "store") },
      stdio: "pipe",
    });
    const { cells: ran } = JSON.parse(readFileSync(join(folder, "b.ipynb"), "utf8")) as { cells: Cell[] };
    outputs = ran.map((one) => one.outputs);
    shown = outputs.map((one) => JSON.stringify(one));
  });

  it("is told so by %realize, in a process of its own and in the session", () => {
    expect(shown[2]).toContain('\\"train\\" read train.csv, which is not among its inputs');
    expect(shown[4]).toContain('\\"here\\" read train.csv, which is not among its inputs');
  });

  it("is reused without a warning as long as the file is what it was", () => {
    expect(shown[5]).not.toContain("has changed since");
  });

  it("is reused with a warning when the file has changed", () => {
    expect(shown[7]).toContain("was made with train.csv as it was then, which has changed since");
    expect(shown[8]).toContain("was made with train.csv as it was then, which has changed since");
    expect(shown[10]).toContain('\\"here\\" was made with train.csv');
  });

  it("has the warning printed where the result is only waited for", () => {
    expect(outputs[9]).toEqual([expect.objectContaining({ output_type: "stream", name: "stderr" })]);
    expect(shown[9]).toContain('Warning: \\"train\\" was made with train.csv');
  });

  it("is quiet, and right, once it does what the warning says", () => {
    expect(shown[13]).toContain("size  5 B  1,2,3");
    expect(shown[13]).not.toContain("among its inputs");
  });
});
