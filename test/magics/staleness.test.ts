import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Stage } from "../../core/index.ts";
import { describeStage } from "../../core/stage/describe.ts";
import { renderValue } from "../../magics/render.ts";
import { staleness } from "../../magics/staleness.ts";
import { Notebook } from "./support/notebook.ts";

const data = "%%stage data\nexport const config = { rows: 10 };\nexport default () => {};";
const helper =
  "function half(x: number) { return x / 2; }\nfunction contactSheet(x: number) { return half(x); }";
const table = 'let table = { a: 1, b: ["c"] };';
const model =
  "%%stage model\nexport const config = { data };\nexport default (build) => { build.log(String(contactSheet(table.a))); };";

describe("staleness()", () => {
  it("names a stage that was defined anew, with both addresses", async () => {
    using notebook = await defined();
    const then = hashOf(notebook, "data");
    await notebook.run(data.replace("10", "20"));
    const now = hashOf(notebook, "data");
    expect(of(notebook, "model")).toEqual([
      `model was defined with an older "data" (${then}; it is ${now} now): rerun its cell to use the new one`,
    ]);
    await notebook.run(model);
    expect(of(notebook, "model")).toEqual([]);
  });

  it.each([
    ["a helper", helper.replace("half(x);", "half(x + 1);"), "an older contactSheet"],
    ["a helper's helper", helper.replace("x / 2", "x / 3"), "an older half"],
    ["captured data", table.replace("1", "2"), 'an older "table"'],
    ["captured data that was changed in place", 'table.b.push("d");', 'an older "table"'],
  ])("names %s", async (_, cell, older) => {
    using notebook = await defined();
    await notebook.run(cell);
    expect(of(notebook, "model")).toEqual([
      `model was defined with ${older}: rerun its cell to use the new one`,
    ]);
  });

  it("names what a stage of an ordinary cell reaches, data and files among it", async () => {
    using notebook = new Notebook();
    const file = join(notebook.folder, "lib.mjs");
    writeFileSync(file, "export const a = 1;");
    await notebook.run(`import { a } from "./lib.mjs";\n${table}\nconst live = new Map([[1, 2]]);`);
    await notebook.run(
      "const made = stage({ name: 'made', config: {}, realize: (build) => build.log(a + table.a + live.get(1)) });",
    );
    await notebook.run("live.set(1, 3);");
    expect(of(notebook, "made")).toEqual([]);
    writeFileSync(file, "export const a = 2;");
    await notebook.run("table.a = 2;");
    expect(of(notebook, "made")).toEqual([
      "made was defined with an older table and an older file lib.mjs: rerun its cell to use the new ones",
    ]);
  });

  it("names all at once, and what a dependency is behind of", async () => {
    using notebook = await defined();
    await notebook.run("%%stage report\nexport const config = { model };\nexport default () => {};");
    await notebook.run(helper.replace("half(x);", "half(x + 1);").replace("x / 2", "x / 3"));
    expect(of(notebook, "report")).toEqual([
      "model, which report depends on, was defined with an older half and an older contactSheet: rerun its cell, and then that of report, to use the new ones",
    ]);
  });

  it("names a local file that was edited", async () => {
    using notebook = new Notebook();
    const file = join(notebook.folder, "lib.mjs");
    writeFileSync(file, "export const a = 1;");
    await notebook.run(
      '%%stage model\nimport { a } from "./lib.mjs";\nexport const config = {};\nexport default () => a;',
    );
    writeFileSync(file, "// a comment\nexport const a = 1;");
    expect(of(notebook, "model")).toEqual([]);
    writeFileSync(file, "export const a = 2;");
    expect(of(notebook, "model")).toEqual([
      "model was defined with an older file lib.mjs: rerun its cell to use the new one",
    ]);
  });

  it("speaks of stages of ordinary cells, and of copies, as well", async () => {
    using notebook = await defined();
    await notebook.run(
      "const made = stage({ name: 'made', config: { data }, realize: () => contactSheet(1) });",
    );
    await notebook.run("const wider = stage({ ...model, config: { ...model.config, more: 1 } });");
    await notebook.run(helper.replace("half(x);", "half(x + 1);"));
    await notebook.run(data.replace("10", "20"));
    expect(of(notebook, "made")[0]).toMatch(
      /^made was defined with an older "data" .* and an older contactSheet/u,
    );
    expect(of(notebook, "wider")[0]).toMatch(
      /^model was defined with an older "data" .* and an older contactSheet/u,
    );
  });

  it.each<[string, string[]]>([
    ["nothing changed", [data, helper, table]],
    [
      "only comments, layout and types changed",
      [`// a comment\n${helper.replaceAll(": number", "")}`, table.replace("{ a", "{\n  a")],
    ],
    [
      "what it does not use changed",
      ["let other = 1;", "%%stage more\nexport const config = {};\nexport default () => {};"],
    ],
    ["a change was taken back", [data.replace("10", "20"), data]],
    ["a name means no stage any more", ["let data = 5;"]],
    ["a copy has the name of another stage", ["const wide = stage({ ...data, config: { rows: 9 } });"]],
  ])("says nothing where %s", async (_, cells) => {
    using notebook = await defined();
    for (const cell of cells) await notebook.run(cell);
    expect(of(notebook, "model")).toEqual([]);
  });

  it("says nothing of a variant in the place of the stage that its name is of", async () => {
    using notebook = await defined();
    await notebook.run("const wide = stage({ ...data, config: { rows: 9 } });");
    await notebook.run(model.replace("{ data }", "{ data: wide }"));
    expect(of(notebook, "model")).toEqual([]);
    await notebook.run(data.replace("10", "20"));
    expect(of(notebook, "model")).toEqual([]);
  });

  it("says nothing of a stage that was made elsewhere with data of the same name", async () => {
    using notebook = await defined();
    await notebook.run(
      "const other = stage({ name: 'other', config: {}, realize: () => {}, source: { code: '1', uses: { half: '2' } }, captured: { table: 5 } });",
    );
    expect(of(notebook, "other")).toEqual([]);
  });

  it("is shown by %realize, by the card of the stage and by %lens", async () => {
    using notebook = await defined();
    await notebook.run("%realize model");
    await notebook.run(table.replace("1", "2"));
    const note = 'model was defined with an older "table": rerun its cell to use the new one';
    expect(await notebook.text("%realize model")).toContain(
      `reused, built nothing\ndata reused · model reused\n${note}`,
    );
    expect(await notebook.text("%realize model --dry-run")).toContain(note);
    expect(await notebook.text("%lens model.data.rows")).toBe(`lens(model).data.rows  10\n${note}`);
    expect(await notebook.text("%lens model")).toContain(note);
    const card = await renderValue(notebook.value("model"), notebook.session, notebook.host);
    expect(card?.["text/plain"]).toContain(note);
  });
});

