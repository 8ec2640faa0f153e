import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, parseDRef } from "../../../core/index.ts";

// The built kernel, as users start it: local modules are loaded by its own loader.
const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "lightnix-closed-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stages = `import { writeFileSync } from "node:fs";
import { self, stage, type Build } from "lightnix";
import { twice } from "./helper.ts";
enum Kind { A = 3 }
export const numbers = stage({
  name: "numbers",
  module: import.meta.url,
  config: { n: 4, out: self("n") },
  realize: (build: Build<{ n: number }>) => writeFileSync(build.path("n"), String(twice(build.config.n) + Kind.A)),
});
`;

const cells = [
  `import { numbers } from "./lib/stages.ts";\nnumbers`,
  `%realize numbers`,
  `const lr: number = 0.5;\nconst made = stage({ name: "made", config: {}, realize: (build: Build) => { build.log(String(lr)); display(lr); } });\nmade`,
  `%%stage where\nexport const config = {};\nexport default async (build: Build) => { console.log(import.meta.url); };`,
  `import { writeFileSync as write } from "node:fs";\nwrite("./lib/helper.ts", "export const twice = (n: number): number => n * 20;");`,
  `%realize numbers`,
];

describe("in a real kernel", () => {
  let shown: readonly string[];

  beforeAll(() => {
    mkdirSync(join(folder, "lib"));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules", "lightnix"));
    writeFileSync(join(folder, "lib", "stages.ts"), stages);
    writeFileSync(join(folder, "lib", "helper.ts"), "export const twice = (n: number): number => n * 2;");
    const code = cells.map((source, index) => ({
      cell_type: "code",
      id: `c${index}`,
      metadata: { tags: ["raises-exception"] },
      execution_count: null,
      outputs: [],
      source,
    }));
    writeFileSync(
      join(folder, "a.ipynb"),
      JSON.stringify({ cells: code, metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    );
    const cli = join(root, "dist", "kernel", "app", "cli.js");
    const env = { ...process.env, HOME: folder, LIGHTNIX_ROOT: join(folder, "store") };
    execFileSync(process.execPath, [cli, "run", "a.ipynb", "--output", "b.ipynb"], {
      cwd: folder,
      env,
      stdio: "pipe",
    });
    const { cells: ran } = JSON.parse(readFileSync(join(folder, "b.ipynb"), "utf8")) as {
      cells: { outputs: unknown[] }[];
    };
    shown = ran.map(({ outputs }) => JSON.stringify(outputs));
  });

  it("a stage that a local module exports is closed, and runs", () => {
    expect(shown[0]).toContain(" · closed");
    expect(shown[1]).toContain("n  2 B  11");
  });

  it("a stage is another one when what its module imports changes", () => {
    expect(shown[5]).toContain("n  2 B  83");
    const store = openStore({ root: join(folder, "store") });
    const drefs = store.derivations().filter((dref) => parseDRef(dref).name === "numbers");
    expect(drefs.map((dref) => store.hasBundle(dref))).toEqual([true, true]);
  });

  it("a stage of an ordinary cell is closed, with names of the kernel and data of cells", () => {
    expect(shown[2]).toContain(" · closed");
  });

  it("a stage cell that asks where it is is refused, and says what to do", () => {
    expect(shown[3]).toContain("--open");
    expect(shown[3]).toContain("which is about the file that it stands in");
  });
});
