import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Request } from "zeromq";
import { endpoint, parseConnection } from "../../kernel/wire/connection.ts";
import { KernelClient } from "../../kernel/app/client.ts";
import { writeConnectionFile } from "../../kernel/app/connection-file.ts";
import { connectZeromqChannels } from "../../kernel/wire/zeromq-client.ts";
import { projectRoot, python } from "../support/jupyter.ts";
import type { RequestType } from "../../kernel/wire/messages.ts";
import { isAlive } from "../support/is-alive.ts";
import { startRealKernel, untilInput, untilPrinted, type RealKernel } from "../support/kernel.ts";

// Far above what it takes, as machines that run tests are busy.
const BOUND_MS = 30_000;

/** Cells that keep the main thread, each in a way of its own. */
const blockers: Readonly<Record<string, string>> = {
  "a loop": "while (true) {}",
  "a loop after an await": "await null; for (;;);",
  "a wait that never ends": "await new Promise(() => {})",
  "a wait for another thread": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  "execSync of a long command": "execSync('sleep 600')",
  "spawnSync of a long command": "spawnSync('sleep', ['600'])",
  "a shell with children": "execSync('(sleep 600; echo done) | cat')",
  "a flood of prints": "for (let i = 0; ; i++) console.log('line', i)",
  "a flood of large writes": "for (;;) process.stdout.write('x'.repeat(10_000))",
  "a flood of prints by turns": "for (;;) { console.log('out'); console.error('err'); await null }",
  "a flood of displays": "for (let i = 0; ; i++) display.html(`<b>${i}</b>`)",
  "a regular expression that goes back and forth": "/(a+)+$/.test('a'.repeat(40) + 'b')",
  "a chain of ticks": "process.nextTick(function f() { process.nextTick(f) }); await new Promise(() => {})",
  "sorting over and over":
    "const many = Array.from({ length: 1e5 }, () => Math.random()); for (;;) many.slice().sort()",
};

const questions: readonly [RequestType, Record<string, unknown>][] = [
  ["kernel_info_request", {}],
  ["is_complete_request", { code: "1 +" }],
  ["complete_request", { code: "Math.flo", cursor_pos: 8 }],
  ["complete_request", { code: "anything.", cursor_pos: 9 }],
  ["inspect_request", { code: "Math.floor", cursor_pos: 10, detail_level: 1 }],
  ["comm_info_request", {}],
  ["history_request", { hist_access_type: "tail", n: 3, output: true, raw: true }],
];

/** Asks the heart of a kernel, and gives what comes back. */
async function beat({ process: child }: RealKernel): Promise<string> {
  const connection = parseConnection(readFileSync(child.spawnargs.at(-1) ?? "", "utf8"));
  const heart = new Request({ linger: 0, receiveTimeout: BOUND_MS });
  heart.connect(endpoint(connection, "hb"));
  await heart.send("alive?");
  const [answer] = await heart.receive();
  heart.close();
  return String(answer);
}

describe("while a cell is busy with", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
    const start =
      "import { execSync, spawnSync } from 'node:child_process'; let kept = 41; const anything: any = { one: 1 }";
    await kernel.run(start);
  });
  afterAll(() => kernel.stop());

  it.each(Object.entries(blockers))("%s, all else is answered, and an interrupt ends it", async (_, code) => {
    const { client } = kernel;
    const begun = untilInput(client);
    const cell = kernel.run(code);
    await begun;
    await delay(300);
    for (const channel of ["shell", "control"] as const) {
      for (const [type, content] of questions) {
        const answered = client.request(type, content, { channel });
        const reply = await Promise.race([
          answered,
          delay(BOUND_MS, { status: "no answer" }, { ref: false }),
        ]);
        expect({ type, channel, ...reply }).not.toMatchObject({
          status: expect.stringMatching(/^(?:error|no answer)$/u) as string,
        });
      }
    }
    expect(await beat(kernel)).toBe("alive?");
    const started = performance.now();
    expect(await client.request("interrupt_request")).toMatchObject({ status: "ok" });
    const { status, traceback } = await cell;
    expect(performance.now() - started).toBeLessThan(BOUND_MS);
    expect({ status, traceback }).toMatchObject({
      status: "error",
      traceback: expect.stringContaining("Interrupted: The cell was interrupted") as string,
    });
    expect(await kernel.run("kept + 1")).toMatchObject({ result: "42" });
  });
});

