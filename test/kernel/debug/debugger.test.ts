import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel, untilPrinted } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";
import { attach } from "./client.ts";
import type { DebugClient } from "./client.ts";

let kernel: RealKernel;
let debug: DebugClient;

beforeAll(async () => {
  kernel = await startRealKernel({
    "steps.ts": [
      `import { join } from "node:path";`,
      `export interface Step { name: string }`,
      `export function describe(step: Step): string {`,
      `  const path = join("steps", step.name);`,
      `  return path.toUpperCase();`,
      `}`,
      ``,
    ].join("\n"),
  });
  debug = await attach(kernel.client);
}, 60_000);

afterEach(async () => {
  // What a test that failed has left paused must not keep the next ones waiting.
  if ((await debug.get("debugInfo")).stoppedThreads.length > 0)
    await kernel.client.request("interrupt_request");
  debug.forget();
  for (const { source } of (await debug.get("debugInfo")).breakpoints)
    await debug.get("setBreakpoints", { source: { path: source }, breakpoints: [] });
  await debug.get("setExceptionBreakpoints", { filters: [] });
});

afterAll(async () => {
  await kernel.stop();
});

/** Sets breakpoints in the code of a cell. */
async function breakAt(code: string, ...breakpoints: object[]): Promise<{ path: string; told: unknown[] }> {
  const { sourcePath: path } = await debug.get("dumpCell", { code });
  const { breakpoints: told } = await debug.get("setBreakpoints", {
    source: { path },
    breakpoints: breakpoints as never,
  });
  return { path, told };
}

