import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel();
});
afterAll(async () => await kernel.stop());

const time =
  "wall time [\\d.]+ m?s, processor time [\\d.]+ m?s \\(user [\\d.]+ m?s, system [\\d.]+ m?s\\)\\n";
const told = (around: string): RegExp => new RegExp(`^${around.replaceAll("<time>", time)}$`, "u");

describe("%time", () => {
  it("tells how long a statement takes, whose value is the result of its cell", async () => {
    const ran = await kernel.run(
      "%time await new Promise<number>((done) => setTimeout(() => done(7), 1100)) // slow",
    );
    expect(ran).toMatchObject({ status: "ok", result: "7" });
    expect(ran.printed).toMatch(told("<time>"));
    expect(ran.printed).toMatch(/^wall time [1-9][\d.]* s/u);
  });

  it("takes declarations, which the rest of the cell and later cells see", async () => {
    const ran = await kernel.run(
      'console.log("a")\n%time const xs: number[] = [1,\n  2]\nconsole.log(xs.length);\n%time function f() { return xs; }\nf()',
    );
    expect(ran).toMatchObject({ status: "ok", result: "[ 1, 2 ]" });
    expect(ran.printed).toMatch(told("a\n<time>2\n<time>"));
    expect(await kernel.run("xs.concat(f()).length")).toMatchObject({ result: "4" });
  });

  it("is checked as the statement alone is, and says where", async () => {
    const ran = await kernel.run('const n = 1;\n%time n.toFixed("2")');
    expect(ran.traceback).toMatch(/^\[\d+\]:2:17 - error TS2345/u);
    expect(ran.printed).toBe("");
  });

  it("tells the time of what fails, and keeps its place", async () => {
    const ran = await kernel.run('const ok = true;\n%time await Promise.reject(new Error("no"));\nok');
    expect(ran.printed).toMatch(told("<time>"));
    expect(ran.traceback).toContain(
      `> 2 | %time await Promise.reject(new Error("no"));\n      |                            ^`,
    );
    expect((await kernel.run("%time const x = ;")).traceback).toMatch(/^\[\d+\]:1:17 - error TS1109/u);
  });

  it.each([
    ["%time", "Cannot run %time: it needs a statement: what to time"],
    ["%time %realize x", 'Cannot time "%realize x": that is a magic. Write %%time in the line above it'],
    ["for (const n of [1]) {\n  %time f(n)\n}", 'Cannot time "f(n)": %time stands in no block'],
    [
      "const t = %time f()",
      'Cannot assign %time to "t": a magic stands on a line of its own. Write: %time const t = f()',
    ],
    ["%%time f()\n1", 'Cannot run %%time: "f()" is'],
  ])("%j is refused with what to do", async (code, message) => {
    const ran = await kernel.run(code);
    expect(ran.traceback).toContain(message);
    expect(ran.printed).toBe("");
  });
});

describe("%%time", () => {
  it("tells how long a cell takes, and shows its result", async () => {
    const ran = await kernel.run(
      '%%time\nimport { basename } from "node:path";\nconst name: string = basename("/a/b");\n%check\nname',
    );
    expect(ran).toMatchObject({ status: "ok", result: "'b'" });
    expect(ran.printed).toMatch(told("check is strict: .*\n<time>"));
    expect(await kernel.run("name.length")).toMatchObject({ result: "1" });
    expect((await kernel.run("%%time\nname.size")).traceback).toMatch(/^\[\d+\]:2:6 - error TS2339/u);
  });

  it("takes the time of another cell magic", async () => {
    expect((await kernel.run("%%time\n%%sh\necho hello")).printed).toMatch(told("hello\n<time>"));
    const stage = await kernel.run(
      "%%time\n%%stage timed\nexport const config = {};\nexport default async () => {};",
    );
    expect(stage).toMatchObject({ status: "ok" });
    expect(await kernel.run("%time timed.name")).toMatchObject({ result: "'timed'" });
  });

  it("tells it, too, of a cell that is interrupted", async () => {
    let printed = "";
    let begun = (): void => {};
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const running = kernel.client.execute("%%time\nconsole.log(1);\n%time while (true) {}", {
      onPublished: ({ type, content }) => {
        if (type !== "stream") return;
        printed += content.text;
        begun();
      },
    });
    await hasBegun;
    await kernel.client.request("interrupt_request", {});
    expect(await running).toMatchObject({ status: "error" });
    expect(printed).toMatch(told("1\n<time><time>"));
  });

  it("is completed as the cell below it", async () => {
    expect((await kernel.complete("%%time\nname.toUpp|")).matches).toContain("toUpperCase");
    expect((await kernel.complete("%%time\n%check st|")).matches).toEqual(["strict"]);
    expect((await kernel.complete("%%time\n%%st|")).matches).toEqual(["%%stage"]);
    expect((await kernel.complete("%time name.toUpp|")).matches).toContain("toUpperCase");
    expect((await kernel.inspect("%time na|me"))["text/plain"]).toContain("string");
  });
});
