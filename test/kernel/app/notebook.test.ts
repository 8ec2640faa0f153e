import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readNotebook, writeNotebook, type Notebook } from "../../../kernel/app/notebook.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-notebook-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("writeNotebook()", () => {
  it("writes texts in lines as Jupyter does, and pictures and JSON as they are", async () => {
    const data = {
      "text/plain": "a\nb",
      "image/png": "AA\nBB",
      "image/svg+xml": "<svg>\n</svg>",
      "application/json": { a: "x\ny" },
    };
    const notebook: Notebook = {
      cells: [
        {
          cell_type: "code",
          id: "one",
          source: "a\n\nb\n",
          metadata: { tags: ["kept"] },
          execution_count: 1,
          outputs: [
            { output_type: "stream", name: "stdout", text: "" },
            { output_type: "display_data", data, metadata: {} },
          ],
        },
      ],
      metadata: { kept: true },
      nbformat: 4,
      nbformat_minor: 5,
    };
    const path = join(folder, "new", "a.ipynb");
    await writeNotebook(path, notebook);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
      cells: [
        {
          cell_type: "code",
          id: "one",
          source: ["a\n", "\n", "b\n"],
          metadata: { tags: ["kept"] },
          execution_count: 1,
          outputs: [
            { output_type: "stream", name: "stdout", text: [] },
            {
              output_type: "display_data",
              data: { ...data, "text/plain": ["a\n", "b"], "image/svg+xml": ["<svg>\n", "</svg>"] },
              metadata: {},
            },
          ],
        },
      ],
      metadata: { kept: true },
      nbformat: 4,
      nbformat_minor: 5,
    });
    expect(await readdir(join(folder, "new"))).toEqual(["a.ipynb"]);
  });
});

describe("readNotebook()", () => {
  it.each([
    ["not JSON", "{"],
    ["an older format", '{"nbformat":3,"metadata":{},"worksheets":[]}'],
    ["no notebook", "[]"],
    ["a cell without source", '{"nbformat":4,"metadata":{},"cells":[{"cell_type":"code","metadata":{}}]}'],
  ])("refuses %s by name", async (_, text) => {
    const path = join(folder, "bad.ipynb");
    await writeFile(path, text);
    await expect(readNotebook(path)).rejects.toMatchObject({
      code: "unreadable-notebook",
      message: expect.stringContaining(`Cannot read the notebook "${path}": `),
    });
  });

  it("says that there is no such file", async () => {
    await expect(readNotebook(join(folder, "none.ipynb"))).rejects.toMatchObject({
      code: "unreadable-notebook",
    });
  });
});