describe("a value whose own code runs without end", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
    await kernel.run("%check off");
    await kernel.run("let kept = 41; class Endless extends Error { get message() { for (;;); } }");
  });
  afterAll(() => kernel.stop());

  it.each([
    ["thrown", "throw new Endless()"],
    ["thrown behind an await", "await null; throw new Endless()"],
    ["in a rejected promise", "await Promise.reject(new Endless())"],
    ["by way of its trace", "throw Object.defineProperty(new Error(), 'stack', { get() { for (;;); } })"],
    ["in the text of a cell", "if (kept) { new Endless() } else { }"],
  ])("is told when it is %s, and not asked", async (_, code) => {
    expect((await kernel.run(code)).traceback).toMatch(/^(?:Endless|Error|$)/u);
    expect(await kernel.run("kept + 1")).toMatchObject({ result: "42" });
  });

  it.each([
    ["thrown", "throw { get [Symbol.toStringTag]() { for (;;); } }"],
    ["a proxy that is thrown", "throw new Proxy({}, new Proxy({}, { get() { for (;;); } }))"],
    ["a result", "({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); } })"],
    ["printed", "console.log({ get [Symbol.toStringTag]() { for (;;); } })"],
    ["traced by code of the user's", "Error.prepareStackTrace = () => { for (;;); }; throw new Error('x')"],
  ])("can be interrupted when it has to be asked: %s", async (_, code) => {
    const begun = untilInput(kernel.client);
    const cell = kernel.run(code);
    await begun;
    await delay(300);
    await kernel.client.request("interrupt_request");
    expect((await cell).traceback).toContain("Interrupted: The cell was interrupted");
    expect(await kernel.run("delete Error.prepareStackTrace; kept + 1")).toMatchObject({ result: "42" });
  });

  it("is told when a callback throws it", async () => {
    const { printed } = await kernel.runUntil("setTimeout(() => { throw new Endless() }, 1); 0", /Cell/u);
    expect(printed).toContain("Endless\n  Cell");
  });

  it("is no more of a burden when it is forgotten while a cell still waits for it", async () => {
    for (let round = 0; round < 5; round++) {
      const begun = untilInput(kernel.client);
      const cell = kernel.run("await new Promise(() => {})");
      await begun;
      await kernel.client.request("interrupt_request");
      await cell;
    }
    const collect =
      "require('v8').setFlagsFromString('--expose-gc'); const gc = require('vm').runInNewContext('gc'); for (let i = 0; i < 5; i++) gc()";
    expect(await kernel.run(collect)).toMatchObject({ status: "ok" });
    expect(await kernel.run("kept + 1")).toMatchObject({ result: "42" });
  });
});

describe("a cell that breaks what the kernel itself is made of", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
    await kernel.run("%check off");
    await kernel.run("let kept = 41");
  });
  afterAll(() => kernel.stop());

  const broken: Readonly<Record<string, readonly [code: string, name: string]>> = {
    "a missing method": ["Array.prototype.map = null", "Array.prototype.map"],
    "a method that throws": ["Array.prototype.push = () => { throw 1 }", "Array.prototype.push"],
    "no iteration": ["Array.prototype[Symbol.iterator] = null", "Array.prototype.Symbol(Symbol.iterator)"],
    "no promises": ["globalThis.Promise = null", "globalThis.Promise"],
    "promises that do nothing": ["Promise.prototype.then = () => { throw 1 }", "Promise.prototype.then"],
    "no JSON": ["delete globalThis.JSON", "globalThis.JSON"],
    "JSON of its own": ["Object.prototype.toJSON = () => 'mine'", "Object.prototype.toJSON"],
    "silent threads": [
      "require('worker_threads').Worker.prototype.postMessage = () => { throw 1 }",
      "Worker.prototype.postMessage",
    ],
  };

  it.each(Object.entries(broken))("is told what it has changed: %s", async (_, [code, name]) => {
    const first = await kernel.run(`${code}; 0`);
    const second = await kernel.run("[1].map((n) => n)");
    expect(first.traceback + second.traceback).toContain("ReplyError: Cannot go on with the cell");
    expect(first.traceback + second.traceback).toContain(name);
    expect(await kernel.run("kept + 1")).toMatchObject({ result: "42" });
  });

  it("may take away what rewritten cells call", async () => {
    await kernel.run("delete globalThis.$$cell; 0");
    expect(await kernel.run("kept + 1")).toMatchObject({ result: "42" });
  });

  it("may add to them", async () => {
    await kernel.run("Array.prototype.last = function () { return this[this.length - 1] }; 0");
    expect(await kernel.run("[1, kept + 1].last()")).toMatchObject({ result: "42" });
  });

  // The last one: Node 20 hears nothing then, and it is put back; later ones go on, with what is left.
  it("can be interrupted when it hears nothing any more", async () => {
    await kernel.run("Function.prototype.call = Function.prototype.apply = null; 0");
    const begun = untilInput(kernel.client);
    const cell = kernel.run("kept");
    await begun;
    await delay(300);
    await kernel.client.request("interrupt_request");
    expect((await cell).traceback).toMatch(/Interrupted|ReplyError|^$/u);
    expect(await kernel.run("kept + 1")).toMatchObject({ result: "42" });
  });
});

