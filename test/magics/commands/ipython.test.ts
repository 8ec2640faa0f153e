import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { prepareCell } from "../../../magics/parse.ts";
import { typescriptView } from "../../../magics/typescript.ts";
import { options } from "../support/cells.ts";
import { Notebook } from "../support/notebook.ts";

afterEach(() => void vi.unstubAllEnvs());

const printed = async (notebook: Notebook, cell: string): Promise<string> =>
  (await notebook.run(cell)).stdout.join("");

describe("%history", () => {
  it("shows what was run, with the numbers of the cells", async () => {
    using notebook = new Notebook();
    await notebook.run("const a = 1;\nconst b = 2;\n");
    await notebook.run("a + b");
    expect(await printed(notebook, "%history")).toBe(
      "[1] const a = 1;\n    const b = 2;\n[2] a + b\n[3] %history\n",
    );
    expect(await printed(notebook, "%history 2")).toBe("[3] %history\n[4] %history 2\n");
    await expect(notebook.run("%history many")).rejects.toThrow(
      'Cannot show the history of "many" cells: it is no whole number',
    );
  });
});

describe("%env", () => {
  it("shows variables, but no secrets among all of them, and sets them", async () => {
    using notebook = new Notebook();
    vi.stubEnv("LIGHTNIX_TEST_API_KEY", "abc");
    vi.stubEnv("LIGHTNIX_TEST", "before");
    const all = await printed(notebook, "%env");
    expect(all).toContain("LIGHTNIX_TEST=before\nLIGHTNIX_TEST_API_KEY=<hidden>\n");
    expect(await printed(notebook, "%env LIGHTNIX_TEST_API_KEY")).toBe("LIGHTNIX_TEST_API_KEY=abc\n");
    for (const cell of ["%env LIGHTNIX_TEST=a = b", "%env LIGHTNIX_TEST a = b"])
      expect(await printed(notebook, cell)).toBe("LIGHTNIX_TEST=a = b\n");
    expect(process.env["LIGHTNIX_TEST"]).toBe("a = b");
    expect(await printed(notebook, "%env LIGHTNIX_TEST=")).toBe("LIGHTNIX_TEST=\n");
  });

  it("says that there is no such variable, and which is meant", async () => {
    using notebook = new Notebook();
    vi.stubEnv("LIGHTNIX_TEST_VARIABLE", "");
    await expect(notebook.run("%env LIGHTNIX_TEST_VARIABEL")).rejects.toThrow(
      'Cannot show "LIGHTNIX_TEST_VARIABEL": there is no such variable. Did you mean "LIGHTNIX_TEST_VARIABLE"?',
    );
    await expect(notebook.run("%env =x")).rejects.toThrow(
      'Cannot set "=x": a variable is set by %env NAME=value',
    );
  });
});

describe("%cd and %pwd", () => {
  it("say and change where relative paths and commands begin", async () => {
    using notebook = new Notebook();
    const { folder } = notebook;
    mkdirSync(join(folder, "a folder"));
    expect(await printed(notebook, "%pwd")).toBe(`${folder}\n`);
    for (const typed of ["a folder", '"a folder"']) {
      expect(await printed(notebook, `%cd ${typed}`)).toBe(`${join(folder, "a folder")}\n`);
      expect(await printed(notebook, "%sh pwd")).toContain("a folder\n");
      expect(await printed(notebook, "%cd")).toBe(`${folder}\n`);
    }
    expect(await printed(notebook, "%cd ~")).toBe(`${homedir()}\n`);
  });

  it("name a folder that is not there", async () => {
    using notebook = new Notebook();
    writeFileSync(join(notebook.folder, "file"), "");
    const cannot = `Cannot change the folder to "${notebook.folder}`;
    await expect(notebook.run("%cd none")).rejects.toThrow(`${cannot}/none": there is no such folder`);
    await expect(notebook.run("%cd file")).rejects.toThrow(`${cannot}/file": it is no folder`);
  });
});

describe("%%writefile", () => {
  it("writes what stands below it, or appends it", async () => {
    using notebook = new Notebook();
    const { folder } = notebook;
    expect(await printed(notebook, "%%writefile notes.md\n# One\n\ntwo\n")).toBe(
      "Wrote notes.md (3 lines)\n",
    );
    expect(await printed(notebook, "%%writefile notes.md --append\nthree")).toBe(
      "Appended to notes.md (1 line)\n",
    );
    expect(readFileSync(join(folder, "notes.md"), "utf8")).toBe("# One\n\ntwo\nthree\n");
    await expect(notebook.run("%%writefile none/notes.md\nx")).rejects.toThrow(
      'Cannot write "none/notes.md": ENOENT',
    );
  });
});