describe("a breakpoint in a cell", () => {
  const code = [
    "function double(n: number): number {",
    "  const twice: number = n * 2;",
    "  return twice;",
    "}",
    "const doubled = double(21);",
    "doubled",
  ].join("\n");

  it("pauses the cell, which goes on when told", async () => {
    const { path, told } = await breakAt(code, { line: 3 });
    expect(told).toMatchObject([{ verified: true, line: 3 }]);
    const run = kernel.run(code);
    const stopped = await debug.event("stopped");
    expect(stopped).toMatchObject({ reason: "breakpoint", threadId: 1, allThreadsStopped: true });
    const { stackFrames, totalFrames } = await debug.get("stackTrace", { threadId: 1 });
    expect(stackFrames).toMatchObject([
      { name: "double", line: 3, source: { path } },
      { name: expect.stringMatching(/^Cell \[\d+\]$/u), line: 5, source: { path } },
    ]);
    expect(totalFrames).toBe(2);
    expect(await debug.scope("Locals")).toMatchObject({ n: "21", twice: "42" });
    await debug.get("continue", { threadId: 1 });
    expect(await debug.event("continued")).toMatchObject({ threadId: 1 });
    expect(await run).toMatchObject({ status: "ok", result: "42" });
  });

  it("may be set when the code has run already", async () => {
    await kernel.run("function late(n: number) {\n  const more = n + 1;\n  return more;\n}");
    const { told } = await breakAt("function late(n: number) {\n  const more = n + 1;\n  return more;\n}", {
      line: 2,
    });
    expect(told).toMatchObject([{ verified: true, line: 2 }]);
    const run = kernel.run("late(1)");
    await debug.event("stopped");
    expect(await debug.frames()).toEqual(["2 late", expect.stringMatching(/^1 Cell/u)]);
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "2" });
  });

  it("slides to the next line on which something runs", async () => {
    const spaced = "const first = 1;\n\n// nothing\nconst second = first + 1;\nsecond";
    const { told } = await breakAt(spaced, { line: 2 });
    expect(told).toMatchObject([{ verified: true, line: 4 }]);
    const run = kernel.run(spaced);
    await debug.event("stopped");
    expect(await debug.frames()).toEqual([expect.stringMatching(/^4 Cell/u)]);
    await debug.get("continue", { threadId: 1 });
    await run;
  });

  it("is told when the running code has it elsewhere than the text alone let expect", async () => {
    const enumeration = "enum Level {\n  Low = 1,\n  High = 2,\n}\n\nconst level = Level.High;\nlevel";
    const { told } = await breakAt(enumeration, { line: 5 });
    expect(told).toMatchObject([{ verified: true, line: 6 }]);
    const run = kernel.run(enumeration);
    await debug.event("stopped");
    expect(await debug.frames()).toEqual([expect.stringMatching(/^6 Cell/u)]);
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "2" });
  });

  it("behind the last line is not verified", async () => {
    const { told } = await breakAt("const only = 1;", { line: 7 });
    expect(told).toMatchObject([{ verified: false, line: 7, message: "It is set when the code is run" }]);
  });

  it("with a condition pauses when that holds, types and all", async () => {
    const loop = "let sum = 0;\nfor (let i = 0; i < 5; i++) {\n  sum += i;\n}\nsum";
    await breakAt(loop, { line: 3, condition: "(i as number) === 3" });
    const run = kernel.run(loop);
    await debug.event("stopped");
    expect(await debug.scope("Locals")).toEqual({ i: "3" });
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "10" });
  });

  it("with a count pauses at that visit", async () => {
    const loop = "let count = 0;\nfor (let i = 0; i < 9; i++) {\n  count += 1;\n}\ncount";
    await breakAt(loop, { line: 3, hitCondition: "4" });
    const run = kernel.run(loop);
    await debug.event("stopped");
    expect(await debug.scope("Locals")).toEqual({ i: "3" });
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "9" });
  });

  it("with a message prints instead of pausing, whatever its expressions throw", async () => {
    const loop = "for (let i = 0; i < 2; i++) {\n  i.toFixed();\n}";
    await breakAt(loop, { line: 2, logMessage: "i is {i}, {({ twice: i * 2 })}, {missing}" });
    const { printed } = await kernel.run(loop);
    expect(printed).toBe(
      [0, 1]
        .map((i) => `i is ${i}, { twice: ${i * 2} }, [ReferenceError: missing is not defined]\n`)
        .join(""),
    );
  });

  it.each([
    [{ condition: "i ===" }, /^Cannot take the expression "i ===": /u],
    [{ hitCondition: "often" }, /^Cannot count visits by "often": it must be a number/u],
    [{ logMessage: "{i +}" }, /^Cannot take the expression "i \+": /u],
  ])("that says %j is refused with a reason", async (options, message) => {
    const { told } = await breakAt("const x = 1;", { line: 1, ...options });
    expect(told).toEqual([
      expect.objectContaining({ verified: false, message: expect.stringMatching(message) }),
    ]);
  });
});

describe("a breakpoint in a local module", () => {
  it("pauses there, set before the module is loaded, and imported names can be evaluated", async () => {
    const path = `${kernel.folder}/steps.ts`;
    const { breakpoints } = await debug.get("setBreakpoints", {
      source: { path },
      breakpoints: [{ line: 5 }],
    });
    expect(breakpoints).toMatchObject([{ verified: true, line: 5 }]);
    const run = kernel.run('import { describe } from "./steps.ts";\ndescribe({ name: "one" })');
    await debug.event("stopped");
    expect(await debug.frames()).toEqual(["5 describe", expect.stringMatching(/^2 Cell/u)]);
    expect(await debug.scope("Locals")).toMatchObject({ path: '"steps/one"' });
    const [{ id: frameId }] = (await debug.get("stackTrace", { threadId: 1 })).stackFrames;
    expect(await debug.get("evaluate", { expression: 'join("a", step.name)', frameId })).toMatchObject({
      result: '"a/one"',
    });
    expect((await debug.get("source", { source: { path } })).content).toContain("export function describe");
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ status: "ok", result: "'STEPS/ONE'" });
    expect((await debug.get("modules")).modules).toContainEqual({
      id: expect.any(Number),
      name: "steps.ts",
      path,
    });
  });
});

