import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel, untilPrinted } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel({
    "data/iris.csv": "",
    "data/.hidden": "",
    "notes.md": "",
    "model.ts": "export const x = 1;",
  });
}, 60_000);
afterAll(async () => await kernel.stop());

describe("completion in the kernel", () => {
  it("offers what live values have where their types leave it open", async () => {
    await kernel.run(`const loose: any = JSON.parse('{"rows": [{"name": "a", "odd key": 1}]}');
      const counts: Record<string, number> = { apples: 1, pears: 2 };
      const mixed: { known: number; [key: string]: unknown } = { known: 1, extra: 2 };
      const strange: unknown = new (class Thing { field = 1; method() {} get danger() { throw new Error("ran"); } })();`);
    expect((await kernel.complete("loose.|")).matches[0]).toBe("rows");
    expect(await kernel.complete("const n = loose.rows[0].na|")).toEqual({
      matches: ["name"],
      replaces: "na",
    });
    expect(await kernel.complete('loose.rows[0]["odd|')).toEqual({ matches: ["odd key"], replaces: "odd" });
    expect((await kernel.complete("const { ro| } = loose")).matches).toEqual(["rows"]);
    expect((await kernel.complete("const { length, ma| } = loose.rows;")).matches).toContain("map");
    expect((await kernel.complete("const { ro| } = await loose")).matches).toEqual([]);
    expect((await kernel.complete("counts.|")).matches).toEqual(expect.arrayContaining(["apples", "pears"]));
    expect((await kernel.complete("mixed.|")).matches).toEqual(expect.arrayContaining(["known", "extra"]));
    expect((await kernel.complete("strange.|")).matches).toEqual(
      expect.arrayContaining(["field", "method", "danger"]),
    );
  });

  it("keeps to the types where these say all", async () => {
    await kernel.run(
      "interface Narrow { seen: number }\nconst narrow: Narrow = Object.assign({ seen: 1 }, { unseen: 2 });",
    );
    expect((await kernel.complete("narrow.|")).matches).toEqual(["seen"]);
  });

  it("answers from the types while a cell computes", async () => {
    await kernel.run("const known = { alpha: 1 };");
    const computes = untilPrinted(kernel.client, "begun");
    const busy = kernel.run("console.log('begun'); while (true) {}");
    await computes;
    expect((await kernel.complete("known.al|")).matches).toEqual(["alpha"]);
    expect((await kernel.complete("loose.|")).matches).toEqual([]);
    await kernel.client.request("interrupt_request");
    expect((await busy).traceback).toContain("Interrupted");
  });

  it("offers files in strings and behind magics", async () => {
    expect(await kernel.complete('const t = "./da|"')).toEqual({ matches: ["data/"], replaces: "da" });
    expect(await kernel.complete("read('data/i|")).toEqual({ matches: ["iris.csv"], replaces: "i" });
    expect((await kernel.complete("f(`data/.|`)")).matches).toEqual([".hidden"]);
    expect((await kernel.complete('f("no|")')).matches).toEqual(["notes.md"]);
    expect((await kernel.complete('import { x } from "./mo|"')).matches).toEqual(["model"]);
    expect((await kernel.complete('import { x } from "./|"')).matches).toEqual(["data", "model"]);
    expect(await kernel.complete("%gc ./da|")).toEqual({ matches: ["data/"], replaces: "da" });
    expect((await kernel.complete('const s = "hello wor|"')).matches).toEqual([]);
    expect((await kernel.complete("// see ./da|")).matches).toEqual([]);
  });

  it("offers the fields of stages, lenses and builds", async () => {
    await kernel.run(`const data = stage({ name: "data", config: { rows: 10, nested: { depth: 2 } }, realize: async () => {} });
      const model = stage({ name: "model", config: { data, epochs: 3 }, realize: async (build) => { build.log(String(build.config.epochs)); } });`);
    expect(
      (
        await kernel.complete(
          'const s = stage({ name: "x", config: { learningRate: 1 }, realize: async (build) => { build.config.|',
        )
      ).matches,
    ).toContain("learningRate");
    expect((await kernel.complete("lens(model).da|")).matches).toContain("data");
    expect((await kernel.complete("lens(model).data.|")).matches).toEqual(
      expect.arrayContaining(["rows", "nested", "rref"]),
    );
    expect((await kernel.complete("%lens mod|")).matches).toContain("model");
    expect((await kernel.complete("%realize model --n|")).matches).toContain("--new");
  });

  it.each([
    ["%cd |", ["data/"]],
    ["%store da|", ["data/"]],
    ["%%writefile no|", ["notes.md"]],
    ["%unpack data/|", ["iris.csv"]],
    ["%sh cat mo|", ["model.ts"]],
    ["!cat mo|", ["model.ts"]],
    ["%%module mo|", ["model.ts"]],
    ["%env HOM|", ["HOME"]],
    ["%%writefile notes.md --app|", ["--append"]],
  ])("offers what a magic takes: %s", async (marked, matches) => {
    expect((await kernel.complete(marked)).matches).toEqual(matches);
  });
});