describe("%%module", () => {
  it("writes a module on the lines of the cell, and again only when it has changed", async () => {
    using notebook = new Notebook();
    const path = join(notebook.folder, "lib", "shapes.ts");
    const cell = "%%module lib/shapes\nexport const area = 3;\nexport default 4;\n";
    expect(await printed(notebook, cell)).toBe(
      './lib/shapes.ts is there: import it, { area } from "./lib/shapes.ts"\n',
    );
    expect(readFileSync(path, "utf8")).toBe(
      "/** @module lib/shapes */\nexport const area = 3;\nexport default 4;\n",
    );
    await notebook.run(cell.replace("3", "5"));
    expect(readFileSync(path, "utf8")).toContain("area = 5");
  });

  it("may be said as tslab says it", async () => {
    using notebook = new Notebook();
    const cell = "\n/** @module shapes */\nexport const area = 3;";
    await notebook.run(cell);
    expect(readFileSync(join(notebook.folder, "shapes.ts"), "utf8")).toBe(
      "/** @module shapes */\n\nexport const area = 3;\n",
    );
    const { text, scope } = typescriptView(cell, options);
    expect([text, scope]).toEqual([
      `\n${" ".repeat("/** @module shapes */".length)}\nexport const area = 3;`,
      "module",
    ]);
    await notebook.run("/**\n * @module forms\n */\nexport const area = 3;");
    expect(readFileSync(join(notebook.folder, "forms.ts"), "utf8")).toBe(
      "/** @module forms */\n\n\nexport const area = 3;\n",
    );
    expect(prepareCell("const a = 1; /** @module shapes */", options).kind).toBe("code");
  });

  it("replaces no file that no cell wrote, and takes no path out of the folder", async () => {
    using notebook = new Notebook();
    writeFileSync(join(notebook.folder, "mine.ts"), "export {};");
    await expect(notebook.run("%%module mine\nexport const a = 1;")).rejects.toThrow(
      'Cannot write the module "mine": there is a file "mine.ts" that no cell wrote. Choose another name, or remove it',
    );
    for (const name of ["../mine", "/tmp/mine", "lib/../../mine", "mine.js"])
      await expect(notebook.run(`%%module ${name}\nexport const a = 1;`)).rejects.toThrow(
        `Cannot write the module "${name}": a name is a word, or a path into the notebook's folder such as lib/model`,
      );
    await expect(notebook.run("%%module broken\nexport const a = ;")).rejects.toThrow("Cannot read the code");
  });
});

describe("%timeit", () => {
  it("tells how long an expression takes on average, of many evaluations", async () => {
    using notebook = new Notebook();
    await notebook.run("const counted = { n: 0 };\nconst count = () => { counted.n += 1; };");
    const told = await printed(notebook, "%timeit count() --runs 3 --loops 50");
    expect(told).toMatch(
      /^[\d.]+ (?:ns|µs|ms) ± [\d.]+ (?:ns|µs|ms) a loop \(mean ± standard deviation of 3 runs of 50 loops, the fastest [\d.]+ (?:ns|µs|ms)\)\n$/u,
    );
    expect(notebook.value("counted")).toEqual({ n: 150 });
  });

  it("waits for what awaits", async () => {
    using notebook = new Notebook();
    const cell = "%timeit await new Promise((resolve) => setTimeout(resolve, 20)) --runs 2 --loops 2";
    const ms = Number(/^[\d.]+(?= ms)/u.exec(await printed(notebook, cell))?.[0]);
    expect(ms).toBeGreaterThan(15);
  });

  it("times a whole cell, whose declarations are its own", async () => {
    using notebook = new Notebook();
    await notebook.run("const counted = { n: 0 };");
    const cell = "%%timeit --runs 2 --loops 5\nconst once = 1;\ncounted.n += once;";
    expect(await printed(notebook, cell)).toContain("of 2 runs of 5 loops");
    expect(notebook.value("counted")).toEqual({ n: 10 });
    expect(notebook.value("once")).toBeUndefined();
    await expect(notebook.run("%%timeit\nimport x from 'y';")).rejects.toThrow(
      'Cannot time "import": what is timed is evaluated again and again. Import in a cell above it',
    );
  });
});

describe("a magic of IPython that is none here", () => {
  it.each([
    ["%matplotlib inline", "Charts and tables are shown as what they are, without any setting"],
    [
      "%load_ext autoreload",
      "Local modules are loaded anew when they have changed, always. Leave the line out",
    ],
    ["%pip install x", "Packages come by %npm install name"],
    ["%run x.ts", 'A module is run by await import("./file.ts")'],
    ["%%bash\nls", "It is %%sh"],
    ["%rerun 3", "In[3] is the text of cell [3]"],
  ])("%s is answered with what does its work", async (cell, advice) => {
    using notebook = new Notebook();
    await expect(notebook.run(cell)).rejects.toThrow(advice);
  });
});