describe("an interrupt of native code", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
    await kernel.run(
      "import { pbkdf2Sync } from 'node:crypto'; import { spawn } from 'node:child_process'; let kept = 41",
    );
  });
  afterAll(() => kernel.stop());

  it.each([
    ["one long call", "pbkdf2Sync('a', 'b', 2e6, 64, 'sha512'); for (;;);"],
    [
      "one call after another",
      "const many = Array.from({ length: 3e5 }, () => Math.random()); for (;;) many.slice().sort()",
    ],
  ])("waits for the end of %s, and leaves other programs alone", async (_, code) => {
    const started = await kernel.run("const child = spawn('sleep', ['600']); console.log(child.pid)");
    const begun = untilInput(kernel.client);
    const cell = kernel.run(code);
    await begun;
    await delay(300);
    await kernel.client.request("interrupt_request");
    expect(await cell).toMatchObject({
      status: "error",
      traceback: expect.stringContaining("Interrupted") as string,
    });
    expect(await kernel.run("child.exitCode ?? child.signalCode ?? 'alive'")).toMatchObject({
      result: "'alive'",
    });
    expect(Number(started.printed)).toBeGreaterThan(1);
    expect(await kernel.run("child.kill(); kept + 1")).toMatchObject({ result: "42" });
  });
});

describe("a cell that uses up the heap", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel({}, { NODE_OPTIONS: "--max-old-space-size=200" });
    await kernel.run("let kept = 41; let hog: unknown[] = [];");
  });
  afterAll(() => kernel.stop());

  it.each([
    ["in a loop", "for (let i = 0; ; i++) hog.push({ i, text: 'x' + i })"],
    [
      "between awaits",
      "for (let i = 0; ; i++) { hog.push(Array.from({ length: 1000 }, (_, k) => k + i)); await null }",
    ],
  ])("%s is stopped, is told why, and leaves what there is", async (_, code) => {
    const { status, traceback } = await kernel.run(code);
    expect(status).toBe("error");
    expect(traceback).toContain(
      "OutOfMemory: The cell was stopped, because it has used up JavaScript's heap",
    );
    expect(traceback).toContain("--max-old-space-size=");
    expect(await kernel.run("hog.length > 100")).toMatchObject({ result: "true" });
    expect(await kernel.run("hog = []; kept + 1")).toMatchObject({ result: "42" });
  });

  it("is not one that only makes garbage", async () => {
    const code = "for (let i = 0; i < 1e7; i++) { const garbage = { i, more: [i] }; } kept";
    expect(await kernel.run(code)).toMatchObject({ status: "ok", result: "41" });
  });
});

