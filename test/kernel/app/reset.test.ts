import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel();
}, 60_000);
afterAll(async () => await kernel.stop());

describe("%reset", () => {
  it("forgets names for what runs and for what is checked", async () => {
    await kernel.run("const rows = [1, 2]; interface Row { n: number }\nconst display = 5;");
    await kernel.run("%%stage numbers\nexport const config = {};\nexport default () => {};");
    const { status, printed } = await kernel.run("%reset");
    expect([status, printed]).toEqual(["ok", "Forgot 3 names\n"]);
    for (const name of ["rows", "numbers"]) {
      const checked = await kernel.run(`${name};`);
      expect(checked.traceback).toContain(`Cannot find name '${name}'`);
    }
    expect((await kernel.run("let row: Row;")).traceback).toContain("Cannot find name 'Row'");
    expect((await kernel.complete("ro|")).matches).not.toContain("rows");
    expect((await kernel.run('display.text("shown");')).printed).toBe("shown\n");
    expect((await kernel.run("%who")).printed).not.toMatch(/rows|numbers/u);
    await kernel.run("%check off");
    expect((await kernel.run("rows")).traceback).toContain("ReferenceError: rows is not defined");
    await kernel.run("%check strict");
    expect((await kernel.run('const rows = "text"; rows.toUpperCase()')).result).toBe("'TEXT'");
  }, 60_000);

  it("forgets some, and says what it cannot", async () => {
    await kernel.run("const one = 1; const two = 2;");
    expect((await kernel.run("%reset one")).printed).toBe('Forgot "one"\n');
    expect((await kernel.run("one;")).traceback).toContain("Cannot find name 'one'");
    expect((await kernel.run("two + 1")).result).toBe("3");
    expect((await kernel.run("%reset tow")).traceback).toContain(
      'Cannot forget "tow": no cell has defined it. Did you mean "two"?',
    );
    expect((await kernel.run("%reset display")).traceback).toContain(
      'Cannot forget "display": it is the kernel\'s own, or of this very cell',
    );
  }, 60_000);

  it("spares what its own cell declares", async () => {
    await kernel.run("const early = 1;");
    await kernel.run("%reset\nconst late: number = 2;");
    expect((await kernel.run("late + 1")).result).toBe("3");
    expect((await kernel.run("early;")).traceback).toContain("Cannot find name 'early'");
  }, 60_000);
});
