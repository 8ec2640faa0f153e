import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Results, resultNamesIn } from "../../../kernel/app/results.ts";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

describe("the names of results", () => {
  it.each([
    ["_ + __ - ___", ["_", "__", "___"]],
    ["f(_12, Out[3]); In", ["_12", "Out", "In"]],
    ["[...Out]", ["Out"]],
    ["____ + _x + x_1 + Outer + $_ + __proto__", []],
  ])("in %s are found", (code, names) => {
    expect([...resultNamesIn(code)]).toEqual(names);
  });
});

describe("results", () => {
  it("of the last three cells are held; of earlier ones objects are there as long as something else holds them", async () => {
    const results = new Results();
    const held = { held: true };
    const add = (): void => {
      results.add(1, "a text");
      results.add(2, held);
      results.add(3, { held: false });
      results.add(4, [1, 2]);
    };
    add();
    for (const cell of [5, 6, 7]) results.add(cell, { cell });
    await collectGarbage();
    expect(results.named("_")?.value).toEqual({ cell: 7 });
    expect(results.named("___")?.value).toEqual({ cell: 5 });
    expect(results.named("_1")?.value).toBe("a text");
    expect(results.named("_2")?.value).toBe(held);
    expect(results.named("_3")).toBeUndefined();
    const out = results.named("Out")?.value as Record<number, unknown>;
    expect(Object.keys(out)).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
    expect(inspect(out)).toContain("'3': (no longer in memory),");
    expect(() => out[4]).toThrow(
      "Cannot give Out[4]: nothing has held it, and it is no longer in memory. The last three results are kept; give to others a name",
    );
  });

  it("are bounded to a thousand cells, and can be forgotten", () => {
    const results = new Results();
    for (let cell = 1; cell <= 1100; cell++) {
      results.addInput(cell, `cell ${cell}`);
      results.add(cell, cell);
    }
    expect(results.inputs().size).toBe(1000);
    expect(results.named("_100")).toBeUndefined();
    expect(results.named("_101")).toEqual({ value: 101 });
    results.clear();
    expect(results.named("_101")).toBeUndefined();
    expect(results.named("_")).toEqual({ value: undefined });
  });
});

describe("in a kernel", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
  }, 60_000);
  afterAll(async () => await kernel.stop());

  it("_, __, ___, _n, Out and In are what cells resulted in and were", async () => {
    await kernel.run("40 + 2");
    await kernel.run("({ deep: { value: 1 } })");
    await kernel.run("const silent = 1;");
    expect((await kernel.run("_.deep.value + __")).result).toBe("43");
    expect((await kernel.run("___ === _1 && Out[2] === _2")).result).toBe("true");
    expect((await kernel.run("In[1]")).result).toBe("'40 + 2'");
    expect((await kernel.run("Object.keys(Out).join()")).result).toBe("'1,2,4,5,6'");
    expect((await kernel.run("_3")).traceback).toContain(
      "_3 is not defined\nCell [3] has no result, or one that nothing holds any more.",
    );
    expect((await kernel.run("_99")).traceback).toContain("Cannot find name '_99'");
    expect((await kernel.run("const squares = [1, 2].map((_, _1) => _1); squares")).result).toBe("[ 0, 1 ]");
  });

  it("complete and are inspected as what they are", async () => {
    await kernel.run("({ deep: { value: 1 } })");
    expect((await kernel.complete("_.de|")).matches).toEqual(["deep"]);
    expect((await kernel.inspect("_|"))["text/plain"]).toContain("{ deep");
  });

  it("give way to a cell that takes one of their names, until that is forgotten, with all of them by %reset", async () => {
    await kernel.run("7");
    await kernel.run("const _ = (n: number) => n * 2;");
    await kernel.run("8");
    expect((await kernel.run("_(4)")).result).toBe("8");
    expect((await kernel.run('_("4")')).traceback).toContain("not assignable to parameter of type 'number'");
    await kernel.run("%reset _");
    await kernel.run("9");
    expect((await kernel.run("_")).result).toBe("9");
    await kernel.run("%reset");
    expect((await kernel.run("[_, Object.keys(Out).length]")).result).toBe("[ undefined, 0 ]");
  });

  it("are not kept of what a client asks aside", async () => {
    await kernel.run("10");
    await kernel.client.execute("11", { storeHistory: false });
    expect((await kernel.run("_")).result).toBe("10");
  });
});

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What a turn of the event loop has looked at weakly is held until its end.
  for (let turn = 0; turn < 3; turn++) {
    await new Promise(setImmediate);
    collect();
  }
}
