import { describe, expect, it } from "vitest";
import type { Cell, Notebook } from "../../../../kernel/app/notebook.ts";
import { injectParameters } from "../../../../kernel/app/parameters/inject.ts";

const code = (source: string, ...tags: readonly string[]): Cell => ({
  cell_type: "code",
  source,
  metadata: { tags },
  execution_count: null,
  outputs: [],
});
const notebook = (...cells: readonly Cell[]): Notebook => ({
  cells,
  metadata: { kernelspec: { name: "lightnix" } },
  nbformat: 4,
  nbformat_minor: 5,
});
const injected = (cells: readonly Cell[], values: Record<string, unknown>): string[] =>
  injectParameters(notebook(...cells), values).notebook.cells.map(({ source }) => String(source));

describe("injectParameters()", () => {
  it("sets the variables behind the cell that declares them, and says so in the metadata", () => {
    const given = notebook(code("1"), code("let lr = 0.1;", "parameters"), code("lr"));
    const { notebook: made, isTagged } = injectParameters(given, { lr: 0.5 });
    expect(isTagged).toBe(true);
    expect(made.cells[2]).toEqual({
      cell_type: "code",
      id: "injected-parameters",
      metadata: { tags: ["injected-parameters"] },
      source: "// Parameters\nlr = 0.5;",
      execution_count: null,
      outputs: [],
    });
    expect(made.metadata).toEqual({
      kernelspec: { name: "lightnix" },
      lightnix: { parameters: { lr: 0.5 } },
    });
    expect(given.cells).toHaveLength(3);
  });

  it("takes the place of what was injected before", () => {
    const first = injectParameters(notebook(code("let lr = 0.1;", "parameters")), { lr: 0.5 }).notebook;
    const second = injectParameters(first, { lr: 0.7 }).notebook;
    expect(second.cells.map(({ source }) => source)).toEqual(["let lr = 0.1;", "// Parameters\nlr = 0.7;"]);
    expect(second.metadata).toMatchObject({ lightnix: { parameters: { lr: 0.7 } } });
  });

  it("gives no id to a cell of a notebook whose format has none", () => {
    const { cells } = injectParameters({ ...notebook(code("")), nbformat_minor: 4 }, { a: 1 }).notebook;
    expect(cells[0]).not.toHaveProperty("id");
  });

  it.each([
    ["const lr = 0.1;", "const lr: number = 1;"],
    ["const lr = -1;", "const lr: number = 1;"],
    ["export const lr = `a`;", "const lr: string = 1;"],
    ["const lr: 'a' | Map<string, 1> = 'a';", "const lr: 'a' | Map<string, 1> = 1;"],
    ["const lr = [1, 2];", "const lr: number[] = 1;"],
    ["const lr = ['a', true];", "const lr: (string | boolean)[] = 1;"],
    ["const lr = { a: 1, 'b-c': [2] };", 'const lr: { a: number; "b-c": number[] } = 1;'],
    ["const lr = { ...x };", "const lr = 1;"],
    ["const lr = [];", "const lr = 1;"],
    ["const lr = [null, f()];", "const lr = 1;"],
    ["const lr = null;", "const lr = 1;"],
    ["const { lr } = defaults;", "const lr = 1;"],
    ["let { lr } = defaults;", "lr = 1;"],
    ["%check warn\nvar a = 1, lr: string;", "lr = 1;"],
  ])("of %j it makes %j", (declaration, set) => {
    expect(injected([code(declaration, "parameters")], { lr: 1 })[1]).toBe(`// Parameters\n${set}`);
  });

  it("keeps values as JSON has them", () => {
    const hostile = JSON.parse('{"__proto__": {"a": "`${x}` \\u2028 \\" </script>"}}') as unknown;
    const text = injected([code("let v: any", "parameters")], { v: hostile })[1] ?? "";
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- what the cell would do
    expect(new Function(`let v; ${text}\nreturn v`)()).toEqual(hostile);
  });

  it("names the known parameters when one is unknown", () => {
    const cells = [code("let lr = 0.1; const epochs = 3; function f() {}", "parameters")];
    expect(() => injected(cells, { lrr: 1 })).toThrow(
      expect.objectContaining({
        code: "unknown-parameter",
        message: 'Cannot set the parameter "lrr": the cell tagged "parameters" declares lr, epochs',
      }),
    );
    expect(() => injected([code("", "parameters")], { a: 1 })).toThrow(/declares no variables$/u);
  });

  it("declares at the top what no tagged cell declares", () => {
    const { notebook: made, isTagged } = injectParameters(notebook(code("lr")), { lr: 0.5, name: "a" });
    expect(isTagged).toBe(false);
    expect(made.cells.map(({ source }) => source)).toEqual([
      '// Parameters\nlet lr = 0.5;\nlet name = "a";',
      "lr",
    ]);
  });

  it("refuses a parameter that a later cell would set back", () => {
    const cells = [code("%check warn"), code("\nlet lr = 0.1;\nlr")];
    expect(() => injected(cells, { lr: 1 })).toThrow(
      expect.objectContaining({
        code: "overridden-parameter",
        message: expect.stringContaining('the cell that begins with "let lr = 0.1;" declares it'),
      }),
    );
  });

  it("refuses what is no name, and a tagged cell that is no TypeScript", () => {
    for (const name of ["a b", "class", "a, b", "", "x = 1; let y"])
      expect(() => injected([], { [name]: 1 })).toThrow(expect.objectContaining({ code: "bad-parameter" }));
    expect(() => injected([code("let = ", "parameters")], { a: 1 })).toThrow(
      expect.objectContaining({ code: "bad-parameters-cell" }),
    );
  });
});
