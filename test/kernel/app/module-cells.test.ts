import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel();
}, 60_000);
afterAll(async () => await kernel.stop());

describe("a cell that is a module", () => {
  it("is imported with its types, and anew when it was run again", async () => {
    const cell =
      "%%module shapes\nexport interface Shape { w: number }\nexport const area = (s: Shape): number => s.w * 2;";
    expect((await kernel.run(cell)).status).toBe("ok");
    expect((await kernel.run('import { area, type Shape } from "./shapes";\narea({ w: 2 })')).result).toBe(
      "4",
    );
    expect((await kernel.run('area({ w: "2" })')).traceback).toContain("not assignable to type 'number'");
    await kernel.run(cell.replace("* 2", "* 3"));
    expect((await kernel.run("area({ w: 2 })")).result).toBe("6");
  });

  it("is checked before it is written, and leaves no names to other cells", async () => {
    const { traceback } = await kernel.run("/** @module lib/lr */\nexport const rate: string = 0.1;");
    expect(traceback).toContain(":2:14 - error TS2322: Type 'number' is not assignable to type 'string'.");
    expect((await kernel.run('import { rate } from "./lib/lr.ts";')).traceback).toContain("no such file");
    await kernel.run("/** @module lib/lr */\nexport const rate = 0.1;");
    expect((await kernel.run("rate")).traceback).toContain("Cannot find name 'rate'");
    expect((await kernel.run('import { rate } from "./lib/lr.ts";\nrate')).result).toBe("0.1");
  });

  it("is part of what a stage is that uses it", async () => {
    await kernel.run("/** @module factor */\nexport const factor = 2;");
    await kernel.run(`%%stage scaled
import { writeFile } from "node:fs/promises";
import { factor } from "./factor.ts";
export const config = { out: self("out.json") };
export default async (build: Build) => writeFile(build.lens.out.syspath, String(factor));`);
    expect((await kernel.run("lens(await realize(scaled)).out.json")).result).toBe("2");
  }, 60_000);
});

describe("%timeit", () => {
  it("is checked, and stopped by an interrupt", async () => {
    const { traceback } = await kernel.run("%%timeit\nconst n: number = 'one';");
    expect(traceback).toContain("Type 'string' is not assignable to type 'number'");
    expect((await kernel.run("%timeit missing + 1")).traceback).toContain("Cannot find name 'missing'");
    const began = new Promise<void>((resolve) => {
      const stop = kernel.client.listen(({ type, content }) => {
        if (type !== "stream" || !content.text.includes("begun")) return;
        stop();
        resolve();
      });
    });
    const running = kernel.run("console.log('begun');\n%timeit (() => { for (;;); })()");
    await began;
    await kernel.client.request("interrupt_request", {});
    expect((await running).traceback).toContain("interrupted");
  });
});

describe("%cd", () => {
  it("moves relative paths and commands, and no imports", async () => {
    await kernel.run("%%writefile here.json\n1");
    await kernel.run("%sh mkdir below");
    await kernel.run("%cd below");
    expect((await kernel.run("%sh basename $PWD")).printed).toBe("below\n");
    expect((await kernel.run('import one from "./here.json";\none')).result).toBe("1");
    expect((await kernel.run('process.cwd().endsWith("below")')).result).toBe("true");
    await kernel.run("%cd");
  });
});
