import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lens, realize } from "../../../core/index.ts";
import type { Stage } from "../../../core/index.ts";
import { describeStage } from "../../../core/stage/describe.ts";
import { Notebook } from "../support/notebook.ts";

const writer = 'export default async (build) => { await writeFile(build.path("a.txt"), text()); };';

describe("%%stage", () => {
  it("binds the name to a stage and shows it", async () => {
    using notebook = new Notebook();
    const text = await notebook.text(
      "%%stage digits\nexport const config = { count: 10 };\nexport default () => {};",
    );
    expect(text).toMatch(
      /^digits {2}[0-9a-f]{8} {2}\(stage\) {2}not realized yet\nmatcher only\(\) · code [0-9a-f]{8} · closed\nconfig\n {2}count {2}10$/u,
    );
    expect(notebook.value("digits")).toMatchObject({
      kind: "stage",
      name: "digits",
      config: { count: 10 },
      outs: 1,
    });
  });

  it("takes stages of earlier cells into the config, the matcher and the number of outcomes", async () => {
    using notebook = new Notebook();
    await notebook.run("%%stage digits\nexport const config = {};\nexport default () => {};");
    await notebook.run(
      '%%stage model --outs 2\nexport const config = { digits, m: self("m.json") };\nexport const matcher = best("m.json", { key: "a" });\nexport default () => {};',
    );
    const model = stageOf(notebook, "model");
    expect(model).toMatchObject({ outs: 2, matcher: { name: 'best("m.json", a)' } });
    expect(describeStage(model).dependencies).toEqual([drefOf(notebook, "digits")]);
  });

  it("takes limits of time and memory, which are no part of what the stage is", async () => {
    using notebook = new Notebook();
    const cell = (flags: string): string =>
      `%%stage model ${flags}\nexport const config = {};\nexport default () => {};`;
    await notebook.run(cell(""));
    const plain = drefOf(notebook, "model");
    await notebook.run(cell("--time 60 --memory 1.5GB"));
    const limits = { timeMs: 60_000, memoryBytes: 1.5 * 2 ** 30 };
    expect(stageOf(notebook, "model")).toMatchObject({ limits });
    expect(drefOf(notebook, "model")).toBe(plain);
    await notebook.run(cell("--memory 512MiB"));
    expect(stageOf(notebook, "model").limits).toEqual({ memoryBytes: 2 ** 29 });
    await notebook.run(cell("--restricted"));
    expect(stageOf(notebook, "model").limits).toEqual({ restricted: true });
    expect(drefOf(notebook, "model")).toBe(plain);
    // These cells run stages in the kernel's own process.
    await expect(notebook.run("%realize model")).rejects.toMatchObject({ code: "not-restrictable" });
  });

  it("refuses a size of memory that is none, or that no process could keep", async () => {
    using notebook = new Notebook();
    const cell = (flags: string): string =>
      `%%stage model ${flags}\nexport const config = {};\nexport default () => {};`;
    await expect(notebook.run(cell("--memory lots"))).rejects.toMatchObject({
      code: "wrong-argument",
      message: expect.stringContaining(
        'Cannot limit the memory to "lots": it is a number with a unit, such as 512MB or 2GB',
      ),
    });
    await expect(notebook.run(cell("--memory 1MB"))).rejects.toThrow("must be 134217728 (128 MB) at least");
  });

  it("leaves other exports alone", async () => {
    using notebook = new Notebook();
    await notebook.run(
      "%%stage made\nexport const config = {};\nexport const matcher = all();\nexport const matches = 1;\nexport const size = 2;\nexport default () => {};",
    );
    expect(notebook.value("made")).toMatchObject({ kind: "stage" });
  });

  it("shows the config in the order that realizations show it in, and which end is the better one", async () => {
    using notebook = new Notebook();
    const cell = (order: string): string =>
      `%%stage made\nexport const config = { b: { d: 1, c: 2 }, a: 1 };\nexport const matcher = best("m.json", { key: "loss"${order} });\nexport default () => {};`;
    const text = await notebook.text(cell(""));
    expect(text).toContain("config\n  a  1\n  b  { c: 2, d: 1 }");
    expect(text).toContain('matcher best("m.json", loss): the largest (max)');
    expect(text).toContain(
      'the matcher takes the largest "loss": for the smallest, give best() order: "min"',
    );
    const smallest = await notebook.text(cell(', order: "min"'));
    expect(smallest).toContain('matcher best("m.json", loss, min): the smallest (min)');
    expect(smallest).not.toContain("for the smallest");
  });

  it("says why the matcher takes none where running again would not help", async () => {
    using notebook = new Notebook();
    const cell = "%%stage made\nexport const config = {};\nexport default (build) => { build.path('x'); };";
    await notebook.run(cell);
    await realize(stageOf(notebook, "made"), { store: notebook.session.store });
    const text = await notebook.text(
      cell.replace("export default", 'export const matcher = best("m.json", { key: "a" });\nexport default'),
    );
    expect(text).toMatch(
      /\(stage\) {2}1 outcome, none chosen\nnone chosen: Cannot choose the best realization of "made"/u,
    );
    expect(text).not.toContain("not realized yet");
  });

  it("tells how many outcomes there are", async () => {
    using notebook = new Notebook();
    const cell =
      '%%stage digits\nexport const config = { a: self("a") };\nimport { writeFile } from "node:fs/promises";\nexport default (build) => writeFile(build.path("a"), "");';
    await notebook.run(cell);
    await realize(stageOf(notebook, "digits"), { store: notebook.session.store });
    expect(await notebook.text(cell)).toContain("1 outcome, 1 chosen");
  });

  it("keeps what the realizer uses as it was when the stage was defined", async () => {
    using notebook = new Notebook();
    await notebook.run(
      'import { writeFile } from "node:fs/promises";\nlet names = ["a", "b"];\nconst join = (sep: string): string => names.join(sep);\nfunction text() { return `${join("+")} ${typeof missing}`; }',
    );
    await notebook.run(`%%stage made\nexport const config = { a: self("a.txt") };\n${writer}`);
    await notebook.run('names.push("later");\nfunction text() { return "other"; }');
    const rref = await realize(stageOf(notebook, "made"), { store: notebook.session.store });
    expect(lens(rref, { store: notebook.session.store }).get("a").contents).toBe("a+b undefined");
    expect(describeStage(stageOf(notebook, "made")).config).toMatchObject({
      __captured__: { names: ["a", "b"] },
    });
    expect(Object.keys(stageOf(notebook, "made").source || {})).toEqual(["code", "uses"]);
  });

  it("evaluates names that only config and matcher use when it is defined", async () => {
    using notebook = new Notebook();
    await notebook.run("const sizes = new Map([['small', 8]]);\nconst pick = () => latest(2);");
    await notebook.run(
      "%%stage made\nexport const config = { size: sizes.get('small') };\nexport const matcher = pick();\nexport default () => {};",
    );
    expect(stageOf(notebook, "made")).toMatchObject({ config: { size: 8 }, matcher: { name: "latest(2)" } });
    expect(describeStage(stageOf(notebook, "made")).config).not.toHaveProperty("__captured__");
  });

  it("survives a spread into stage() with what it captured", async () => {
    using notebook = new Notebook();
    await notebook.run("const k = 3;");
    await notebook.run(
      "%%stage made\nexport const config = { n: 1 };\nexport default (build) => { build.log(String(k)); };",
    );
    await notebook.run("const wider = stage({ ...made, config: { ...made.config, n: 2 } });");
    const { config } = describeStage(stageOf(notebook, "wider"));
    expect(config).toMatchObject({ n: 2, __captured__: { k: 3 } });
    expect(config["__source__"]).toEqual(describeStage(stageOf(notebook, "made")).config["__source__"]);
  });
});

