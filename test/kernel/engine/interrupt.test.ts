import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const project = fileURLToPath(new URL("../../../", import.meta.url));
const script = fileURLToPath(new URL("engine-process.mjs", import.meta.url));

interface Request {
  readonly evaluate?: string;
  /** Interrupts that long after the cell was started, or, if it `begins`, after it has called begin(). */
  readonly afterMs?: number;
  readonly begins?: true;
  readonly interrupt?: true;
}

interface Answer {
  readonly status?: string;
  readonly ename?: string;
  readonly trace?: string;
  readonly value?: unknown;
  readonly interruptMs?: number;
}

let process_: ChildProcess;
let lines: AsyncIterator<string>;
let folder: string;

beforeEach(async () => {
  if (!existsSync(join(project, "dist/kernel/engine/engine.js")))
    throw new Error("There is no dist/: npm run build makes it");
  folder = mkdtempSync(join(tmpdir(), "lightnix-interrupt-"));
  process_ = spawn(process.execPath, [script, project, folder], { stdio: ["pipe", "pipe", "inherit"] });
  lines = createInterface({ input: process_.stdout ?? process.stdin })[Symbol.asyncIterator]();
  await next();
  await ask({ evaluate: "let kept = 41" });
});

afterEach(() => {
  process_.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function next(): Promise<Answer> {
  const { value, done } = await lines.next();
  if (done === true)
    throw new Error(`The engine's process ended: ${process_.exitCode ?? process_.signalCode}`);
  return JSON.parse(value) as Answer;
}

async function ask(request: Request): Promise<Answer> {
  process_.stdin?.write(`${JSON.stringify(request)}\n`);
  return await next();
}

async function expectKept(): Promise<void> {
  expect(await ask({ evaluate: "kept + 1" })).toMatchObject({ status: "ok", value: 42 });
}

describe("an interrupt ends", () => {
  it.each([
    ["a loop at the top level", "begin(); while (true) {}", "Cell [2], line 1"],
    [
      "a loop in a function",
      "function inner() {\n  begin(); while (true);\n}\ninner()",
      "Cell [2], line 2 in inner",
    ],
    ["a loop after an await", "await 1;\nbegin(); while (true) {}", "Cell [2], line 2"],
    [
      "a loop in a timer",
      "await new Promise(() => setTimeout(() => {\n  begin(); while (true);\n}, 1))",
      "Cell [2], line 2",
    ],
    [
      "a loop in a timer that hooks are told of",
      "(await import('node:async_hooks')).createHook({ before() {}, after() {} }).enable();\nawait new Promise(() => setTimeout(() => {\n  begin(); while (true);\n}, 1))",
      "Cell [2], line 3",
    ],
    [
      "a loop in a chain of promises",
      "await Promise.resolve().then(() => new Promise((r) => setImmediate(r))).then(() => {\n  begin(); for (;;);\n})",
      "Cell [2], line 2",
    ],
    [
      "a loop that catches everything",
      "for (;;) {\n  try { begin(); for (;;); } catch {} finally { for (;;); }\n}",
      "Cell [2], line 2",
    ],
    ["a chain of microtasks", "for (;;) await begin()", "Cell [2], line 1"],
    [
      "a chain of ticks",
      "process.nextTick(function f() { begin(); process.nextTick(f) });\nawait new Promise(() => {})",
      "Cell [2], line",
    ],
    ["a regular expression", "begin(); /(a+)+$/.test('a'.repeat(40) + 'b')", "Cell [2], line 1"],
    [
      "a wait for another thread",
      "begin(); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
      "Cell [2], line 1",
    ],
    [
      "a wait for a child process",
      "const { execSync } = await import('node:child_process'); begin(); execSync('sleep 30')",
      "Cell [2], line 1",
    ],
    [
      "a pending await",
      "const one = 1;\nfor (const n of [one]) {\n  await null;\n  const r = await new Promise(() => begin());\n}",
      "  > 4 |   const r = await new Promise(() => begin());\n      |             ^",
    ],
    [
      "an await in a function that is awaited",
      "const slow = async () => await new Promise(() => begin());\n\nawait slow()",
      "Cell [2], line 3",
    ],
    [
      "an import of a module that awaits",
      'import { sep } from "node:path";\nimport "data:text/javascript,await new Promise(() => begin())";\nsep',
      "Cell [2], line 2",
    ],
  ])("%s, says where, and keeps the variables", async (_, code, place) => {
    const answer = await ask({ evaluate: code, begins: true, afterMs: 100 });
    expect(answer).toMatchObject({ status: "error", ename: "Interrupted" });
    expect(answer.trace).toContain(place);
    expect(answer.trace).not.toContain("kernel/engine");
    await expectKept();
  });

  it("a wait for a child process, and leaves the compiler of elements and enums alone", async () => {
    expect(await ask({ evaluate: "enum A { x = 3 }\nA.x" })).toMatchObject({ value: 3 });
    const blocked = "const { execSync } = await import('node:child_process'); begin(); execSync('sleep 30')";
    expect(await ask({ evaluate: blocked, begins: true, afterMs: 50 })).toMatchObject({ status: "error" });
    expect(await ask({ evaluate: "enum B { x = 4 }\nB.x" })).toMatchObject({ value: 4 });
  });

  it.each([
    ["import", "import { n } from 'slow'; n", "type", "module", "export const n"],
    ["require", "require('slow').n", "type", "commonjs", "exports.n"],
  ])(
    "an %s of a package when that is loaded, so that it can be had later",
    async (_, code, field, kind, made) => {
      const root = join(folder, "node_modules", "slow");
      mkdirSync(root, { recursive: true });
      writeFileSync(join(root, "package.json"), JSON.stringify({ name: "slow", [field]: kind }));
      writeFileSync(
        join(root, "index.js"),
        `begin();\nconst end = Date.now() + 1500;\nwhile (Date.now() < end);\n${made} = 42;`,
      );
      await ask({ evaluate: code, begins: true, afterMs: 100 });
      expect(await ask({ evaluate: code })).toMatchObject({ status: "ok", value: 42 });
    },
  );

  it("a cell when a module is loaded that the kernel itself needs, so that it can be had later", async () => {
    // What lies in the project's own folder counts as the kernel's.
    mkdirSync(join(project, "test/out"), { recursive: true });
    const own = mkdtempSync(join(project, "test/out/own-module-"));
    try {
      const slow = join(own, "slow.mjs");
      writeFileSync(
        slow,
        "begin();\nconst end = Date.now() + 1500;\nwhile (Date.now() < end);\nexport const n = 42;",
      );
      const code = `setTimeout(loadOwn, 10, ${JSON.stringify(slow)});\nawait new Promise(() => {})`;
      expect(await ask({ evaluate: code, begins: true, afterMs: 100 })).toMatchObject({
        ename: "Interrupted",
      });
      const again = `(await loadOwn(${JSON.stringify(slow)})).n`;
      expect(await ask({ evaluate: again })).toMatchObject({ status: "ok", value: 42 });
    } finally {
      rmSync(own, { recursive: true });
    }
  });

  it("a package that loops for ever when it is loaded", async () => {
    const root = join(folder, "node_modules", "endless");
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, "index.js"), "begin();\nfor (;;);");
    const answer = await ask({ evaluate: "require('endless')", begins: true, afterMs: 100 });
    expect(answer).toMatchObject({ status: "error", ename: "Interrupted" });
    await expectKept();
  });

  it("a module that loops while it is evaluated, which can be imported when it has been mended", async () => {
    // The first import of all loads what finds files, which is not to be what is interrupted.
    writeFileSync(join(folder, "first.ts"), "export {}");
    await ask({ evaluate: "import './first.ts'" });
    writeFileSync(join(folder, "loop.ts"), "export const n = begin()\nfor (;;);");
    const answer = await ask({ evaluate: "import { n } from './loop.ts'", begins: true, afterMs: 50 });
    expect(answer.trace).toContain("./loop.ts:2:1");
    writeFileSync(join(folder, "loop.ts"), "export const n = 2");
    expect(await ask({ evaluate: "import { n } from './loop.ts'; n" })).toMatchObject({ value: 2 });
  });

  it("what goes on behind the awaits of the cell, running its `finally`", async () => {
    await ask({
      evaluate:
        "let ticks = 0, cleaned = false; const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))",
    });
    const code =
      "try {\n  for (;;) {\n    await sleep(2);\n    ticks++\n    begin()\n  }\n} finally {\n  cleaned = true\n}";
    expect(await ask({ evaluate: code, begins: true, afterMs: 20 })).toMatchObject({ ename: "Interrupted" });
    const { value } = await ask({
      evaluate:
        "await sleep(30); const before = ticks; await sleep(30); [before > 0, before === ticks, cleaned]",
    });
    expect(value).toEqual([true, true, true]);
  });

  it("what a cell awaits from being bound when it comes, where a later cell has declared the name", async () => {
    await ask({
      evaluate:
        "let come = () => {}; const soon = (it: any) => new Promise<any>((r) => { come = () => r(it); begin() }); let went = 0",
    });
    for (const start of ["let kept =", "const kept =", "var kept =", "kept =", "var { kept } ="]) {
      const value = start.includes("{") ? "{ kept: 1 }" : "1";
      const cell = `went += ${start.startsWith("kept") ? "0; kept = await" : `0; ${start} await`} soon(${value}); went = 1`;
      expect(await ask({ evaluate: cell, begins: true, afterMs: 20 })).toMatchObject({
        ename: "Interrupted",
      });
      await ask({ evaluate: "let kept = 42" });
      const later = await ask({
        evaluate: "come(); await new Promise((r) => setTimeout(r, 20)); [kept, went]",
      });
      expect(later).toMatchObject({ status: "ok", value: [42, 0] });
    }
  });

  it("a loop in a callback whose cell has ended", async () => {
    const evaluate = "setTimeout(() => { begin(); for (;;); }, 5)";
    const answer = await ask({ evaluate, begins: true, afterMs: 50 });
    expect(answer).toMatchObject({ status: "ok", interruptMs: expect.any(Number) as unknown });
    await expectKept();
  });

  it("one cell after another, many times", async () => {
    for (let round = 0; round < 10; round++) {
      const waits = ["for (;;);", "await 1; for (;;);", "await new Promise(() => {})"];
      const evaluate = `begin(); ${waits[round % waits.length]}`;
      expect(await ask({ evaluate, begins: true, afterMs: round })).toMatchObject({ ename: "Interrupted" });
    }
    await expectKept();
  });
});

