import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel, untilInput, type RealKernel } from "../../support/kernel.ts";

describe("usage_request", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
  });
  afterAll(() => kernel.stop());

  async function usage() {
    const reply = await kernel.client.request("usage_request", {}, { channel: "control" });
    if (reply.status !== "ok") throw new Error(reply.evalue);
    return reply;
  }

  it("counts the memory of what cells have started, too", async () => {
    await kernel.run("1");
    const before = await usage();
    expect(before.pid).toBe(kernel.process.pid);
    expect(before.kernel_memory).toBeGreaterThan(50e6);
    const { total = 0, percent = 0 } = before.host_virtual_memory ?? {};
    expect(total).toBeGreaterThan(before.kernel_memory ?? 0);
    expect(percent).toBeGreaterThan(0);
    await kernel.run(`
      import { spawn } from "node:child_process";
      const child = spawn(process.execPath, ["-e", "globalThis.held = Buffer.alloc(300e6, 1); console.log('held'); setTimeout(() => {}, 1e6)"], { stdio: ["ignore", "pipe", "ignore"] });
      await new Promise((resolve) => child.stdout.once("data", resolve));`);
    expect((await usage()).kernel_memory).toBeGreaterThan((before.kernel_memory ?? 0) + 250e6);
    await kernel.run("child.kill()");
  });

  it("tells the processor's time since the last time, also while a cell computes", async () => {
    const begun = untilInput(kernel.client);
    const endless = kernel.client.execute("while (true) {}");
    await begun;
    await usage();
    await expect.poll(async () => (await usage()).kernel_cpu, { timeout: 60_000 }).toBeGreaterThan(5);
    expect((await usage()).host_cpu_percent).toBeTypeOf("number");
    await kernel.client.request("interrupt_request");
    expect((await endless).status).toBe("error");
  });
});
