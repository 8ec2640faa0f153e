import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";
import { attach, listen } from "./client.ts";
import type { DebugClient } from "./client.ts";

const moduleText = (factor: number): string =>
  `export function scale(n: number): number {\n  const scaled = n * ${factor};\n  return scaled;\n}\n`;

let kernel: RealKernel;
let debug: DebugClient;

beforeAll(async () => {
  kernel = await startRealKernel({ "scale.ts": moduleText(2) });
  debug = await attach(kernel.client);
});

afterEach(async () => {
  if ((await debug.get("debugInfo")).stoppedThreads.length > 0)
    await kernel.client.request("interrupt_request");
  for (const { source } of (await debug.get("debugInfo")).breakpoints)
    await debug.get("setBreakpoints", { source: { path: source }, breakpoints: [] });
  debug.forget();
});

afterAll(async () => {
  await kernel.stop();
});

/** Runs a cell that is to pause once; gives where it paused, and how it ended after going on. */
async function pausedAt(code: string): Promise<{ frames: string[]; status: string; traceback: string }> {
  const run = kernel.run(code);
  const stopped = await Promise.race([debug.event("stopped"), run]);
  expect(stopped).toMatchObject({ reason: "breakpoint" });
  const frames = await debug.frames();
  await debug.get("continue", { threadId: 1 });
  return { frames, ...(await run) };
}

async function breakInCell(code: string, line: number): Promise<void> {
  const { sourcePath: path } = await debug.get("dumpCell", { code });
  await debug.get("setBreakpoints", { source: { path }, breakpoints: [{ line }] });
}

describe("breakpoints are where they were typed", () => {
  it.each([
    [
      "a class with parameter properties",
      "class A {\n  constructor(readonly n: number) {}\n  twice() {\n    return String(this.n * 2);\n  }\n}\nnew A(1).twice()",
      4,
      "4 twice",
    ],
    [
      "an element",
      "const h = (...all: unknown[]) => all;\n/** @jsx h */\nfunction view() {\n  const n = String(1);\n  return <b>{n}</b>;\n}\nview()",
      5,
      "5 view",
    ],
    ["a loop that awaits", "for (let i = 0; i < 1; i++) {\n  await null;\n  console.log(i);\n}", 3, "3 Cell"],
    ["an object alone", "{\n  a: String(1)\n}", 2, "2 Cell"],
    ["a cell with line magics", "%time 1\nconst timed = String(2);\ntimed", 2, "2 Cell"],
    [
      "a callback of a timer",
      "await new Promise<void>((done) => {\n  setTimeout(() => {\n    done();\n  }, 5);\n});",
      3,
      "3 (anonymous)",
    ],
  ])("in %s", async (_, code, line, frame) => {
    await breakInCell(code, line);
    const { frames, status, traceback } = await pausedAt(code);
    expect([status, traceback]).toEqual(["ok", ""]);
    expect(frames[0]).toMatch(new RegExp(`^${frame.replaceAll(/[()]/gu, "\\$&")}`, "u"));
  });

  it("in the realizer of an open stage, which runs in the session", async () => {
    const code = [
      "%%stage counted --open",
      "export const config = { n: 3 };",
      "export default async (build) => {",
      "  const all = Array.from({ length: build.config.n }, (_, i) => i);",
      "  build.log(String(all.length));",
      "};",
    ].join("\n");
    await breakInCell(code, 5);
    expect(await kernel.run(code)).toMatchObject({ status: "ok" });
    const { frames, status } = await pausedAt("%realize counted");
    expect(status).toBe("ok");
    expect(frames[0]).toMatch(/^5 /u);
  });

  it("each time that the cell is run", async () => {
    const code = "const again = String(1);\nagain";
    await breakInCell(code, 1);
    for (let runs = 0; runs < 2; runs++) expect((await pausedAt(code)).frames[0]).toMatch(/^1 Cell/u);
  });

  it("in a module that has been edited and is loaded again", async () => {
    const path = `${kernel.folder}/scale.ts`;
    await debug.get("setBreakpoints", { source: { path }, breakpoints: [{ line: 2 }] });
    const code = 'import { scale } from "./scale.ts";\nscale(2)';
    expect((await pausedAt(code)).frames[0]).toBe("2 scale");
    kernel.write("scale.ts", `// edited\n${moduleText(3)}`);
    await debug.get("setBreakpoints", { source: { path }, breakpoints: [{ line: 3 }] });
    expect((await pausedAt(code)).frames[0]).toBe("3 scale");
  });
});

describe("a client that vanishes while a cell is paused", () => {
  it("leaves it to the next one, which finds it paused", async () => {
    const run = kernel.run("debugger;\n7");
    await debug.event("stopped");
    debug.stop();
    debug = listen(kernel.client);
    const info = await debug.get("debugInfo");
    expect(info).toMatchObject({ isStarted: true, stoppedThreads: [1] });
    debug.stop();
    debug = await attach(kernel.client);
    expect(await debug.frames()).toEqual([expect.stringMatching(/^1 Cell/u)]);
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "7" });
  });
});
