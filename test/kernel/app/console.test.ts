import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel({
    "lib.ts":
      "export function fail(): never {\n  const x: number = 1;\n  throw new Error(`from lib ${x}`);\n}\n",
  });
  await kernel.run("%check off");
});
afterAll(async () => await kernel.stop());

/** What a cell prints, with the stream before each piece. */
async function streams(code: string): Promise<string[]> {
  const pieces: string[] = [];
  const reply = await kernel.client.execute(code, {
    onPublished: ({ type, content }) => {
      if (type === "stream") pieces.push(`${content.name}: ${content.text}`);
    },
  });
  expect(reply.status).toBe("ok");
  return pieces;
}

describe("console", () => {
  it("log, info, debug and dir go to stdout; error, warn and trace to stderr", async () => {
    expect(
      await streams(`console.log("a"); console.info("b"); console.debug("c"); console.dir("d")`),
    ).toEqual(["stdout: a\nb\nc\n'd'\n"]);
    expect(await streams(`console.error("a"); console.warn("b")`)).toEqual(["stderr: a\nb\n"]);
  });

  it("table draws arrays of objects", async () => {
    const [table] = await streams(`console.table([{ a: 1, b: "x" }, { a: 2 }])`);
    expect(table).toContain("│ (index) │ a │ b   │\n");
    expect(table).toContain("│ 0       │ 1 │ 'x' │\n");
  });

  it("dir takes options", async () => {
    expect(await streams(`console.dir({ a: { b: { c: 1 } } }, { depth: 0 })`)).toEqual([
      "stdout: { a: [Object] }\n",
    ]);
  });

  it("group indents both streams until it ends", async () => {
    expect(
      await streams(
        `console.group("G"); console.log("in\\nside"); console.error("err"); console.groupEnd(); console.log("out")`,
      ),
    ).toEqual(["stdout: G\n  in\n  side\n", "stderr:   err\n", "stdout: out\n"]);
  });

  it("a group that a cell leaves open stays open in the next one, as its counters do", async () => {
    expect(await streams(`console.group("G"); console.count("k")`)).toEqual(["stdout: G\n  k: 1\n"]);
    expect(
      await streams(`console.count("k"); console.groupEnd(); console.countReset("k"); console.count("k")`),
    ).toEqual(["stdout:   k: 2\nk: 1\n"]);
  });

  it("time, timeLog and timeEnd measure", async () => {
    const [text] = await streams(`console.time("t"); console.timeLog("t", 5); console.timeEnd("t")`);
    expect(text).toMatch(/^stdout: t: [\d.]+m?s 5\nt: [\d.]+m?s\n$/u);
  });

  it("assert says what failed, and nothing else", async () => {
    expect(await streams(`console.assert(true, "fine"); console.assert(1 > 2, "no", 1)`)).toEqual([
      "stderr: Assertion failed: no 1\n",
    ]);
  });

  it("trace names the cell and the line", async () => {
    const [text] = await streams(`function f() {\n  console.trace("here");\n}\nf()`);
    expect(text).toMatch(/^stderr: Trace: here\n {4}at f \(\[\d+\]:2:\d+\)\n {4}at \[\d+\]:4:\d+\n$/u);
  });

  it("formats by specifiers, and takes styles for nothing", async () => {
    expect(
      await streams(
        `console.log("%s %d %i %f %j %o %O %%%c!", "a", 1.5, 2.7, 3.5, { x: 1 }, [1], { y: 2 }, "color: red", "more")`,
      ),
    ).toEqual([`stdout: a 1.5 2 3.5 {"x":1} [ 1, [length]: 1 ] { y: 2 } %! more\n`]);
  });

  it("shows an error with the lines of cells and modules as typed", async () => {
    const [text] = await streams(
      `import { fail } from "./lib.ts";\ntry {\n  fail();\n} catch (error) {\n  console.log(error);\n}`,
    );
    expect(text).toMatch(/^stdout: Error: from lib 1\n {4}at fail \(.*lib\.ts:3:9\)\n {4}at \[\d+\]:3:3\n$/u);
  });
});

describe("results", () => {
  it("of promises show nothing of how contexts are kept", async () => {
    expect((await kernel.run("Promise.resolve(3)")).result).toBe("Promise { 3 }");
    expect((await kernel.run("new Promise(() => undefined)")).result).toBe("Promise { <pending> }");
  });

  it("of the handle of a display show nothing, and what it updates stays in its place", async () => {
    const published: string[] = [];
    await kernel.client.execute(`const shown = display("one"); shown.update("two"); shown`, {
      onPublished: ({ type }) => published.push(type),
    });
    expect(published.filter((type) => type !== "status" && type !== "execute_input")).toEqual([
      "display_data",
      "update_display_data",
    ]);
  });

  it("clearOutput says whether to wait", async () => {
    const waits: unknown[] = [];
    await kernel.client.execute(`clearOutput(); clearOutput({ wait: true })`, {
      onPublished: ({ type, content }) => {
        if (type === "clear_output") waits.push(content.wait);
      },
    });
    expect(waits).toEqual([false, true]);
  });

  it("every kind of display reaches the client under its type", async () => {
    const types: string[] = [];
    const code = `display.html("<b>x</b>"); display.markdown("*x*"); display.svg("<svg/>"); display.json({ a: 1 });
      display.latex("$x$"); display.javascript("1"); display.text("x"); display.pdf(Buffer.from("%PDF-1.4"));
      display.image("<svg xmlns='http://www.w3.org/2000/svg'/>"); display.raw("text/x", "y")`;
    await kernel.client.execute(code, {
      onPublished: ({ type, content }) => {
        if (type === "display_data")
          types.push(Object.keys(content.data).find((one) => one !== "text/plain") ?? "");
      },
    });
    expect(types).toEqual([
      "text/html",
      "text/markdown",
      "image/svg+xml",
      "application/json",
      "text/latex",
      "application/javascript",
      "",
      "application/pdf",
      "image/svg+xml",
      "text/x",
    ]);
  });
});
