import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openStore } from "../../../core/store/store.ts";
import { tempFolder } from "../../support/temp-store.ts";
import { Realizing } from "./realizing.ts";
import { expectWholeStore } from "./whole.ts";

describe("eight processes on one store", () => {
  test("build each derivation of their overlapping closures once, and say whom they wait for", async () => {
    const { root, log, start } = newWork();
    const wanted = [
      [24, 36],
      [48, 18],
      [36, 60],
      [24, 60],
      [72, 40],
      [48, 72],
      [30, 64],
      [60, 72],
    ];
    const processes = wanted.map((numbers) => start(numbers, 20));
    await Promise.all(processes.map((one) => one.says("target")));
    await Promise.all(processes.map((one) => one.end()));

    const ended = notes(log).filter(({ word }) => word === "end");
    const numbers = new Set(wanted.flat().flatMap((n) => [n, ...divisors(n)]));
    expect(ended.map(({ n }) => n).sort(upwards)).toEqual([...numbers].sort(upwards));
    expect(notes(log)).toHaveLength(2 * numbers.size);
    const waits = processes.flatMap((one) => one.said.map((said) => [one.pid, holderOf(said)] as const));
    const pids = processes.map(({ pid }) => pid);
    const named = waits.flatMap(([pid, holder]) => (holder === undefined ? [] : [[pid, holder]]));
    expect(named.length).toBeGreaterThan(0);
    for (const [pid, holder] of named) expect(pids.filter((other) => other !== pid)).toContain(holder);
    await expectWholeStore(openStore({ root }));
  });

  test("take over when the one that they all wait for is killed", async () => {
    const { root, log, start } = newWork();
    const first = start([2], 600_000);
    await until(() => existsSync(log));
    const others = Array.from({ length: 7 }, () => start([2], 20));
    const waits = await Promise.all(others.map((one) => one.says("holder")));
    expect(waits.map(holderOf)).toEqual(Array.from({ length: 7 }, () => first.pid));
    await first.kill();
    await Promise.all(others.map((one) => one.end()));

    const results = await Promise.all(others.map(async (one) => (await one.says("target"))["rrefs"]));
    expect(new Set(results.map(String)).size).toBe(1);
    const [begun, ...after] = notes(log);
    expect(begun).toEqual({ word: "begin", n: 2, pid: first.pid });
    expect(after.map(({ word }) => word)).toEqual(["begin", "end"]);
    expect(new Set(after.map(({ pid }) => pid)).size).toBe(1);
    await expectWholeStore(openStore({ root }));
  });
});

function newWork(): { root: string; log: string; start: (numbers: number[], ms: number) => Realizing } {
  const folder = tempFolder();
  const [root, log] = [join(folder, "store"), join(folder, "log")];
  const start = (numbers: number[], ms: number): Realizing =>
    new Realizing({ kind: "numbers", store: { root }, numbers, log, ms });
  return { root, log, start };
}

function notes(log: string): { word: string; n: number; pid: number }[] {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [word = "", n, pid] = line.split(" ");
    return { word, n: Number(n), pid: Number(pid) };
  });
}

function holderOf(said: Record<string, unknown>): number | undefined {
  return (said["holder"] as { pid: number } | undefined)?.pid;
}

function divisors(n: number): number[] {
  return Array.from({ length: n }, (_, divisor) => divisor).filter((d) => d > 1 && n % d === 0);
}

function upwards(a: number, b: number): number {
  return a - b;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(10);
}