describe("a %%stage cell that failed", () => {
  const broken = model.replace("{ data }", "{ data, b: undefined }");

  it("says that the name still means the stage defined before, and so does its use", async () => {
    using notebook = await defined();
    const left = `"model" still means the stage defined before (${hashOf(notebook, "model")})`;
    await expect(notebook.run(broken)).rejects.toThrow(left);
    const note = "the last cell that was to define model failed: this is the model that was defined before";
    expect(await notebook.text("%realize model")).toContain(note);
    await notebook.run(model);
    expect(await notebook.text("%realize model")).not.toContain("failed");
  });

  it("says that the name is not defined, and so does its use", async () => {
    using notebook = new Notebook();
    await notebook.run(data);
    await expect(notebook.run(broken.replace("contactSheet(table.a)", "1"))).rejects.toThrow(
      '"model" is not defined',
    );
    await expect(notebook.run("%realize model")).rejects.toThrow(
      'Cannot run %realize: "model" is not defined: the cell that was to define it failed',
    );
  });

  it("leaves what its own code threw as it is, and says so beside it", async () => {
    using notebook = new Notebook();
    const cell =
      "%%stage model\nexport const config = {};\nthrow new RangeError('no');\nexport default () => {};";
    await expect(notebook.run(cell)).rejects.toMatchObject({ name: "RangeError", message: "no" });
    expect(notebook.output.stderr).toEqual(['"model" is not defined\n']);
  });
});

async function defined(): Promise<Notebook> {
  const notebook = new Notebook();
  for (const cell of [data, helper, table, model]) await notebook.run(cell);
  return notebook;
}

function of(notebook: Notebook, name: string): readonly string[] {
  return staleness(notebook.value(name) as Stage, notebook.host, notebook.session);
}

function hashOf(notebook: Notebook, name: string): string {
  return describeStage(notebook.value(name) as Stage).dref.slice(5, 13);
}