describe("the identity of a %%stage", () => {
  const before =
    'import { writeFile } from "node:fs/promises";\nconst factor = 2;\nfunction half(x: number) { return x / factor; }\nfunction text() { return String(half(10)); }';
  const body = `export const config = { n: 1 };\nexport const matcher = latest();\n${writer}`;
  const plain = async (cells: readonly string[], cell: string): Promise<string> => {
    using notebook = new Notebook();
    for (const one of cells) await notebook.run(one);
    await notebook.run(`%%stage made\n${cell}`);
    return drefOf(notebook, "made");
  };

  it.each<[string, string[], string]>([
    [
      "comments and layout",
      [before.replaceAll(";", ";\n\n// a comment\n")],
      body.replace("{ n: 1 }", "{\n  // one\n  n: 1,\n}"),
    ],
    ["types", [before.replace("text()", "text(): string")], body.replace("(build)", "(build: Build)")],
    ["other cells", ["const unrelated = 5;", ...before.split("\n"), "let more;"], body],
    ["what only others use", [before, "const other = (x: number) => x + 1;"], body],
    ["the matcher", [before], body.replace("latest()", "all()")],
    ["a declaration of the cell that nothing uses", [before], `const idle = 1;\n${body}`],
    ["running the cells again", [before, before], body],
  ])("does not change with %s", async (_, cells, cell) => {
    expect(await plain(cells, cell)).toBe(await plain([before], body));
  });

  it.each<[string, string[], string]>([
    ["the config", [before], body.replace("n: 1", "n: 2")],
    ["the realizer", [before], body.replace("a.txt", "b.txt")],
    ["a helper", [before.replace("half(10)", "half(11)")], body],
    ["a helper's helper", [before.replace("x / factor", "x * factor")], body],
    ["captured data", [before.replace("factor = 2", "factor = 4")], body],
    ["an import", [before.replace("{ writeFile }", "{ appendFile as writeFile }")], body],
    ["a statement with an effect", [before], `${body}\nprocess.env["X"];`],
  ])("changes with %s", async (_, cells, cell) => {
    expect(await plain(cells, cell)).not.toBe(await plain([before], body));
  });

  it("changes with a local module two imports away, with the version of a package, and back again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lightnix-modules-"));
    using notebook = new Notebook({ folder });
    mkdirSync(join(folder, "node_modules", "tiny"), { recursive: true });
    const put = (path: string, text: string): void => writeFileSync(join(folder, path), text);
    const define = async (): Promise<string> => {
      await notebook.run(
        '%%stage made\nimport { a } from "./a.mjs";\nimport tiny from "tiny";\nexport const config = {};\nexport default () => a + tiny;',
      );
      return drefOf(notebook, "made");
    };
    const manifest = { name: "tiny", version: "1.0.0", main: "index.js" };
    put("node_modules/tiny/package.json", JSON.stringify(manifest));
    put("node_modules/tiny/index.js", "module.exports = 1;");
    put("a.mjs", 'export { b as a } from "./b.mjs";\nimport { b } from "./b.mjs";');
    put("b.mjs", "export const b = 1;");
    const first = await define();
    put("b.mjs", "// only a comment\nexport const b = 1;");
    expect(await define()).toBe(first);
    put("b.mjs", "export const b = 2;");
    expect(await define()).not.toBe(first);
    put("b.mjs", "export const b = 1;");
    put("node_modules/tiny/package.json", JSON.stringify({ ...manifest, version: "1.0.1" }));
    expect(await define()).not.toBe(first);
    put("node_modules/tiny/package.json", JSON.stringify(manifest));
    expect(await define()).toBe(first);
  });
});