describe("steps", () => {
  it("go over, into and out of calls, and end with the cell", async () => {
    const code = [
      "function inner(n: number) {",
      "  const plus = n + 1;",
      "  return plus;",
      "}",
      "debugger;",
      "const a = inner(1);",
      "const b = [1].map((x) => x + a)[0];",
      "b",
    ].join("\n");
    const run = kernel.run(code);
    expect(await debug.event("stopped")).toMatchObject({ reason: "breakpoint" });
    const go = async (command: string): Promise<string | undefined> => {
      await debug.get(command, { threadId: 1 });
      expect(await debug.event("stopped")).toMatchObject({ reason: "step" });
      return (await debug.frames())[0]?.replace(/\[\d+\]/u, "");
    };
    expect(await go("next")).toBe("6 Cell ");
    expect(await go("stepIn")).toBe("2 inner");
    expect(await go("next")).toBe("3 inner");
    expect(await go("stepOut")).toBe("7 Cell ");
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "3" });
    const next = await kernel.run("1 + 1");
    expect(next).toMatchObject({ result: "2" });
  });

  it("go over an await", async () => {
    const code = "debugger;\nawait new Promise((done) => setTimeout(done, 5));\nconst after = 1;\nafter";
    const run = kernel.run(code);
    await debug.event("stopped");
    const lines = new Set<string | undefined>();
    for (let steps = 0; steps < 12 && !lines.has("3"); steps++) {
      await debug.get("next", { threadId: 1 });
      await debug.event("stopped");
      lines.add((await debug.frames())[0]?.split(" ")[0]);
    }
    expect([...lines]).toEqual(["2", "3"]);
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "1" });
  });

  it("over the last statement end the cell, and the next cell is not paused", async () => {
    const run = kernel.run("debugger;\n5");
    await debug.event("stopped");
    let isOver = false;
    void run.then(() => (isOver = true));
    for (let steps = 0; steps < 8 && !isOver; steps++) {
      await debug.get("next", { threadId: 1 });
      await Promise.race([run, debug.event("stopped")]);
    }
    expect(await run).toMatchObject({ result: "5" });
    expect(await kernel.run("function fresh() { return 6 }\nfresh()")).toMatchObject({ result: "6" });
  });

  it("do not go into the kernel, Node or packages", async () => {
    const run = kernel.run('debugger;\nconst joined = require("node:path").join("a", "b");\njoined');
    await debug.event("stopped");
    const lines: string[] = [];
    for (let steps = 0; steps < 6 && lines.at(-1) !== "3"; steps++) {
      await debug.get("stepIn", { threadId: 1 });
      await debug.event("stopped");
      const frames = await debug.frames();
      expect(frames).toHaveLength(1);
      lines.push(frames[0]?.split(" ")[0] ?? "");
    }
    expect(lines.at(-1)).toBe("3");
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "'a/b'" });
  });
});

describe("pause", () => {
  it("stops an endless loop where it is, and an interrupt then ends the cell", async () => {
    const turns = untilPrinted(kernel.client, "begun");
    const run = kernel.run('let turns = 0; console.log("begun");\nwhile (true) {\n  turns += 1;\n}');
    await turns;
    // It is printed a moment before the loop begins.
    await new Promise((done) => setTimeout(done, 100));
    await debug.get("pause", { threadId: 1 });
    expect(await debug.event("stopped")).toMatchObject({ reason: "pause" });
    expect(await debug.frames()).toEqual([expect.stringMatching(/^[23] Cell/u)]);
    await kernel.client.request("interrupt_request");
    const { status, traceback } = await run;
    expect(status).toBe("error");
    expect(traceback).toMatch(/Interrupted: The cell was interrupted[^]*line [23]/u);
    expect(await kernel.run("turns > 0")).toMatchObject({ result: "true" });
  });
});

