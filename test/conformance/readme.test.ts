import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flagOf, isFlag } from "../../magics/argument-specs.ts";
import { builtinMagics } from "../../magics/builtin.ts";
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

  it("names every command and magic with all their flags", async () => {
    const readme = await readFile(join(projectRoot, "README.md"), "utf8");
    const reference = readme.slice(readme.indexOf("## Reference"));
    const rows = reference.split("\n").filter((line) => line.startsWith("| `"));
    const missing: string[] = [];
    for (const { name, kind, args } of builtinMagics.all()) {
      const typed = `${kind === "cell" ? "%%" : "%"}${name}`;
      const row = rows.find((line) => new RegExp(`\`${typed}[ \`?]`, "u").test(line)) ?? "";
      const flags = Object.entries(args).flatMap(([flag, spec]) => (isFlag(spec) ? [flagOf(flag)] : []));
      missing.push(...(row === "" ? [typed] : absent(flags, row).map((flag) => `${typed} ${flag}`)));
    }
    const help = await lightnix(home, "--help");
    for (const [, command = ""] of help.matchAll(/^ {2}([a-z]+) +/gmu)) {
      const row = rows.find((line) => new RegExp(`^\\|.*\`${command}[ \`].*\\| \`--`, "u").test(line)) ?? "";
      const flags = [...(await lightnix(home, command, "--help")).matchAll(/^ {2}.{4}(--[a-z-]+)/gmu)];
      missing.push(
        ...absent(["", ...flags.map(([, flag = ""]) => flag)], row).map((flag) => `${command} ${flag}`),
      );
    }
    expect(missing).toEqual([]);
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
  const tour = readme.slice(readme.indexOf("## Five-minute tour"), readme.indexOf("## More"));
  return [...tour.matchAll(/^```ts\n([^]*?)^```$/gmu)].map(([, code = ""]) => code);
}

/** Which of the words a row does not have. */
function absent(words: readonly string[], row: string): string[] {
  return words.filter((word) => row === "" || !new RegExp(`${word}(?![a-z-])`, "u").test(row));
}

async function lightnix(home: JupyterHome, ...args: readonly string[]): Promise<string> {
  const cli = join(projectRoot, "dist/kernel/app/cli.js");
  return (await runIn(home, { command: process.execPath, args: [cli, ...args], cwd: home.folder })).stdout;
}

function asCell(source: string, index: number): object {
  return { cell_type: "code", id: `cell-${index}`, metadata: {}, execution_count: null, outputs: [], source };
}