describe("an interrupt", () => {
  it("does nothing while no cell runs", async () => {
    await ask({ interrupt: true });
    await expectKept();
    await ask({ evaluate: "setTimeout(() => { kept = 41 }, 20); kept = 0" });
    await ask({ interrupt: true });
    const later = await ask({ evaluate: "await new Promise((r) => setTimeout(r, 50)); kept" });
    expect(later).toMatchObject({ status: "ok", value: 41 });
  });

  it("fires the signal of the running cell", async () => {
    const evaluate =
      "let seen = false; cellSignal().addEventListener('abort', () => { seen = true }); await new Promise(() => begin())";
    expect(await ask({ evaluate, begins: true, afterMs: 20 })).toMatchObject({ ename: "Interrupted" });
    expect(await ask({ evaluate: "seen" })).toMatchObject({ value: true });
  });

  it("fires the signals of cells that have ended when none is running, and then only", async () => {
    const evaluate = "let seen = 0; cellSignal().addEventListener('abort', () => { seen++ }); 0";
    await ask({ evaluate });
    expect(await ask({ evaluate: "begin(); for (;;);", begins: true, afterMs: 20 })).toMatchObject({
      ename: "Interrupted",
    });
    expect(await ask({ evaluate: "seen" })).toMatchObject({ value: 0 });
    await ask({ interrupt: true });
    await ask({ interrupt: true });
    expect(await ask({ evaluate: "seen" })).toMatchObject({ value: 1 });
  });

  it("is nothing to those who listen to uncaught errors", async () => {
    const listen =
      "let heard = 0; for (const name of ['uncaughtException', 'uncaughtExceptionMonitor'] as const) process.on(name, () => { heard++ })";
    await ask({ evaluate: listen });
    const code = "await new Promise(() => setTimeout(() => { begin(); for (;;); }, 1))";
    expect(await ask({ evaluate: code, begins: true, afterMs: 50 })).toMatchObject({ ename: "Interrupted" });
    expect(await ask({ evaluate: "heard" })).toMatchObject({ value: 0 });
  });

  it("spares a short callback of another cell than the one that runs", async () => {
    await ask({
      evaluate:
        "let isThrough = false; void setTimeout(() => { const end = Date.now() + 60; while (Date.now() < end); isThrough = true }, 100)",
    });
    expect(await ask({ evaluate: "await new Promise(() => {})", afterMs: 110 })).toMatchObject({
      ename: "Interrupted",
    });
    const { value } = await ask({ evaluate: "await new Promise((r) => setTimeout(r, 200)); isThrough" });
    expect(value).toBe(true);
  });

  it("spares an error in a callback, which is reported and ends nothing", async () => {
    process_.stdin?.write(
      `${JSON.stringify({ evaluate: "setTimeout(() => { throw new Error('late') }, 1); 0" })}\n`,
    );
    const answers = [await next(), await next()];
    expect(answers).toContainEqual({ uncaught: "late", cell: "[2]" });
    await expectKept();
  });
});