describe("a kernel", () => {
  it("says that a callback ended it, and with which code, in the cell that waits", async () => {
    const kernel = await startRealKernel();
    const exited = once(kernel.process, "exit");
    const code =
      "setTimeout(() => process.exit(3), 50); setTimeout(() => process.exit(4), 60); await new Promise(() => {})";
    const { status, traceback, printed } = await kernel.run(code);
    expect(status).toBe("error");
    expect(traceback).toContain("Exit: The kernel ends, because process.exit(3) was called");
    expect(printed).toContain("process.exit(3)");
    expect((await exited)[0]).toBe(3);
    await kernel.stop();
  });

  it("ends in order when a cell has it abort", async () => {
    const kernel = await startRealKernel();
    const exited = once(kernel.process, "exit");
    const { traceback } = await kernel.run("process.abort()");
    expect(traceback).toContain("The kernel ends, because the cell called process.abort()");
    expect((await exited)[0]).toBe(134);
    await kernel.stop();
  });

  it("that took the place of one that crashed says so in its first cell, and that of one that ended says nothing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lightnix-crash-"));
    const { path, connection } = await writeConnectionFile(folder, "ipc");
    const start = async (): Promise<{
      client: KernelClient;
      child: ChildProcess;
      exited: Promise<unknown>;
    }> => {
      const env = { ...process.env, HOME: folder, LIGHTNIX_ROOT: join(folder, ".store") };
      const argv = [join(projectRoot, "dist/kernel/app/main.cjs"), path];
      const child = spawn(process.execPath, argv, { cwd: folder, env, stdio: "ignore" });
      const client = new KernelClient(connectZeromqChannels(connection), connection);
      await client.ready();
      return { client, child, exited: once(child, "exit") };
    };
    const printedBy = async (client: KernelClient, code: string): Promise<string> => {
      let printed = "";
      await client.execute(code, {
        onPublished: ({ type, content }) => {
          if (type === "stream") printed += content.text;
        },
      });
      return printed;
    };
    const first = await start();
    expect(await printedBy(first.client, "const kept = 1")).toBe("");
    void first.client.execute("process.kill(process.pid, 'SIGSEGV')").catch(() => undefined);
    await first.exited;
    first.client.close();

    const second = await start();
    const said = await printedBy(second.client, "1");
    expect(said).toContain("started anew");
    expect(said).toContain(`(${first.child.pid}) ended without a word while [2] ran`);
    expect(await printedBy(second.client, "2")).toBe("");
    await second.client.request("shutdown_request", { restart: true });
    await second.exited;
    second.client.close();

    const third = await start();
    expect(await printedBy(third.client, "3")).toBe("");
    await third.client.request("shutdown_request", { restart: false });
    await third.exited;
    third.client.close();
    expect(readdirSync(folder).filter((name) => /\.(?:running|died)$/u.test(name))).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it("that took the place of one that crashed names the signal, if its parent does not ask at once, as Jupyter's does", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lightnix-witness-"));
    const { path, connection } = await writeConnectionFile(folder, "ipc");
    const argv = [process.execPath, join(projectRoot, "dist/kernel/app/main.cjs"), path];
    const env = { ...process.env, HOME: folder, LIGHTNIX_ROOT: join(folder, ".store") };
    const program =
      "import subprocess, sys; p = subprocess.Popen(sys.argv[1:]); sys.stdin.read(); p.kill(); p.wait()";
    const start = async (): Promise<{ client: KernelClient; end: () => Promise<void> }> => {
      const parent = spawn(python, ["-c", program, ...argv], {
        cwd: folder,
        env,
        stdio: ["pipe", "ignore", "ignore"],
      });
      const ended = once(parent, "exit");
      const client = new KernelClient(connectZeromqChannels(connection), connection);
      await client.ready();
      const end = async (): Promise<void> => {
        client.close();
        parent.stdin.end();
        await ended;
      };
      return { client, end };
    };
    const first = await start();
    await first.client.execute("const kept = 1");
    const programs = (): string => execFileSync("ps", ["-axww", "-o", "args"], { encoding: "utf8" });
    await expect.poll(programs, { timeout: BOUND_MS }).toContain(`${path}.died`);
    void first.client.execute("process.kill(process.pid, 'SIGSEGV')").catch(() => undefined);
    await expect.poll(() => existsSync(`${path}.died`), { timeout: BOUND_MS }).toBe(true);
    await first.end();

    const second = await start();
    let said = "";
    await second.client.execute("1", {
      onPublished: ({ type, content }) => {
        if (type === "stream") said += content.text;
      },
    });
    await second.end();
    expect(said).toContain("ended without a word while [2] ran");
    expect(said).toContain("SIGSEGV ended it: so ends native code that crashes");
    rmSync(folder, { recursive: true });
  });

  it("ends when it is told to, also when its main thread cannot be reached", async () => {
    const kernel = await startRealKernel();
    const exited = once(kernel.process, "exit");
    const begun = untilInput(kernel.client);
    void kernel
      .run("import { pbkdf2Sync } from 'node:crypto'; pbkdf2Sync('a', 'b', 2e9, 64, 'sha512')")
      .catch(() => undefined);
    await begun;
    await delay(300);
    expect(await kernel.client.request("shutdown_request", { restart: false })).toMatchObject({
      status: "ok",
    });
    expect(
      await Promise.race([exited.then(() => "gone"), delay(BOUND_MS, "still there", { ref: false })]),
    ).toBe("gone");
    await kernel.stop();
  });

  it("is gone, with all that it has started, when the process that started it is", async () => {
    // A process that is ended while the kernel computes stands for it.
    const standIn = spawn("sleep", ["600"], { stdio: "ignore" });
    const kernel = await startRealKernel({}, { JPY_PARENT_PID: String(standIn.pid) });
    const exited = once(kernel.process, "exit");
    const { printed } = await kernel.run(
      "import { spawn } from 'node:child_process'; const child = spawn('sleep', ['600']); console.log(child.pid)",
    );
    const computes = untilPrinted(kernel.client, "begun");
    void kernel.run("console.log('begun'); while (true) {}").catch(() => undefined);
    await computes;
    standIn.kill();
    await exited;
    await expect.poll(() => isAlive(Number(printed)), { timeout: BOUND_MS }).toBe(false);
    await kernel.stop();
  });
});
