import { describe, expect, it } from "vitest";
import * as core from "../../core/index.ts";
import type { Stage } from "../../core/index.ts";
import { describeStage } from "../../core/stage/describe.ts";
import { scopeDeclarations, scopeNames } from "../../magics/scope-declarations.ts";
import { Notebook } from "./support/notebook.ts";
import { quickstart } from "./support/quickstart.ts";

describe("the names in a cell's scope", () => {
  it("are names of core, and all of them are there", () => {
    using notebook = new Notebook();
    expect(Object.keys(notebook.scope).sort()).toEqual([...scopeNames].sort());
    expect(scopeNames.filter((name) => !(name in core))).toEqual([]);
  });

  it("are declared for the language service", () => {
    expect(scopeDeclarations).toContain('declare const realize$: typeof import("lightnix").realize$;');
    expect(scopeDeclarations).toContain('type Build<C = unknown> = import("lightnix").Build<C>;');
  });

  it("use the session's store", async () => {
    using notebook = await quickstart();
    await notebook.run(
      "const rref = await realize(digits);\nconst many = await realizeMany(digits);\nconst path = lens(rref).table.syspath;\nconst table = await outcomes(digits);\nconst closure = await instantiate(digits);\nconst why = await explain(digits);",
    );
    const { store } = notebook.session;
    expect(store.has(notebook.value("rref") as core.RRef)).toBe(true);
    expect(notebook.value("many")).toEqual([notebook.value("rref")]);
    expect(notebook.value("path")).toContain(store.root);
    expect(notebook.value("table")).toMatchObject({ rows: [{ chosen: true }] });
    expect(notebook.value("why")).toMatchObject({ derivations: [{ state: "reused" }] });
    expect(notebook.value("closure")).toMatchObject({ kind: "closure", store });
  });

  it("keep what a realizer prints out of the cell", async () => {
    using notebook = await quickstart();
    const { stdout } = await notebook.run("const rref = await realize(digits);\nconsole.log('done');");
    expect(stdout).toEqual(["done\n"]);
    expect(notebook.session.store.log(notebook.value("rref") as core.RRef)).toBe("writing 3\n");
  });

  it("stop a realization when the cell is interrupted", async () => {
    using notebook = new Notebook();
    const running = notebook.run(
      'await realize(stage({ name: "endless", config: {}, realize: (build) => new Promise((_, no) => build.signal.addEventListener("abort", () => no(build.signal.reason))) }));',
    );
    setTimeout(() => notebook.interrupt(), 50);
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("stage() in an ordinary cell", () => {
  const made =
    'const made = stage({ name: "made", config: {}, async realize(build) { build.log(helper(3)); } });';

  it("counts the functions and data of cells that its realizer reaches", async () => {
    const drefWith = async (...cells: string[]): Promise<string> => {
      using notebook = new Notebook();
      for (const cell of cells) await notebook.run(cell);
      return drefOf(notebook, "made");
    };
    const helper = "const k = 2;\nfunction helper(x) { return String(x * k); }";
    const first = await drefWith(helper, made);
    expect(await drefWith(`// a comment\n${helper}`, "const other = 1;", made)).toBe(first);
    expect(await drefWith(`${helper}\n${made}`)).toBe(first);
    expect(await drefWith(helper.replace("x * k", "x + k"), made)).not.toBe(first);
    expect(await drefWith(helper.replace("k = 2", "k = 3"), made)).not.toBe(first);
  });

  it("counts a live object by the cell text that made it", async () => {
    const drefWith = async (cell: string): Promise<string> => {
      using notebook = new Notebook();
      await notebook.run(cell);
      await notebook.run('const made = stage({ name: "made", config: {}, realize: () => table.size });');
      return drefOf(notebook, "made");
    };
    expect(await drefWith("const table = new Map([[1, 2]]);")).toBe(
      await drefWith("const table = new Map([[1, /* two */ 2]]);"),
    );
    expect(await drefWith("const table = new Map([[1, 2]]);")).not.toBe(
      await drefWith("const table = new Map([[1, 3]]);"),
    );
  });

  it("warns of local variables, whose content it cannot see", async () => {
    using notebook = new Notebook();
    const { stderr } = await notebook.run(
      'const all3 = [1, 2].map((lr) => stage({ name: "made", config: {}, realize: () => lr }));',
    );
    expect(stderr[0]).toBe(
      'Stage "made" uses "lr", whose content Lightnix cannot see: a change of it will not make the stage run again. Put it into config and read build.config, or declare it in a cell. In a module, give stage() `module: import.meta.url`.\n',
    );
  });

  it("leaves a source that is given, and says what is wrong as core does", async () => {
    using notebook = new Notebook();
    await notebook.run(
      'const made = stage({ name: "made", config: {}, realize: () => missing, source: false });',
    );
    expect(notebook.value("made")).toMatchObject({ source: false });
    await expect(notebook.run("stage({ config: {}, realize() {} });")).rejects.toThrow(
      "Cannot make a stage: it has no name",
    );
    await expect(notebook.run("stage();")).rejects.toThrow(TypeError);
  });
});

function drefOf(notebook: Notebook, name: string): string {
  return describeStage(notebook.value(name) as Stage).dref;
}