describe("while the program is paused", () => {
  it("everything else is answered, and an interrupt ends the cell before it does anything more", async () => {
    await kernel.run("let done: string[] = [];");
    const run = kernel.run("done.push('before');\ndebugger;\ndone.push('after');");
    await debug.event("stopped");
    expect(await kernel.client.request("kernel_info_request")).toMatchObject({
      status: "ok",
      debugger: true,
    });
    expect((await kernel.complete("done.pu|")).matches).toContain("push");
    expect(await kernel.client.request("is_complete_request", { code: "1 +" })).toMatchObject({
      status: "incomplete",
    });
    expect((await debug.get("debugInfo")).stoppedThreads).toEqual([1]);
    await kernel.client.request("interrupt_request");
    const { status, traceback } = await run;
    expect(status).toBe("error");
    expect(traceback).toContain("line 2");
    expect(await debug.event("continued")).toMatchObject({ threadId: 1 });
    expect(await kernel.run("done")).toMatchObject({ result: "[ 'before' ]" });
  });

  it("names are evaluated in a frame, set, and copied to the session", async () => {
    const code = "function local(secret: number) {\n  debugger;\n  return secret;\n}\nlocal(7)";
    const run = kernel.run(code);
    await debug.event("stopped");
    const { stackFrames } = await debug.get("stackTrace", { threadId: 1 });
    const frameId = stackFrames[0].id;
    expect(await debug.get("evaluate", { expression: "secret satisfies number", frameId })).toMatchObject({
      result: "7",
      type: "number",
    });
    expect(await debug.ask("evaluate", { expression: "secret +", frameId })).toMatchObject({
      success: false,
    });
    expect(await debug.ask("evaluate", { expression: "nothing.here", frameId })).toMatchObject({
      success: false,
      message: "ReferenceError: nothing is not defined",
    });
    expect(await debug.ask("evaluate", { expression: "await secret", frameId })).toMatchObject({
      success: false,
      message: 'Cannot evaluate "await secret": it awaits, which only a cell can',
    });
    expect(await debug.ask("evaluate", { expression: "let fresh = 1" })).toMatchObject({
      success: false,
      message: 'Cannot evaluate "let fresh = 1": it declares a name, which only a cell can',
    });
    expect(await debug.get("evaluate", { expression: "typeof local" })).toMatchObject({
      result: '"function"',
    });
    const hover = await debug.ask("evaluate", { expression: "secret = 1", frameId, context: "hover" });
    expect(hover.success).toBe(false);
    expect(await debug.get("evaluate", { expression: "{ a: secret }", frameId })).toMatchObject({
      result: "{a: 7}",
    });
    const { scopes } = await debug.get("scopes", { frameId });
    expect(scopes.map(({ name }: { name: string }) => name)).toEqual(["Locals", "Globals"]);
    const outer = await debug.get("scopes", { frameId: stackFrames[1].id });
    const leaked = { variablesReference: outer.scopes[0].variablesReference, name: "secret", value: "9" };
    expect(await debug.ask("setVariable", leaked)).toMatchObject({
      success: false,
      message: "ReferenceError: secret is not defined",
    });
    const set = { variablesReference: scopes[0].variablesReference, name: "secret", value: "8" };
    expect(await debug.get("setVariable", set)).toMatchObject({ value: "8" });
    await debug.get("copyToGlobals", {
      srcVariableName: "secret",
      dstVariableName: "leaked",
      srcFrameId: frameId,
    });
    expect(await debug.get("richInspectVariables", { variableName: "secret", frameId })).toMatchObject({
      data: { "text/plain": "8" },
    });
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "8" });
    expect(await kernel.run("leaked")).toMatchObject({ result: "8" });
  });

  it("an expression that takes too long is given up, and the program is where it was", async () => {
    const run = kernel.run("debugger;\n'still here'");
    await debug.event("stopped");
    const [{ id: frameId }] = (await debug.get("stackTrace", { threadId: 1 })).stackFrames;
    expect(await debug.ask("evaluate", { expression: "(() => { for (;;); })()", frameId })).toMatchObject({
      success: false,
      message: "Cannot wait for the expression: it takes more than 3 s",
    });
    expect(await debug.frames()).toEqual([expect.stringMatching(/^1 Cell/u)]);
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "'still here'" });
  });

  it("what is typed into the debugger is completed by what is there", async () => {
    const code = [
      "class Box { constructor(public width: number, public height: number) {}",
      "  area() {",
      "    const factor = 2;",
      "    debugger;",
      "    return this.width * factor;",
      "  }",
      "}",
      "new Box(1, 2).area()",
    ].join("\n");
    const run = kernel.run(code);
    await debug.event("stopped");
    const [{ id: frameId }] = (await debug.get("stackTrace", { threadId: 1 })).stackFrames;
    const complete = async (text: string): Promise<unknown> =>
      (await debug.get("completions", { text, column: text.length + 1, frameId })).targets;
    expect(await complete("1 + fac")).toEqual([{ label: "factor", type: "variable", start: 4, length: 3 }]);
    expect(await complete("this.wi")).toEqual([{ label: "width", type: "property", start: 5, length: 2 }]);
    expect(await complete("this.ar")).toEqual([{ label: "area", type: "method", start: 5, length: 2 }]);
    expect(await complete("nothing.here")).toEqual([]);
    expect(await debug.scope("Locals")).toEqual({ factor: "2", this: "Box" });
    await debug.get("stepOut", { threadId: 1 });
    await Promise.race([debug.event("stopped"), run]);
    await debug.ask("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "2" });
  });

  it("references of the pause before are refused", async () => {
    const run = kernel.run("debugger;\n1");
    await debug.event("stopped");
    const { stackFrames } = await debug.get("stackTrace", { threadId: 1 });
    const { scopes } = await debug.get("scopes", { frameId: stackFrames[0].id });
    await debug.get("continue", { threadId: 1 });
    await run;
    const [{ variablesReference }] = scopes;
    expect(await debug.ask("variables", { variablesReference })).toMatchObject({
      success: false,
      message: `Cannot look into variable ${variablesReference}: there is none with that reference, or the program has gone on`,
    });
    expect(await debug.ask("stackTrace", { threadId: 1 })).toMatchObject({
      success: false,
      message: "Cannot do that while the program runs: it has not paused",
    });
  });
});

