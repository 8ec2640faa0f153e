import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel, untilPrinted } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel();
  await kernel.run("%check off");
});
afterAll(async () => await kernel.stop());

async function printed(code: string): Promise<string> {
  const outcome = await kernel.run(code);
  expect(outcome.traceback).toBe("");
  return outcome.printed;
}

/** A program of WebAssembly that writes "from wasm\n" to descriptor 1 by WASI. */
const wasm = `Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0,
  1, 12, 2, 96, 4, 127, 127, 127, 127, 1, 127, 96, 0, 0,
  2, 35, 1, 22, ...Buffer.from("wasi_snapshot_preview1"), 8, ...Buffer.from("fd_write"), 0, 0,
  3, 2, 1, 1, 5, 3, 1, 0, 1,
  7, 19, 2, 6, ...Buffer.from("memory"), 2, 0, 6, ...Buffer.from("_start"), 0, 1,
  10, 15, 1, 13, 0, 65, 1, 65, 0, 65, 1, 65, 32, 16, 0, 26, 11,
  11, 29, 2,
  0, 65, 0, 11, 8, 16, 0, 0, 0, 10, 0, 0, 0,
  0, 65, 16, 11, 10, ...Buffer.from("from wasm\\n"),
)`;

describe("what a cell prints", () => {
  it("keeps its order between the streams and displays", async () => {
    const text = await printed(
      `for (const n of [1, 2]) { console.log("out", n); display(n); console.error("err", n); }`,
    );
    expect(text).toBe("out 1\n1\nerr 1\nout 2\n2\nerr 2\n");
  });

  it("ends with what nobody caught, and says where that came from", async () => {
    const promise = await kernel.runUntil(`void Promise.reject(new Error("lost")); 0`, /lost\n/u);
    expect(promise.printed).toMatch(/^In a promise that nothing awaits:\nError: lost\n/u);
    const callback = await kernel.runUntil(`setTimeout(() => { throw new Error("late"); }); 0`, /late\n/u);
    expect(callback.printed).toMatch(/^In a callback, where nothing caught it:\nError: late\n/u);
  });

  it("a million lines are cut with a note, and the kernel goes on", async () => {
    const text = await printed(`for (let i = 0; i < 1_000_000; i += 1) console.log("line", i)`);
    expect(text.length).toBeLessThan(9_000_000);
    expect(text).toMatch(/passed 8 MB; the rest of it is not shown/u);
    expect(await printed(`console.log("next")`)).toBe("next\n");
  });

  it("an endless loop of prints ends by an interrupt, and takes no memory while it runs", async () => {
    const before = Number((await kernel.run("globalThis.gc?.(); process.memoryUsage.rss()")).result);
    const floods = untilPrinted(kernel.client, "flood");
    const running = kernel.run(`while (true) console.log("flood ".repeat(20))`);
    await floods;
    await delay(3000);
    await kernel.client.request("interrupt_request", {});
    expect(await running).toMatchObject({ status: "error" });
    const after = Number((await kernel.run("process.memoryUsage.rss()")).result);
    expect(after - before).toBeLessThan(150e6);
  });

  it("an endless loop of displays ends by an interrupt, too", async () => {
    const running = kernel.run(`const big = "x".repeat(1_000_000); while (true) display.html(big)`);
    await delay(1000);
    await kernel.client.request("interrupt_request", {});
    expect(await running).toMatchObject({ status: "error" });
    expect(await printed(`console.log("alive")`)).toBe("alive\n");
  });

  it("is neither a terminal nor lost when it is ended", async () => {
    expect(
      await printed(`console.log(process.stdout.isTTY, process.stdout.columns, process.stdout.fd);
      process.stdout.end("end\\n"); process.stdout.destroy(); console.log("still")`),
    ).toBe("undefined undefined 1\nend\nstill\n");
  });

  it("calls back when written, and takes what is piped", async () => {
    expect(
      await printed(`import { Readable } from "node:stream"; import { pipeline } from "node:stream/promises";
      await new Promise((done) => process.stdout.write("written\\n", done));
      await pipeline(Readable.from(["a", "b\\n"]), process.stdout, { end: false });
      process.stdout.write("68690a", "hex")`),
    ).toBe("written\nab\nhi\n");
  });

  it("refuses to write what is neither text nor bytes", async () => {
    const { traceback } = await kernel.run(`process.stdout.write(5 as never)`);
    expect(traceback).toContain(
      "TypeError: Cannot write to stdout: a string or bytes are needed, not number",
    );
  });

  it("includes what is written to descriptors, in its place", async () => {
    expect(
      await printed(`import fs from "node:fs"; import { writeSync } from "node:fs";
      console.log("1"); fs.writeSync(1, "2\\n"); console.log("3");
      writeSync(2, Buffer.from("xx4\\nxx"), 2, 2); console.log("5");
      await new Promise((done) => fs.write(1, "6\\n", done));
      fs.writeFileSync("/dev/stdout", "7\\n")`),
    ).toBe("1\n2\n3\n4\n5\n6\n7\n");
  });

  it("includes what native code writes to descriptor 1", async () => {
    expect(
      await printed(`import { WASI } from "node:wasi";
      const wasi = new WASI({ version: "preview1" });
      const { instance } = await WebAssembly.instantiate(${wasm}, wasi.getImportObject());
      console.log("before"); wasi.start(instance);`),
    ).toContain("from wasm\n");
  });

  it("includes what child processes print that inherit the streams, waited for or not", async () => {
    expect(
      await printed(`import { execSync, spawn, spawnSync } from "node:child_process";
      console.log("before");
      execSync("echo out; sleep 0.1; echo err >&2", { stdio: "inherit" });
      spawnSync("sh", ["-c", "echo two >&2"], { stdio: ["ignore", 1, process.stderr] });
      console.log("between");
      await new Promise((done) => spawn("sh", ["-c", "echo three"], { stdio: "inherit" }).on("close", done))`),
    ).toBe("before\nout\nerr\ntwo\nbetween\nthree\n");
  });

  it("includes what worker threads print", async () => {
    const { printed: text } = await kernel.runUntil(
      `import { Worker } from "node:worker_threads";
      const worker = new Worker("console.log('from a thread')", { eval: true });
      await new Promise((done) => worker.on("exit", done))`,
      /thread\n/u,
    );
    expect(text).toBe("from a thread\n");
  });

  it("a child that prints without end is cut as any output is, and an interrupt ends it", async () => {
    const prints = untilPrinted(kernel.client, "y\ny\n");
    const running = kernel.run(`(await import("node:child_process")).execSync("yes", { stdio: "inherit" })`);
    await prints;
    await delay(1000);
    await kernel.client.request("interrupt_request", {});
    const { status, printed: text } = await running;
    expect(status).toBe("error");
    expect(text.length).toBeLessThan(9_000_000);
    expect(text.startsWith("y\ny\n")).toBe(true);
  });

  it("an output that cannot be sent says so in its place", async () => {
    expect(
      await printed(
        `console.log("a"); display.raw("application/x+json", { f() {} } as never); console.log("b")`,
      ),
    ).toMatch(/^a\nCannot show an output: .+\nb\n$/u);
  });

  it("what a program prints is in its place when a cell has frozen Error", async () => {
    const kernel = await startRealKernel();
    try {
      await kernel.run("%check off");
      await kernel.run("Object.freeze(Error)");
      const { printed: text, result } = await kernel.run(
        `(await import("node:child_process")).execSync("echo child", { stdio: "inherit" }); console.log("cell"); 7`,
      );
      expect([text, result]).toEqual(["child\ncell\n", "7"]);
    } finally {
      await kernel.stop();
    }
  });

  it("a result that cannot be sent says so in its place", async () => {
    const { status, printed: text } = await kernel.run(
      `console.log("a"); ({ [Symbol.for("Jupyter.display")]: () => ({ "application/x+json": { f() {} } }) })`,
    );
    expect(text).toMatch(/^a\nCannot show an output: .+\n$/u);
    expect(status).toBe("ok");
  });

  it("a result comes before what the user's expressions show", async () => {
    const types: string[] = [];
    await kernel.client.execute("1 + 1", {
      userExpressions: { shown: `display.html("<b>shown</b>")` },
      onPublished: ({ type }) => void types.push(type),
    });
    expect(types).toEqual(["status", "execute_input", "execute_result", "display_data", "status"]);
  });
});