describe("%%stage refuses", () => {
  const realizer = "export default (build) => { build.log(String(x)); };";
  const cannot = 'Cannot capture "x" for stage "made": it is';

  it.each<[string, string, string, string]>([
    [
      "a live object",
      "const x = new Map();",
      "cannot-capture",
      `${cannot} a live object (Map), and its realizer uses it. What to do: make it inside the realizer or in a local module that it is imported from, keep it as plain JSON, or make a stage of it`,
    ],
    [
      "data with a live object in it",
      "const x = { when: [new Date(0)] };",
      "cannot-capture",
      `${cannot} a live object (Object) (x.when[0] is an instance of Date)`,
    ],
    [
      "a made function",
      "const make = (k) => () => k;\nconst x = make(3);",
      "cannot-capture",
      `${cannot} a function that no cell declares as such`,
    ],
    [
      "a reassigned function",
      "let x = () => 1;\nx = () => 2;",
      "cannot-capture",
      `${cannot} a function that is not the one its cell declares any more`,
    ],
    [
      "a promise",
      "const x = Promise.resolve(1);",
      "cannot-capture",
      `${cannot} a promise, and its realizer uses it. What to do: await it in its cell`,
    ],
    ["undefined", "let x;", "cannot-capture", `${cannot} undefined`],
    ["NaN", "const x = 0 / 0;", "cannot-capture", `${cannot} a number that JSON does not keep`],
    [
      "a self path",
      'const x = self("a");',
      "cannot-capture",
      `${cannot} a self path, and its realizer uses it. What to do: put it into config and read build.lens.x`,
    ],
    [
      "a name that nobody defines",
      "",
      "cannot-capture",
      'Cannot capture "x" for stage "made": no earlier cell defines it',
    ],
    [
      "much data",
      "const x = Array.from({ length: 100_000 }, (_, i) => i);",
      "cannot-capture",
      'Cannot capture "x" for stage "made": it is 575 kB of JSON',
    ],
    [
      "a helper's live object",
      "const m = new Set();\nfunction x() { return m; }",
      "cannot-capture",
      'Cannot capture "m" for stage "made": it is a live object (Set), and the function "x" uses it',
    ],
  ])("%s in the realizer", async (_, before, code, message) => {
    using notebook = new Notebook();
    await notebook.run(before);
    const running = notebook.run(`%%stage made\nexport const config = {};\n${realizer}`);
    await expect(running).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("a stage in the realizer, and says where it belongs", async () => {
    using notebook = new Notebook();
    await notebook.run("%%stage x\nexport const config = {};\nexport default () => {};");
    await expect(notebook.run(`%%stage made\nexport const config = { x };\n${realizer}`)).rejects.toThrow(
      `${cannot} a stage, and its realizer uses it. What to do: put it into config and read build.lens.x`,
    );
  });

  it.each<[string, string, string, string]>([
    [
      "a cell without a realizer",
      "export const config = {};",
      "no-realizer",
      'Cannot define stage "made": the cell has no default export.',
    ],
    [
      "a cell without a config",
      "export default () => {};",
      "no-config",
      'Cannot define stage "made": the cell exports no config.',
    ],
    [
      "a realizer that is none",
      "export const config = {};\nexport default 5;",
      "no-realizer",
      "its default export is no function",
    ],
    [
      "a misspelt config",
      "export const confg = {};\nexport default () => {};",
      "no-config",
      'the cell exports no config. It exports "confg", which was to be "config"?',
    ],
    [
      "a misspelt matcher",
      "export const config = {};\nexport const matchr = all();\nexport default () => {};",
      "unknown-export",
      'Cannot define stage "made": the cell exports "matchr" and no matcher. Did you mean "matcher"?',
    ],
    ["text that is no TypeScript", "export const config = {;", "syntax-error", "Cannot read the cell:"],
    [
      "a function in the config",
      "export const config = {\n  a: 1,\n  b: { c: () => 1 },\n};\nexport default () => {};",
      "invalid-config",
      "config.b.c is a function",
    ],
    [
      "NaN in the config",
      "export const config = { a: [1, 0 / 0] };\nexport default () => {};",
      "invalid-config",
      "config.a[1] is NaN",
    ],
  ])("%s", async (_, cell, code, message) => {
    using notebook = new Notebook();
    const running = notebook.run(`%%stage made\n${cell}`);
    await expect(running).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("undefined in the config, with the line of the field", async () => {
    using notebook = new Notebook();
    const cell =
      "%%stage made\nexport const config = {\n  a: 1,\n  'b c': [\n    { d: undefined },\n  ],\n};\nexport default () => {};";
    await expect(notebook.run(cell)).rejects.toThrow(
      /config\["b c"\]\[0\]\.d is undefined.*\(line 5 of the cell\)\n"made" is not defined$/u,
    );
  });

  it.each([
    ["", "Cannot run %%stage: it needs a name"],
    [
      "hello-bin",
      'Cannot define stage "hello-bin": later cells use the name as a variable, and it cannot be one. Call it helloBin',
    ],
    ["class", 'Cannot define stage "class": later cells use the name as a variable, and it cannot be one'],
    [
      "größe",
      'Cannot define stage "größe": its folders in the store have that name, in which only A-Z a-z 0-9 _ . + - can be',
    ],
    ["données", "Call it donnees"],
    ["lens", "that is a name of Lightnix, which cells need. Call it lensStage"],
    ["a b", '"b" is one word too many'],
  ])("the name %j", async (name, message) => {
    using notebook = new Notebook();
    await expect(
      notebook.run(`%%stage ${name}\nexport const config = {};\nexport default () => {};`),
    ).rejects.toThrow(message);
  });
});

function stageOf(notebook: Notebook, name: string): Stage<Record<string, unknown>> {
  return notebook.value(name) as Stage<Record<string, unknown>>;
}

function drefOf(notebook: Notebook, name: string): string {
  return describeStage(stageOf(notebook, name)).dref;
}

describe("a stage cell that depends on a stage whose name is no variable's", () => {
  it("is defined as any other", async () => {
    using notebook = new Notebook();
    const { lookup } = notebook.host;
    const asked: string[] = [];
    Object.assign(notebook.host, {
      lookup: (name: string) => {
        asked.push(name);
        return lookup(name);
      },
    });
    await notebook.run('const source = stage({ name: "hello-src", config: {}, realize() {} });');
    await notebook.run("%%stage hello\nexport const config = { source };\nexport default () => {};");
    expect(asked).not.toContain("hello-src");
    expect(notebook.value("hello")).toMatchObject({ name: "hello" });
  });
});
