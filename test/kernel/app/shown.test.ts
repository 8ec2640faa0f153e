import { afterAll, beforeAll, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel();
}, 60_000);
afterAll(async () => await kernel.stop());

it("a cell magic shows its text, which is not checked", async () => {
  const { status, printed } = await kernel.run("%%markdown\nIt is **done**: `let x: number = '1'`");
  expect([status, printed.trim()]).toEqual(["ok", "It is **done**: `let x: number = '1'`"]);
});

it.each([
  ["%%html", "incomplete"],
  ["%%html\n<p>", "incomplete"],
  ["%%html\n<p>done</p>\n", "complete"],
  ["%%sh\nfor n in 1 2; do", "incomplete"],
  ["%%html?", "complete"],
])("a console that asks whether %j is complete is told %s", async (code, status) => {
  expect(await kernel.client.request("is_complete_request", { code })).toMatchObject({ status });
});