describe("exceptions", () => {
  const caught = "try { throw new Error('caught') } catch {}\n'through'";
  const uncaught = "function fails(): never {\n  throw new RangeError('too much');\n}\nfails()";

  it("that nobody catches pause where they are thrown", async () => {
    await debug.get("setExceptionBreakpoints", { filters: ["uncaught"] });
    expect(await kernel.run(caught)).toMatchObject({ result: "'through'" });
    const run = kernel.run(uncaught);
    expect(await debug.event("stopped")).toMatchObject({
      reason: "exception",
      text: "RangeError: too much",
    });
    expect(await debug.frames()).toEqual(["2 fails", expect.stringMatching(/^4 Cell/u)]);
    expect(await debug.get("exceptionInfo", { threadId: 1 })).toMatchObject({
      exceptionId: "RangeError",
      description: "RangeError: too much",
    });
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ status: "error" });
  });

  it("in what is awaited count as caught when the one that awaits catches", async () => {
    await debug.get("setExceptionBreakpoints", { filters: ["uncaught"] });
    const rejecting = "async function rejects() {\n  await null;\n  throw new Error('late');\n}";
    expect(await kernel.run(`${rejecting}\ntry { await rejects() } catch {}\n'through'`)).toMatchObject({
      result: "'through'",
    });
    const run = kernel.run("await rejects()");
    expect(await debug.event("stopped")).toMatchObject({ reason: "exception", text: "Error: late" });
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ status: "error" });
  });

  it("pause also when they are caught, if that is asked for", async () => {
    await debug.get("setExceptionBreakpoints", { filters: ["all"] });
    const run = kernel.run(caught);
    expect(await debug.event("stopped")).toMatchObject({ reason: "exception", text: "Error: caught" });
    await debug.get("continue", { threadId: 1 });
    expect(await run).toMatchObject({ result: "'through'" });
  });
});
