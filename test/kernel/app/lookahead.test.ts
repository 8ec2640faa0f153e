import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parseConnection } from "../../../kernel/wire/connection.ts";
import { isOver, repliesTo, WireTap } from "../chaos/wire-tap.ts";
import { startRealKernel } from "../../support/kernel.ts";
import type { CellOutcome, RealKernel } from "../../support/kernel.ts";

// The cell that waits is checked while the one before it runs: what that one does must count all the same.
describe("cells that are sent together", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel({
      "model.ts": "export const size: number = 1;\n",
    });
  });
  afterAll(() => kernel.stop());
  beforeEach(async () => {
    await kernel.run("%check strict");
    await kernel.run("const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));");
  });

  const together = (...cells: readonly string[]): Promise<CellOutcome[]> =>
    Promise.all(cells.map((code) => kernel.run(code)));

  it("are checked with what those before them declare", async () => {
    const [, good, bad] = await together(
      "const rate: number = await pause(100).then(() => 3);",
      "rate + 1",
      "rate.length",
    );
    expect(good?.result).toBe("4");
    expect(bad?.traceback).toContain("TS2339");
  });

  it("are checked with the modules that those before them write", async () => {
    const [, found] = await together(
      'await pause(100); require("fs").writeFileSync("made.ts", "export const made = 7;");',
      'import { made } from "./made.ts";\nmade',
    );
    expect(found?.result).toBe("7");
  });

  it("are checked with the modules that those before them change", async () => {
    await kernel.run('import { size } from "./model.ts";\nsize.toFixed()');
    const [, changed] = await together(
      'await pause(100); require("fs").writeFileSync("model.ts", "export const size: string = \'big\';");',
      'import { size } from "./model.ts";\nsize.toFixed()',
    );
    expect(changed?.traceback).toContain("TS2551");
  });

  it("are checked with the packages that those before them install", async () => {
    const [, found] = await together(
      `await pause(100);
      const fs = require("fs");
      fs.mkdirSync("node_modules/late", { recursive: true });
      fs.writeFileSync("node_modules/late/index.js", "exports.late = 5;");
      fs.writeFileSync("node_modules/late/index.d.ts", "export const late: number;");`,
      'import { late } from "late";\nlate',
    );
    expect(found?.result).toBe("5");
  });

  it("are not checked when one before them says so", async () => {
    const [, unchecked] = await together("await pause(100);\n%check off", 'const n: number = "text"; n');
    expect(unchecked?.result).toBe("'text'");
  });

  it("do not know what one before them forgets", async () => {
    await kernel.run("const passing = 1;");
    const [, forgotten] = await together("await pause(100);\n%reset passing", "passing");
    expect(forgotten?.traceback).toContain("TS2304");
  });

  it("know what one before them declares after it has forgotten all", async () => {
    await kernel.run("let passing = 1;");
    const [, , known] = await together(
      "await pause(100);",
      "%reset\nlet passing = 'text';",
      "passing.length",
    );
    expect(known?.result).toBe("4");
  });

  it("know what a magic before them binds", async () => {
    const [, , bound] = await together(
      "%%stage hello\nexport const config = { size: 3 };\nexport default async (build) => {};",
      "await pause(100);\n%realize hello --as made",
      "const rref: string = made;",
    );
    expect(bound).toMatchObject({ status: "ok" });
  });

  it("are aborted when one before them fails, and what was found wrong in them is told when they run", async () => {
    const [failed, aborted] = await together('await pause(100); throw new Error("no")', "pause.length()");
    expect(failed?.traceback).toContain("no");
    expect(aborted?.status).toBe("aborted");
    const again = await kernel.run("pause.length()");
    expect(again.traceback).toContain("TS2349");
  });
});

describe("a cell that runs", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
  });
  afterAll(() => kernel.stop());

  const interrupt = async (cell: Promise<CellOutcome>): Promise<void> => {
    await kernel.client.request("interrupt_request");
    expect((await cell).traceback).toContain("Interrupted");
  };

  it("is known to completion and inspection before it ends", async () => {
    const running = kernel.run("const rate: string = 'text';\nawait new Promise(() => {});");
    await vi.waitFor(
      async () => {
        expect((await kernel.complete("rate.charAt|")).matches).toContain("charAt");
        expect((await kernel.inspect("rate|"))["text/plain"]).toContain("rate: string");
      },
      { timeout: 60_000 },
    );
    await interrupt(running);
  });

  it("is known to the cells of subshells before it ends", async () => {
    const running = kernel.run("const size: number = 3;\nawait new Promise(() => {});");
    const created = await kernel.client.request("create_subshell_request", {}, { channel: "control" });
    const subshell = created.status === "ok" ? created.subshell_id : "";
    const tap = new WireTap(parseConnection(readFileSync(kernel.process.spawnargs.at(-1) ?? "", "utf8")));
    await tap.ready(60_000);
    // The first one may come before the cell has begun.
    await vi.waitFor(
      async () => {
        const beside = tap.ask("execute_request", { code: "size.toFixed(1)" }, { subshell });
        await tap.until(() => isOver(beside), 60_000);
        expect(repliesTo(beside)[0]?.content).toMatchObject({ status: "ok" });
      },
      { timeout: 60_000 },
    );
    tap.close();
    await interrupt(running);
  });
});
