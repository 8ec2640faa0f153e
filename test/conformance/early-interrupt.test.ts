import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel, untilInput, type RealKernel } from "../support/kernel.ts";

describe("an interrupt of a cell that has not begun yet", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
  });
  afterAll(() => kernel.stop());

  it("ends it when a callback of an earlier cell is in its way", async () => {
    for (let round = 0; round < 5; round += 1) {
      await kernel.run(
        "void setTimeout(() => { const end = Date.now() + 2000; while (Date.now() < end); }, 20)",
      );
      await delay(100);
      const endless = kernel.client.execute("while (true) {}");
      await delay(100);
      await kernel.client.request("interrupt_request");
      expect(await endless).toMatchObject({ status: "error", ename: "Interrupted" });
    }
  });

  it.each(["off", "strict"] as const)("ends it when it is on its way (checks: %s)", async (mode) => {
    await kernel.run(`%check ${mode}`);
    for (let round = 0; round < 40; round += 1) {
      const begun = untilInput(kernel.client);
      const endless = kernel.client.execute("while (true) {}");
      await begun;
      await kernel.client.request("interrupt_request");
      expect(await endless).toMatchObject({ status: "error", ename: "Interrupted" });
    }
  });
});

it.each([5, 15, 25])(
  "an interrupt while a cell loads stages (after %i ms) leaves them to the next cell",
  async (ms) => {
    const kernel = await startRealKernel();
    const begun = untilInput(kernel.client);
    const loading = kernel.client.execute("%check off\nstage");
    await begun;
    await delay(ms);
    await kernel.client.request("interrupt_request");
    await loading;
    expect(await kernel.run("typeof stage")).toMatchObject({ status: "ok", result: "'function'" });
    await kernel.stop();
  },
);
