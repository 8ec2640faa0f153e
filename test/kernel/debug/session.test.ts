import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../support/is-alive.ts";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";
import { attach, listen } from "./client.ts";
import type { DebugClient } from "./client.ts";

describe("without being started, the debugger", () => {
  let kernel: RealKernel;
  let debug: DebugClient;
  beforeAll(async () => {
    kernel = await startRealKernel();
    debug = listen(kernel.client);
  });
  afterAll(async () => {
    await kernel.stop();
  });

  it("tells how it names cells", async () => {
    const info = await debug.get("debugInfo");
    expect(info).toEqual({
      isStarted: false,
      hashMethod: "Murmur2",
      hashSeed: expect.any(Number),
      tmpFilePrefix: expect.stringMatching(/lightnix_\d+[\\/]$/u),
      tmpFileSuffix: ".ts",
      breakpoints: [],
      stoppedThreads: [],
      richRendering: true,
      exceptionPaths: [],
      copyToGlobals: true,
    });
  });

  it("lists the variables of the session and what is inside of them, and runs no getter", async () => {
    await kernel.run(
      [
        "const text = 'abc';",
        "const point = { x: 1, get trap() { globalThis.sprung = true; return 1 } };",
        "const list = Array.from({ length: 5000 }, (_, i) => i);",
        "const pairs = new Map([['a', { deep: true }]]);",
        "let performance = 3;",
        "class Counter { #count = 2; name = 'c'; }",
        "const counter = new Counter();",
      ].join("\n"),
    );
    const { variables } = await debug.get("inspectVariables");
    const shown = Object.fromEntries(
      variables.map((one: { name: string; value: string; type: string }) => [
        one.name,
        [one.value, one.type],
      ]),
    );
    expect(shown).toMatchObject({
      text: ['"abc"', "string"],
      point: ["{x: 1, trap: (…)}", "Object"],
      pairs: ['Map(1) {"a" => Object}', "Map"],
      performance: ["3", "number"],
      Counter: ["class Counter { #count = 2; name = 'c'; }", "function"],
    });
    expect(shown).not.toHaveProperty("require");
    const named = (name: string): { variablesReference: number; indexedVariables?: number } =>
      variables.find((one: { name: string }) => one.name === name);
    const inside = async (name: string, part = {}): Promise<string[]> => {
      const { variablesReference } = named(name);
      const found = (await debug.get("variables", { variablesReference, ...part })).variables;
      return found.map((one: { name: string; value: string }) => `${one.name}: ${one.value}`);
    };
    expect(await inside("point")).toEqual(["x: 1", "trap: (getter)", "[[Prototype]]: Object"]);
    expect(named("list").indexedVariables).toBe(5000);
    expect(await inside("list", { filter: "indexed", start: 4990, count: 2 })).toEqual([
      "4990: 4990",
      "4991: 4991",
    ]);
    expect(await inside("list")).toHaveLength(1000);
    expect(await inside("counter")).toContain("#count: 2");
    expect(await kernel.run("globalThis.sprung")).toMatchObject({ result: undefined });
  });

  it("shows a variable as a cell would", async () => {
    await kernel.run("const rows = [{ a: 1, b: 2 }, { a: 3, b: 4 }];");
    const { data } = await debug.get("richInspectVariables", { variableName: "rows" });
    expect(data["text/html"]).toContain("<table");
    await kernel.run("%%stage first\nexport const config = { lr: 0.5 };\nexport default () => {};");
    const stage = await debug.get("richInspectVariables", { variableName: "first" });
    expect(stage.data["text/plain"]).toMatch(/^first {2}[0-9a-f]{8} {2}\(stage\) {2}not realized yet\n/u);
    expect(await debug.ask("richInspectVariables", { variableName: "rows.pop()" })).toMatchObject({
      success: false,
      message: 'Cannot show "rows.pop()": it is no name of a variable',
    });
  });

  it.each(["setBreakpoints", "stackTrace", "evaluate", "continue", "pause", "configurationDone"])(
    "refuses %s",
    async (command) => {
      expect(await debug.ask(command, { source: { path: "x" }, expression: "1" })).toMatchObject({
        success: false,
        message: 'Cannot debug: the debugger is not started; send "initialize" first',
      });
    },
  );

  it("refuses what it does not know, and what is malformed", async () => {
    expect(await debug.ask("reverseContinue")).toMatchObject({
      success: false,
      message: 'Cannot answer "reverseContinue": this debugger has no such request',
    });
    expect(await debug.ask("variables", { variablesReference: "one" })).toMatchObject({
      success: false,
      message: 'Cannot take the argument "variablesReference": it must be a whole number, and is "one"',
    });
    expect(await debug.ask("dumpCell", {})).toMatchObject({
      message: 'Cannot take the argument "code": it must be text, and is left out',
    });
    expect(await debug.ask("source", { source: { path: "/no/such.ts" } })).toMatchObject({
      message: 'Cannot read the source "/no/such.ts": it is neither a cell\'s nor a file',
    });
  });
});

describe("disconnecting", () => {
  it("lets a paused cell go on, and what comes after runs as if there had never been a debugger", async () => {
    const kernel = await startRealKernel();
    try {
      const debug = await attach(kernel.client);
      const code = "let n = 1;\ndebugger;\nn += 1;\nn";
      const run = kernel.run(code);
      await debug.event("stopped");
      await debug.get("disconnect", { restart: false, terminateDebuggee: false });
      expect(await debug.event("continued")).toMatchObject({ threadId: 1 });
      expect(await run).toMatchObject({ status: "ok", result: "2" });
      expect(await kernel.run(code)).toMatchObject({ result: "2" });
      expect(await debug.get("debugInfo")).toMatchObject({ isStarted: false, stoppedThreads: [] });
      const again = await attach(kernel.client);
      const second = kernel.run(code);
      await again.event("stopped");
      await again.get("continue", { threadId: 1 });
      expect(await second).toMatchObject({ result: "2" });
      await again.get("terminate");
      await again.event("terminated");
    } finally {
      await kernel.stop();
    }
  });

  it("is not needed for a shutdown of a kernel that is paused", async () => {
    const kernel = await startRealKernel();
    const debug = await attach(kernel.client);
    void kernel.run("debugger;\n1").catch(() => undefined);
    await debug.event("stopped");
    expect(await kernel.client.request("shutdown_request", { restart: false })).toMatchObject({
      status: "ok",
    });
    await expect.poll(() => isAlive(kernel.process.pid ?? 0), { timeout: 20_000 }).toBe(false);
    await kernel.stop();
  });
});
