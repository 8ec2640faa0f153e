import { describe, expect, it } from "vitest";
import { sourceIdentity } from "../../../core/stage/source.ts";
import { moduleSource } from "../../../core/stage/module-source.ts";
import { freshFolder } from "../fresh-store.ts";
import { packageFiles, project, type Project } from "./project.ts";

const files = {
  "stages.mjs": `import { stage } from "lightnix";
import { writeFile } from "node:fs/promises";
import five from "five";
import { twice } from "./lib/helper.mjs";
const SCALE = { by: 3 };
const add = (a, b) => a + b;
export const train = stage({
  name: "train",
  module: import.meta.url,
  config: {},
  realize: async (build) => {
    await writeFile(build.path("out"), String(add(twice(SCALE.by), five)));
  },
});
export const other = stage({ name: "other", config: {}, realize: () => {} });
`,
  "lib/helper.mjs": `import { two } from "./two.mjs";
import { readFileSync } from "node:fs";
export function twice(n) {
  return n * two;
}
export const unused = () => readFileSync("x");
`,
  "lib/two.mjs": `export const two = 2;\nexport const three = 3;\n`,
  ...packageFiles("five", "1.0.0"),
};

describe("a stage with `module`", () => {
  it("counts what its realizer reaches, in its module, in local modules and of packages", () => {
    expect(Object.keys(identity(project(files)).uses ?? {}).sort()).toEqual([
      "SCALE",
      "add",
      "file:lib/helper.mjs",
      "file:lib/two.mjs",
      "five",
      "package:five",
      "twice",
      "writeFile",
    ]);
  });

  it("has the same identity in another folder", () => {
    expect(identity(project(files))).toEqual(identity(project(files, `${freshFolder()}/home/somebody else`)));
  });

  it.each([
    ["its realizer", "stages.mjs", `"out"`, `"result"`],
    ["a function of its module", "stages.mjs", "a + b", "a - b"],
    ["plain data of its module", "stages.mjs", "by: 3", "by: 4"],
    ["a helper", "lib/helper.mjs", "n * two", "n + two"],
    ["what a helper imports, two imports away", "lib/two.mjs", "two = 2", "two = 22"],
    ["the version of a package", "node_modules/five/package.json", "1.0.0", "1.0.1"],
  ] as const)("is another one when %s changes", (_, file, from, to) => {
    expect(identity(edited(file, from, to))).not.toEqual(identity(project(files)));
  });

  it.each([
    ["comments", "stages.mjs", "const add", "// adds\nconst add"],
    ["layout", "lib/helper.mjs", "  return n * two;", "return (\n n*two\n )"],
    ["another stage of the module", "stages.mjs", `name: "other"`, `name: "another"`],
    ["what nobody reaches in a helper", "lib/helper.mjs", `readFileSync("x")`, `readFileSync("y")`],
    ["what nobody reaches two imports away", "lib/two.mjs", "three = 3", "three = 4"],
    ["the module's name of what it does not use", "lib/helper.mjs", "unused", "other"],
  ] as const)("is the same one when %s change", (_, file, from, to) => {
    expect(identity(edited(file, from, to))).toEqual(identity(project(files)));
  });

  it("counts statements that change what its realizer uses, and no others", () => {
    const withLine = (line: string): Project =>
      edited("stages.mjs", "const add", `let table;\n${line}\nconst add`, ["twice(SCALE.by)", "table"]);
    const [one, two, three] = [
      withLine("table = 1;"),
      withLine("table = 2;"),
      withLine("table = 1; console.log(2);"),
    ];
    expect(identity(one)).not.toEqual(identity(two));
    expect(identity(one)).toEqual(identity(three));
  });

  it("counts a module's statements for their effect, once something of it is reached", () => {
    const one = edited("lib/helper.mjs", "export function", "globalThis.x = 1;\nexport function");
    expect(identity(one)).not.toEqual(identity(project(files)));
  });
});

