import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../support/jupyter.ts";
import { startRealKernel, untilInput, type RealKernel } from "../../support/kernel.ts";

const run = promisify(execFile);
const main = join(projectRoot, "dist/kernel/app/main.cjs");

/** A kernel, and all that its process will have printed at its end. */
async function startListening(
  ...given: Parameters<typeof startRealKernel>
): Promise<{ kernel: RealKernel; said: Promise<string> }> {
  const kernel = await startRealKernel(...given);
  let said = "";
  for (const stream of [kernel.process.stdout, kernel.process.stderr])
    stream?.on("data", (text) => (said += String(text)));
  return { kernel, said: once(kernel.process, "close").then(() => said) };
}

// Has the main thread say so late that it is ready.
const lateReady = `
const { Worker, isMainThread } = require("node:worker_threads");
const post = Worker.prototype.postMessage;
if (isMainThread) Worker.prototype.postMessage = function (message, ...rest) {
  setTimeout(() => post.call(this, message, ...rest), message.type === "ready" ? 700 : 0);
};`;

async function failure(...args: string[]): Promise<{ code: unknown; stderr: string }> {
  try {
    await run(process.execPath, [main, ...args], { timeout: 100_000 });
    throw new Error("it did not fail");
  } catch (error) {
    return error as { code: unknown; stderr: string };
  }
}

describe("the kernel's process", () => {
  it("says how it is started when no connection file is named", async () => {
    expect(await failure()).toMatchObject({ code: 2, stderr: expect.stringContaining("lightnix install") });
  });

  it("says nothing from its start to its end, when nothing is wrong", async () => {
    const { kernel, said } = await startListening();
    await kernel.run("console.log('to the client')");
    await kernel.stop();
    expect(await said).toBe("");
  });

  it("says nothing when it is told to end before its main thread is ready", async () => {
    const { kernel, said } = await startListening(
      { "late.cjs": lateReady },
      { NODE_OPTIONS: "--require ./late.cjs" },
    );
    await kernel.stop();
    expect(await said).toBe("");
    expect(kernel.process.exitCode).toBe(0);
  });

  it("says nothing when it ends while its main thread cannot be reached for a second", async () => {
    const { kernel, said } = await startListening();
    const computing = untilInput(kernel.client);
    const code = "(await import('node:crypto')).pbkdf2Sync('a', 'b', 2e6, 64, 'sha512')";
    kernel.run(code).catch(() => undefined);
    await computing;
    await delay(300);
    await kernel.stop();
    expect(await said).toBe("");
  });

  it("says which connection file it cannot read, or what is wrong in it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lightnix-main-"));
    try {
      const missing = join(folder, "missing.json");
      expect(await failure(missing)).toMatchObject({ code: 1, stderr: expect.stringContaining(missing) });
      const broken = join(folder, "broken.json");
      await writeFile(broken, JSON.stringify({ shell_port: "many" }));
      expect(await failure(broken)).toMatchObject({ code: 1, stderr: expect.stringContaining("shell_port") });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
