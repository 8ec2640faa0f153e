import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { collect } from "../../../../core/store/collect/collect.ts";
import { planCollection } from "../../../../core/store/collect/plan.ts";
import { openStore } from "../../../../core/store/store.ts";
import type { Store } from "../../../../core/store/store.ts";
import type { Finding } from "../../../../core/store/verify/finding.ts";
import { verify } from "../../../../core/store/verify/verify.ts";
import { commitTexts, tempFolder, tempStore } from "../../../support/temp-store.ts";

const project =
  process.env["LIGHTNIX_TEST_PROJECT"] ?? fileURLToPath(new URL("../../../..", import.meta.url));
const program = fileURLToPath(new URL("../../../support/collect-process.mjs", import.meta.url));

interface Running {
  readonly said: Record<string, unknown>[];
  kill(): Promise<void>;
}

function start(root: string, task: "build" | "collect"): Running {
  const child = spawn(process.execPath, [program, project, root, task], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on("line", (line) =>
    said.push(JSON.parse(line) as Record<string, unknown>),
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  return { said, kill };
}

async function untilSaid(running: readonly Running[], count: number): Promise<void> {
  while (running.some(({ said }) => said.length < count)) await setTimeout(20);
}

// A kill between the move of a folder and the call that takes its write bits away leaves it as it is otherwise: `repair` ends that.
async function faults(store: Store): Promise<Finding[]> {
  return (await verify(store)).filter(({ problem }) => problem !== "writable");
}

test("builders and collectors in one store do each other no harm", async () => {
  const root = tempFolder();
  const running = [start(root, "build"), start(root, "build"), start(root, "collect")];
  await untilSaid(running, 30);
  for (const one of running) await one.kill();
  // What was to be reused may have gone in the moment before the first build; that is told, and running it again helps.
  const errors = running.flatMap(({ said }) => said.filter(({ error }) => error !== undefined));
  expect(errors.filter(({ code }) => code !== "removed-meanwhile")).toEqual([]);
  const store = openStore({ root, durable: false });
  expect(await faults(store)).toEqual([]);
  await collect(await planCollection(store));
  expect(store.derivations()).toEqual([]);
});

test("a collection that is killed leaves each object whole or gone, and nothing without what it needs", async () => {
  const store = tempStore();
  for (let round = 0; round < 4; round++) {
    let last: string | undefined;
    for (let index = 0; index < 150; index++) {
      const dref = await store.putDerivation("link", {
        index,
        last: last?.replace(/^rref:.{33}/, "dref:") ?? null,
      });
      const context = last === undefined ? {} : { [last.replace(/^rref:.{33}/, "dref:")]: [last] };
      last = (await commitTexts(store, dref, { a: `${index}`, b: "" }, { context: context as never })).rref;
    }
    const collector = start(store.root, "collect");
    const before = store.derivations().length;
    while (store.derivations().length === before && collector.said.length === 0) {
      const left = store.derivations().flatMap((dref) => store.realizations(dref)).length;
      if (left < before) break;
      await setTimeout(1);
    }
    await setTimeout(Math.random() * 20);
    await collector.kill();
    expect(await faults(openStore({ root: store.root }))).toEqual([]);
  }
});