describe("a stage with `module` is refused, and says what to do,", () => {
  it.each([
    [
      "when it closes over a parameter",
      { "stages.mjs": `const make = (lr) => stage({ name: "train", realize: () => lr });` },
      `Cannot close the stage "train": its realizer uses "lr", which is a parameter of the function around it. What to do: put it into config and read build.config.lr, or declare it at the top level of the module. Without \`module\`, the stage is open: it can be realized in this process only`,
    ],
    [
      "when it closes over a variable of a function",
      {
        "stages.mjs": `function make() { const db = open(); return stage({ name: "train", realize: () => db }); }`,
      },
      `its realizer uses "db", which is a variable of the function or block around it`,
    ],
    [
      "when it closes over a function within a function",
      {
        "stages.mjs": `function make() { function f() {} return stage({ name: "train", realize: () => f() }); }`,
      },
      `its realizer uses "f", which is declared inside of the function around it`,
    ],
    [
      "when it uses another stage",
      {
        "stages.mjs": `import { stage } from "lightnix"; const digits = stage({ name: "digits", module: import.meta.url }); stage({ name: "train", realize: () => digits });`,
      },
      `its realizer uses "digits", which is a stage. What to do: put it into config and read build.lens.digits`,
    ],
    [
      "when others assign to what it uses",
      {
        "stages.mjs": `let model; export function load() { model = 1; } stage({ name: "train", realize: () => model });`,
      },
      `its realizer uses "model", which is a variable that "load" assigns to. What to do: make it a const`,
    ],
    [
      "when it imports what is not there",
      { "stages.mjs": `import x from "./gone.mjs"; stage({ name: "train", realize: () => x });` },
      `it uses "./gone.mjs", which is a module that cannot be found. What to do: install it, or correct the path`,
    ],
    [
      "when it imports what only the run will know",
      { "stages.mjs": `stage({ name: "train", realize: (build) => import(build.config.name) });` },
      `it uses "import(build.config.name)", which is an import of what only the run will know`,
    ],
    [
      "when it asks where its file is",
      { "stages.mjs": `stage({ name: "train", realize: () => import.meta.url });` },
      `it uses "import.meta", which is about the file that it stands in`,
    ],
    [
      "when a local module of it does",
      {
        "stages.mjs": `import { f } from "./f.mjs"; stage({ name: "train", realize: () => f() });`,
        "f.mjs": `export const f = () => import.meta.dirname;`,
      },
      `f.mjs, which it reaches, uses "import.meta"`,
    ],
    [
      "when it imports a native addon of its own",
      {
        "stages.mjs": `import fast from "./fast.node"; stage({ name: "train", realize: () => fast });`,
        "fast.node": "",
      },
      `fast.node, which it reaches, uses "fast.node", which is a native addon`,
    ],
    [
      "when it imports what only a notebook has",
      {
        "stages.mjs": `import { display } from "tslab"; stage({ name: "train", realize: () => display(1) });`,
      },
      `it uses "tslab", which is a module that only a notebook has`,
    ],
    [
      "when its realizer is written elsewhere",
      { "stages.mjs": `export const nothing = 1;` },
      "its realizer is not found in file:",
    ],
  ])("%s", (_, texts, message) => {
    expect(() => identity(project(texts as unknown as Record<string, string>))).toThrow(
      expect.objectContaining({ code: "unbundlable", message: expect.stringContaining(message) }),
    );
  });

  it("when `module` is no file", () => {
    const options = { name: "train", realize: () => {}, module: "train.mjs" };
    expect(() => moduleSource(options)).toThrow(expect.objectContaining({ code: "invalid-module" }));
  });
});

/** The digests of all that the stage "train" of a project reaches. Nothing of it is run. */
function identity({ url }: Project): {
  readonly code: string;
  readonly uses?: Readonly<Record<string, string>>;
} {
  const { source } = moduleSource({ name: "train", realize: () => "elsewhere", module: url("stages.mjs") });
  return sourceIdentity(source, "train") as never;
}

function edited(file: string, from: string, to: string, ...more: [string, string][]): Project {
  const texts: Record<string, string> = { ...files };
  for (const [one, other] of [[from, to] as const, ...more]) {
    expect(texts[file]).toContain(one);
    texts[file] = (texts[file] ?? "").replaceAll(one, other);
  }
  return project(texts);
}
