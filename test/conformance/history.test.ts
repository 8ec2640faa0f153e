import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startRealKernel, type RealKernel } from "../support/kernel.ts";

let data: string;
let kernel: RealKernel;

// Three kernels of one user, one after another; the last one is asked.
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "lightnix-history-"));
  for (const cells of [
    ["'oldest'", "1 + 1"],
    ["'middle'", "'twice'"],
    ["'twice'", "'newest'"],
  ]) {
    kernel = await startRealKernel({}, { XDG_DATA_HOME: data });
    for (const cell of cells) await kernel.run(cell);
    if (!cells.includes("'newest'")) await kernel.stop();
  }
});
afterAll(async () => {
  await kernel.stop();
  rmSync(data, { recursive: true });
});

async function history(request: Record<string, unknown>): Promise<unknown> {
  const content = { raw: true, output: false, ...request };
  const reply = await kernel.client.request("history_request", content);
  return reply.status === "ok" ? reply.history : reply;
}

it("the tail reaches into earlier sessions", async () => {
  expect(await history({ hist_access_type: "tail", n: 5, output: true })).toEqual([
    [1, 2, ["1 + 1", "2"]],
    [2, 1, ["'middle'", "'middle'"]],
    [2, 2, ["'twice'", "'twice'"]],
    [3, 1, ["'twice'", "'twice'"]],
    [3, 2, ["'newest'", "'newest'"]],
  ]);
});

it("a range is of this session, of one by its number, or so many sessions ago", async () => {
  const range = { hist_access_type: "range", start: 1, stop: 3 };
  expect(await history({ ...range, session: 0 })).toEqual([
    [3, 1, "'twice'"],
    [3, 2, "'newest'"],
  ]);
  const first = [
    [1, 1, "'oldest'"],
    [1, 2, "1 + 1"],
  ];
  expect(await history({ ...range, session: 1 })).toEqual(first);
  expect(await history({ ...range, session: -2 })).toEqual(first);
  expect(await history({ ...range, session: -1, start: 2 })).toEqual([[2, 2, "'twice'"]]);
});

it("a search goes through all sessions, and gives each cell once when wanted", async () => {
  const search = { hist_access_type: "search", pattern: "'tw?c*" };
  expect(await history(search)).toEqual([
    [2, 2, "'twice'"],
    [3, 1, "'twice'"],
  ]);
  expect(await history({ ...search, unique: true })).toEqual([[3, 1, "'twice'"]]);
  expect(await history({ ...search, pattern: "*", n: 2 })).toEqual([
    [3, 1, "'twice'"],
    [3, 2, "'newest'"],
  ]);
});
