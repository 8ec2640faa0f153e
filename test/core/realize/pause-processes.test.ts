import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  openStore,
  pause,
  planCollection,
  realize$,
  self,
  stage,
  type RealizeEvent,
} from "../../../core/index.ts";
import { freshFolder } from "../fresh-store.ts";
import { failedFolders, leftovers } from "./leftovers.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

// What both processes mean by "model"; the realizer is no part of it.
const program = `
import { writeFileSync } from "node:fs";
import { openStore, pause, self, stage } from ${JSON.stringify(join(root, "dist/core/index.js"))};
const model = stage({ name: "model", config: { file: self("file") }, source: false, realize() {} });
const held = await pause(model, { store: openStore({ root: process.argv[2], durable: false }) });
writeFileSync(held.build().path("file"), "hours of work");
console.log(process.pid);
process.stdin.once("data", async (data) => {
  const [word] = String(data).split("\\n");
  if (word === "exit") process.exit();
  for (let n = 0; n < 300; n++) writeFileSync(held.build().path("more", String(n)), "x".repeat(n * 10));
  console.log("resuming");
  const resumed = held.resume();
  if (word === "resume and die") process.kill(process.pid, "SIGKILL");
  await resumed;
  console.log("resumed");
});
`;

const model = stage({
  name: "model",
  config: { file: self("file") },
  source: false,
  realize: (build) => writeFileSync(build.path("file"), "built anew"),
});

/** A process that holds a build, with a file in its output folder. */
async function holding(folder: string): Promise<ChildProcess> {
  const script = join(freshFolder(), "hold.mjs");
  writeFileSync(script, program);
  const child = spawn(process.execPath, [script, folder], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(createInterface({ input: child.stdout }), "line");
  return child;
}

const ended = (child: ChildProcess): Promise<unknown> => once(child, "close");

async function realizedEvents(
  folder: string,
  onEvent: (event: RealizeEvent) => void,
): Promise<RealizeEvent[]> {
  const events: RealizeEvent[] = [];
  const store = openStore({ root: folder, durable: false });
  await new Promise<void>((resolve, reject) => {
    realize$(model, { store }).subscribe({
      next: (event) => {
        events.push(event);
        onEvent(event);
      },
      error: reject,
      complete: resolve,
    });
  });
  return events;
}

describe("a build that is held by a process", () => {
  it("is waited for, and is built anew when that is killed; what was held can be taken over", async () => {
    const folder = freshFolder();
    const child = await holding(folder);
    const waiting = realizedEvents(folder, ({ type }) => type === "waiting" && child.kill("SIGKILL"));
    await ended(child);
    const events = await waiting;
    expect(events.find(({ type }) => type === "waiting")).toMatchObject({
      holder: { pid: child.pid, hand: true },
    });
    expect(events.find(({ type }) => type === "built")).toBeDefined();

    // Whoever comes next clears away after the dead, but does not sweep what somebody had worked on.
    const store = openStore({ root: folder, durable: false });
    (await store.hold([])).release();
    const [kept = ""] = failedFolders(store);
    expect(readFileSync(join(kept, "file"), "utf8")).toBe("hours of work");
    expect(leftovers(store)).toEqual([]);
    expect(readdirSync(join(folder, "tmp")).filter((name) => name.startsWith(`p${child.pid}-`))).toEqual([]);
    const held = await pause(model, { store, from: kept });
    expect(readFileSync(join(held.build().out, "file"), "utf8")).toBe("hours of work");
    await held.cancel();
  });

  it("is kept when that ends in an orderly way, too, and its lock is free", async () => {
    const folder = freshFolder();
    const child = await holding(folder);
    child.stdin?.write("exit\n");
    await ended(child);
    const store = openStore({ root: folder, durable: false });
    expect(readdirSync(join(folder, "locks"))).toEqual([]);
    const [kept = ""] = failedFolders(store);
    expect(JSON.parse(readFileSync(join(kept, "__kept__.json"), "utf8"))).toMatchObject({
      because: "abandoned",
      index: 0,
    });
    const held = await pause(model, { store, from: kept });
    expect(await held.resume()).toHaveLength(1);
  });

  it(
    "is there in one way or the other when that is killed while it publishes",
    { timeout: 60_000 },
    async () => {
      const before = new Set<string>();
      for (let turn = 0; turn < 8; turn++) {
        const folder = freshFolder();
        const child = await holding(folder);
        // The first one dies by its own hand, as nobody else can be sure to be in time.
        child.stdin?.write(turn === 0 ? "resume and die\n" : "resume\n");
        await once(child.stdout as NodeJS.ReadableStream, "data");
        if (turn > 0) setTimeout(() => child.kill("SIGKILL"), turn * 8);
        await ended(child);
        const store = openStore({ root: folder, durable: false });
        (await store.hold([])).release();
        const published = store.derivations().flatMap((dref) => store.realizations(dref));
        const kept = failedFolders(store);
        expect(published.length + kept.length).toBe(1);
        const place = published.map((rref) => store.path(rref))[0] ?? kept[0] ?? "";
        expect(readFileSync(join(place, "file"), "utf8")).toBe("hours of work");
        before.add(published.length === 1 ? "published" : "kept");
      }
      expect([...before]).toContain("kept");
    },
  );

  it("is not lost to a collection of what dead processes left", async () => {
    const folder = freshFolder();
    const store = openStore({ root: folder, durable: false });
    // It has swept already when the other one dies.
    (await store.hold([])).release();
    const child = await holding(folder);
    child.kill("SIGKILL");
    await ended(child);
    const { removeLeftover, findLeftovers } = await import("../../../core/store/collect/leftovers.ts");
    const unfinished = (await findLeftovers(store, [])).find(({ kind }) => kind === "unfinished");
    expect(unfinished).toBeDefined();
    if (unfinished !== undefined) await removeLeftover(store, unfinished);
    expect(failedFolders(store)).toHaveLength(1);
    expect((await planCollection(store)).leftovers.map(({ kind }) => kind)).toEqual(["failed"]);
  });
});
